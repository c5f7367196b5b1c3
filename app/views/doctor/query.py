"""What the doctor is asked: a model, another one beside it, a capture, and the layer that is opened."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator

from app.query.control import QueryModel, control
from app.views.doctor.examples import EXAMPLES

ID = re.compile(r"[0-9a-f]{64}")
LONGEST_NAME = 500
FIELDS = ("model", "other", "capture")
"""Those that may name an upload."""


def _known(*words: str) -> AfterValidator:
    def check(text: str) -> str:
        if text in words or ID.fullmatch(text):
            return text
        named = ", ".join(word or "nothing" for word in words)
        raise ValueError(f"{named}, or the 64-digit id of an upload")

    return AfterValidator(check)


def _form(*words: str) -> str:
    return "|".join([*words, ID.pattern])


class ReportFields(QueryModel):
    """Which report: of which model, beside what."""

    model: Annotated[str, _known(*EXAMPLES)] = control(
        "sick", "A built-in example (`sick`, `sound`), or the id of an upload (`POST /doctor`): a model, or a capture.",
        title="Model", group="model", kind="select", form=_form(*EXAMPLES),
    )  # fmt: skip
    other: Annotated[str, _known("", *EXAMPLES)] = control(
        "", "Another checkpoint to hold it against, norm by norm: an example, or the id of an upload.",
        title="Compare with", group="model", kind="select", form=_form("", *EXAMPLES),
    )  # fmt: skip
    capture: Annotated[str, _known("")] = control(
        "", "The id of an uploaded capture of training steps, from `bnscope_capture.py`.",
        title="Capture", group="model", kind="select", form=_form(""),
    )  # fmt: skip

    @property
    def kept(self) -> dict[str, str]:
        """The uploads that it names, by the field."""
        named = {name: getattr(self, name) for name in FIELDS}
        return {name: id for name, id in named.items() if ID.fullmatch(id)}


class DoctorFields(ReportFields):
    """A report, and the layer of it that is opened."""

    norm: str = control(
        "", "The layer that is opened, by its name in the file; left out, the worst one.",
        title="Opened layer", group="view", kind="none", max_length=LONGEST_NAME,
    )  # fmt: skip
    arrays: Literal["all", "opened"] = control(
        "all", "Whether every norm comes with its folded scale and shift, a number a channel, or the opened one alone.",
        title="Arrays", group="answer", kind="none",
    )  # fmt: skip


class FileFields(ReportFields):
    """A report, and the form in which it is written."""

    format: Literal["markdown", "csv", "json", "text"] = control(
        "markdown", "Markdown, CSV for a spreadsheet, JSON for a program, or text as the command line prints it.",
        title="Format", group="answer", kind="select",
    )  # fmt: skip
