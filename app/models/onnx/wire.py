"""A protobuf message copied without its numbers, which may be most of it: they are noted where they lie in the file.

The wire format is that of protobuf's encoding; field numbers are those of `onnx.proto`. Only the fields in `KEPT` are
copied, so that what is parsed afterwards is small however large the file is, and of known kinds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.errors import UploadTooLarge
from app.models.limits import DEPTH, FIELDS, HEADER, MESSAGES

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5
DOC_STRING = 12
FIXED = {FIXED64: 8, FIXED32: 4}

KEPT: Mapping[str, Mapping[int, str]] = {
    "model": {1: "", 7: "graph", 8: ""},
    "graph": {1: "node", 2: "", 5: "tensor", 11: "", 12: ""},
    "node": {1: "", 2: "", 3: "", 4: "", 5: "attribute", 7: ""},
    "attribute": {1: "", 2: "", 3: "", 4: "", 5: "tensor", 6: "graph", 7: "", 8: "", 20: ""},
    "tensor": {1: "", 2: "", 4: "numbers", 5: "", 7: "", 8: "", 9: "numbers", 10: "numbers", 13: "", 14: ""},
}
"""The fields that are copied, and what those that are messages are; numbers are passed over."""


@dataclass
class Skeleton:
    """A file that is walked, and how many of its fields and messages were passed."""

    data: memoryview
    fields: int = 0
    messages: int = 0


def skeleton(data: memoryview) -> bytes:
    """The model's message without its numbers; each tensor's `doc_string` says where they are (`place_of`).

    Raises:
        UploadTooLarge: what is left is larger than the graph of a model.
        ValueError: it is no protobuf.
    """
    return bytes(_copied(Skeleton(data), "model", 0, len(data), 0))


def place_of(doc_string: str) -> tuple[int, int, int] | None:
    """The field in which a tensor has its numbers, and where they begin and end in the file; None where it has none."""
    if not doc_string:
        return None
    number, begin, stop = map(int, doc_string.split())
    return number, begin, stop


def _copied(bare: Skeleton, kind: str, start: int, end: int, depth: int) -> bytearray:
    """A message of a kind without what is not kept."""
    if depth > DEPTH:
        raise ValueError("its graphs nest more deeply than those of a model")
    bare.messages += 1
    if bare.messages > MESSAGES:
        raise _too_large(f"more than {MESSAGES:,} nodes, attributes and tensors")
    copy = bytearray()
    for number, wire, first, begin, stop in _fields(bare, start, end):
        inner = KEPT[kind].get(number)
        if inner == "numbers" and wire == LENGTH:
            copy += _message(DOC_STRING, f"{number} {begin} {stop}".encode())
        elif inner and wire == LENGTH:
            copy += _message(number, _copied(bare, inner, begin, stop, depth + 1))
        elif inner is not None:
            copy += bare.data[first:stop]
        if len(copy) > HEADER:
            raise _too_large(f"a graph of more than {HEADER:,} bytes without its weights")
    return copy


def _fields(bare: Skeleton, start: int, end: int) -> Iterator[tuple[int, int, int, int, int]]:
    """The number and wire type of each field, where it begins, and where its contents begin and end."""
    at = start
    while at < end:
        bare.fields += 1
        if bare.fields > FIELDS:
            raise _too_large(f"more than {FIELDS:,} fields")
        tag, begin = _read(bare.data, at, end)
        wire, stop = tag & 7, begin
        if wire == VARINT:
            _, stop = _read(bare.data, begin, end)
        elif wire == LENGTH:
            length, begin = _read(bare.data, begin, end)
            stop = begin + length
        else:
            stop = begin + FIXED[wire]
        if stop > end:
            raise ValueError("a part of it ends behind the file")
        yield tag >> 3, wire, at, begin, stop
        at = stop


def _read(data: memoryview, at: int, end: int) -> tuple[int, int]:
    """A number of protobuf's variable length, and where it ends."""
    value = shift = 0
    while at < end and shift < 70:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
    raise ValueError("a number of it has no end")


def _message(number: int, content: bytes | bytearray) -> bytes:
    return _varint(number << 3 | LENGTH) + _varint(len(content)) + bytes(content)


def _varint(value: int) -> bytes:
    """A number as protobuf writes it.

    >>> _varint(1), _varint(300)
    (b'\\x01', b'\\xac\\x02')
    """
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(written + bytes([value]))


def _too_large(what: str) -> UploadTooLarge:
    return UploadTooLarge(
        f"The ONNX model has {what}; no model's is as large. Save its weights as initializers, or a part of it.",
        field="file", allowed=f"at most {HEADER} bytes and {FIELDS} fields",
    )  # fmt: skip
