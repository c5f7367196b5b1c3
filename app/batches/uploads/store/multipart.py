"""The file inside a multipart form, taken out of the stream as it passes: nothing is spooled."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from app.errors import InvalidQuery

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

FIELD = "file"
OTHERS = 64 * 1024
"""Bytes that a form may hold besides the file: its boundaries, headers and other fields."""


def is_form(content_type: str) -> bool:
    """Whether a body of this content type is a form with the file inside it."""
    return content_type.lower().lstrip().startswith("multipart/form-data")


async def file_in_form(content_type: str, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The bytes of the form's field `file`, piece by piece.

    Raises:
        InvalidQuery: the form is broken off or malformed, or has no field `file`, or several.
    """
    form = Form(content_type)
    async for chunk in body:
        for piece in form.feed(chunk):
            yield piece
    form.finish()


class Form:
    """A multipart parser that keeps the pieces of the field `file` and drops the other fields."""

    def __init__(self, content_type: str) -> None:
        boundary = parse_options_header(content_type)[1].get(b"boundary")
        if not boundary:
            raise _broken("its content type names no boundary")
        callbacks: MultipartCallbacks = {
            "on_part_begin": self._begin,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._data,
            "on_end": self._end,
        }
        try:
            self._parser = MultipartParser(boundary, callbacks)
        except FormParserError as error:
            raise _broken(str(error)) from error
        self._pieces: list[bytes] = []
        self._name, self._value = b"", b""
        self._disposition = b""
        self._in_file = self._ended = False
        self._files = self._others = 0

    def feed(self, chunk: bytes) -> list[bytes]:
        """The pieces of the file that `chunk` holds."""
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise _broken(str(error)) from error
        pieces, self._pieces = self._pieces, []
        return pieces

    def finish(self) -> None:
        """Look whether the form came whole and held a file."""
        if not self._ended:
            raise _broken("it breaks off before its closing boundary")
        if not self._files:
            raise _broken(f"it has no field {FIELD!r}")

    def _begin(self) -> None:
        self._disposition = b""

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._name.lower() == b"content-disposition":
            self._disposition = self._value
        self._name, self._value = b"", b""

    def _headers_finished(self) -> None:
        name = parse_options_header(self._disposition)[1].get(b"name", b"")
        self._in_file = name == FIELD.encode()
        self._files += self._in_file
        if self._files > 1:
            raise _broken(f"it has several fields {FIELD!r}; upload one file at a time")

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._in_file:
            self._pieces.append(data[start:end])
            return
        self._others += end - start
        if self._others > OTHERS:
            raise _broken(f"its other fields hold more than {OTHERS:,} bytes")

    def _end(self) -> None:
        self._ended = True


def _broken(why: str) -> InvalidQuery:
    return InvalidQuery(
        f"The form cannot be read: {why}. Send the file as the field {FIELD!r} of multipart/form-data, or as the body.",
        field=FIELD,
        allowed=f"one file, in the field {FIELD!r}",
    )
