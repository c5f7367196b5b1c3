"""The log: a line an event and, if asked for, a line a request; for people, or as JSON for programs.

Each line has a time (UTC, RFC 3339), a level, and the id of the request that it is about. What `extra` a line is given
under `fields` stands behind its message, and as fields of its own in JSON.
"""

import logging
from datetime import UTC, datetime
from typing import Any

import orjson

from app.web.operations.ids import REQUEST_ID

ACCESS = "bnscope.access"
EVENTS = "bnscope"


class RequestIds(logging.Filter):
    """Notes on each record the request that it is about, while the task that writes it still answers that."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = REQUEST_ID.get()
        return True


class Text(logging.Formatter):
    """A line for people; a traceback follows on lines of its own."""

    def format(self, record: logging.LogRecord) -> str:
        fields = " ".join(f"{name}={value}" for name, value in _fields(record).items())
        request_id = getattr(record, "request_id", "")
        parts = [time_of(record), record.levelname, f"{record.name}:", _one_line(record.getMessage()), fields]
        parts.append(f"[{request_id}]" if request_id else "")
        line = " ".join(part for part in parts if part)
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class Json(logging.Formatter):
    """One JSON object on one line, a traceback included."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": time_of(record), "level": record.levelname.lower(), "logger": record.name,
            "message": record.getMessage(),
        }  # fmt: skip
        request_id = getattr(record, "request_id", "")
        line |= {"request_id": request_id} if request_id else {}
        line |= _fields(record)
        line |= {"traceback": self.formatException(record.exc_info)} if record.exc_info else {}
        return orjson.dumps(line, default=str).decode()


FORMS = {"text": Text, "json": Json}


def configuration(form: str, *, access: bool) -> dict[str, Any]:
    """What `logging.config.dictConfig` takes, and uvicorn as its `log_config`, in the server and in every worker."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request_ids": {"()": RequestIds}},
        "formatters": {"line": {"()": FORMS[form]}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_ids"]}},
        "root": {"level": "WARNING", "handlers": ["stderr"]},
        "loggers": {EVENTS: {"level": "INFO"}, ACCESS: {"level": "INFO" if access else "WARNING"}},
    }


def time_of(record: logging.LogRecord) -> str:
    """When it was written, in milliseconds."""
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    fields: dict[str, Any] = getattr(record, "fields", {})
    return fields


def _one_line(text: str) -> str:
    """Nothing that a client sent begins a line of its own."""
    text = text.strip()
    return text if text.isprintable() else text.encode("unicode_escape").decode()
