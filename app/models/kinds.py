"""Which kind of model file this is, told by its first bytes alone: names are not believed."""

from collections.abc import Callable
from typing import Literal

from app.errors import UnsupportedUpload

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


def kind_of(head: bytes) -> Format:
    """The kind of the file that begins with `head`.

    Raises:
        UnsupportedUpload: it is of none that is read.
    """
    for kind, begins in KINDS:
        if begins(head):
            return kind
    raise UnsupportedUpload(
        f"The file is no model of a kind that is read: {TAKEN}. {INSTEAD}", field="file", allowed=TAKEN
    )
