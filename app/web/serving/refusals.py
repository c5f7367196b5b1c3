"""What a connection is told before any handler sees its request: problem documents, written without the application."""

import logging
from dataclasses import dataclass
from http import HTTPStatus

import orjson

from app.errors import problem
from app.web.operations.ids import HEADER, id_of
from app.web.operations.logs import ACCESS


@dataclass(frozen=True)
class Refusal:
    """A status with its reason, and the seconds after which the same request may be answered."""

    status: int
    title: str
    detail: str
    retry_after: int | None = None

    def written(self, headers: list[tuple[bytes, bytes]]) -> bytes:
        """The whole answer as it goes over the wire, with the server's own headers; the connection ends with it.

        It has an id of its own: what a client may have sent as one was not read. A line of the log has it, too.
        """
        request_id = id_of("")
        fields = {"status": self.status, "request_id": request_id}
        logging.getLogger(ACCESS).info("refused: %s", self.title, extra={"fields": fields})
        body = orjson.dumps(problem(self.status, self.title, self.detail) | {"request_id": request_id})
        own = [
            (b"content-type", b"application/problem+json"),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"no-store"),
            (b"connection", b"close"),
            (HEADER.lower().encode(), request_id.encode()),
        ]
        if self.retry_after is not None:
            own.append((b"retry-after", b"%d" % self.retry_after))
        lines = [b"%b: %b\r\n" % header for header in [*headers, *own]]
        status = b"HTTP/1.1 %d %b\r\n" % (self.status, HTTPStatus(self.status).phrase.encode())
        return b"".join([status, *lines, b"\r\n", body])


MALFORMED = Refusal(400, "This is no HTTP request", "What came could not be read as HTTP/1.1.")
LATE_BODY = Refusal(408, "The request took too long", "Its body stopped coming, or came too slowly. Send it again.")
LATE_HEADER = Refusal(408, "The request took too long", "Its header was not complete in time. Send it again.")
LONG_ADDRESS = Refusal(
    414,
    "The address is too long",
    "An address may have up to 65,535 bytes. Upload the data as a file, or send it in the body of a call with one.",
)
LARGE_HEADER = Refusal(
    431,
    "The header is too large",
    "Address and header fields are longer than this server takes.",
)
MANY_FIELDS = Refusal(431, "The header has too many fields", "This server takes at most 100 header fields.")
CROWDED = Refusal(503, "The server has too many connections", "It has no room for one more. Try again in a moment.", 5)
CROWDED_ADDRESS = Refusal(
    503,
    "Your address has too many connections",
    "This server takes no more connections from it at once. Close some, or try again in a moment.",
    5,
)
ENDING = Refusal(503, "The server is being stopped", "It could not finish this answer. Ask again in a moment.", 2)
