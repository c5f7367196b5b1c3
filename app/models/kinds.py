"""Which kind of model file this is, told by its first bytes alone: names are not believed."""

import re
from collections.abc import Callable
from typing import Literal

from app.errors import UnreadableModel, UnsupportedUpload
from app.files.refused import BEGINNINGS, FETCH, JSON, UNPACK, Refused, article

Format = Literal["safetensors", "pytorch", "pytorch legacy", "onnx", "keras h5", "keras", "npz"]
HEAD = 4096
"""Bytes that are enough to tell a kind."""

TAKEN = "safetensors, PyTorch state_dict (.pt, .pth), ONNX, Keras (.keras, .h5), NPZ of a state_dict"

LEGACY = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
"""How a file of `torch.save` began before PyTorch 1.6."""

INSTEAD = (
    'Save it as one: torch.save(model.state_dict(), "state.pt"), model.save("model.keras") or '
    'numpy.savez("state.npz", **arrays).'
)

BEGINS_PAGE = re.compile(rb"\s*<(?:!doctype html|html|head|body)", re.IGNORECASE)
PAGE = Refused("web page", FETCH, "a download's address ends in the file's name, not in a page about it")
"""What comes where the address of a download was that of the page about it, or asked for a log-in."""

OTHERS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"GGUF", "GGUF file"),
    (4, b"TFL3", "TensorFlow Lite model"),
    (0, b"\x93NUMPY", "single NPY array"),
    (257, b"ustar", "tar archive"),
)
"""Other kinds that may be taken for a model, and where their first bytes stand."""


def _is_safetensors(head: bytes) -> bool:
    return len(head) > 8 and head[8:9] == b"{" and int.from_bytes(head[:8], "little") < 2**40


def _member(head: bytes) -> bytes:
    """The name of the first member of a zip."""
    length = int.from_bytes(head[26:28], "little")
    return head[30 : 30 + length] if head.startswith(b"PK\x03\x04") else b""


def _is_keras(head: bytes) -> bool:
    return _member(head) in (b"metadata.json", b"config.json", b"model.weights.h5")


def _is_onnx(head: bytes) -> bool:
    """A ModelProto begins with its ir_version, field 1."""
    return len(head) > 1 and head[0] == 8 and 0 < head[1] < 64


KINDS: tuple[tuple[Format, Callable[[bytes], bool]], ...] = (
    ("keras h5", lambda head: head.startswith(b"\x89HDF\r\n\x1a\n")),
    ("npz", lambda head: _member(head).endswith(b".npy")),
    ("keras", _is_keras),
    ("pytorch", lambda head: head.startswith(b"PK\x03\x04")),
    ("pytorch legacy", lambda head: head.startswith(b"\x80")),
    ("safetensors", _is_safetensors),
    ("onnx", _is_onnx),
)
"""Each kind and how its first bytes look, the surest first."""


def empty() -> UnreadableModel:
    """The error for a file without a byte."""
    return UnreadableModel("The file is empty. Save the model again, and upload it whole.", field="file")


def kind_of(head: bytes) -> Format:
    """The kind of the file that begins with `head`.

    Raises:
        UnsupportedUpload: it is of none that is read; where it can be told, it is named.
        UnreadableModel: it is empty.
    """
    if not head:
        raise empty()
    for kind, begins in KINDS:
        if begins(head):
            return kind
    raise _refusal(_other(head))


def _other(head: bytes) -> Refused | None:
    """What else the file is, if that can be told."""
    for beginning, kind in BEGINNINGS:
        if head.startswith(beginning):
            return kind
    for start, beginning, what in OTHERS:
        if head[start:].startswith(beginning):
            return Refused(what, "")
    if BEGINS_PAGE.match(head):
        return PAGE
    return JSON if head.lstrip()[:1] in (b"{", b"[") else None


def _refusal(kind: Refused | None) -> UnsupportedUpload:
    """The error that names the kind of a file, and the lines that write a model."""
    instead = f"{kind.do}: {kind.line}" if kind and kind.do in (UNPACK, FETCH) else INSTEAD
    what = f"The file is {article(kind.what)} {kind.what}, and no model" if kind else "The file is no model"
    return UnsupportedUpload(
        f"{what} of a kind that is read: {TAKEN}. {instead}", field="file", given=kind and kind.what, allowed=TAKEN
    )
