"""The pages of a Parquet file as their own headers have them: each is unpacked whole, whatever the footer promised.

A header is a struct in Thrift's compact protocol (parquet.thrift, PageHeader: field 2 is the size of the page unpacked,
field 3 its size in the file).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any

LONGEST = 1024**2
"""Bytes of a header: with the least and the largest value in it, it may have some."""

STOP, TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(13)
UNPACKED, PACKED = 2, 3
DEEPEST = 8  # structs inside each other


@dataclass(frozen=True)
class Page:
    """The bytes of a page, in the file and unpacked."""

    packed: int
    unpacked: int


def pages_of(file: IO[bytes], chunk: Any, go_on: Callable[[], None]) -> Iterator[Page]:
    """The pages of a column's chunk, whose metadata pyarrow has read. Raises ValueError for what is no header."""
    if not chunk.num_values:
        return
    place = chunk.data_page_offset
    if chunk.has_dictionary_page and chunk.dictionary_page_offset:
        place = min(place, chunk.dictionary_page_offset)
    end = place + chunk.total_compressed_size
    while place < end:
        go_on()
        file.seek(place)
        header = Header(file.read(min(LONGEST, end - place)))
        fields = header.struct()
        page = Page(fields.get(PACKED, -1), fields.get(UNPACKED, -1))
        if page.packed < 0 or page.unpacked < 0:
            raise ValueError("a page has no size")
        yield page
        place += header.at + page.packed


class Header:
    """A struct being read; `at` is behind what has been read of it."""

    def __init__(self, data: bytes) -> None:
        self.at = 0
        self._data = data

    def struct(self, depth: int = 0) -> dict[int, int]:
        """The fields that are whole numbers, by their ids; what others hold is passed over."""
        if depth > DEEPEST:
            raise ValueError("a page's header is nested too deeply")
        fields: dict[int, int] = {}
        id = 0
        while (kind := self._byte()) & 15 != STOP:
            id = id + (kind >> 4) if kind >> 4 else self._number()
            value = self._value(kind & 15, depth)
            if value is not None:
                fields[id] = value
        return fields

    def _value(self, kind: int, depth: int) -> int | None:
        if kind in (I16, I32, I64):
            return self._number()
        if kind == STRUCT:
            self.struct(depth + 1)
        elif kind in (BYTE, DOUBLE, BINARY):
            self._pass(self._varint() if kind == BINARY else 1 if kind == BYTE else 8)
        elif kind not in (TRUE, FALSE):
            raise ValueError("a page's header has a field that no such header has")
        return None

    def _number(self) -> int:
        zigzag = self._varint()
        return (zigzag >> 1) ^ -(zigzag & 1)

    def _varint(self) -> int:
        value = shift = 0
        while shift < 70:
            byte = self._byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7
        raise ValueError("a page's header has a number without an end")

    def _byte(self) -> int:
        self._pass(1)
        return self._data[self.at - 1]

    def _pass(self, size: int) -> None:
        self.at += size
        if self.at > len(self._data):
            raise ValueError("a page's header is cut")
