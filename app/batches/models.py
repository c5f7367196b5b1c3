"""Models and captures as people sent them, kept beside the batches: under the hash of their bytes, never held whole."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.batches.uploads.store.kept import KeptFiles
from app.batches.uploads.store.receive import Received
from app.errors import UnsupportedUpload, UserError
from app.settings import Settings

FEWER = "Save the norms' tensors alone, or the weights without the optimizer's state."
TAKEN = "safetensors, a PyTorch state_dict (.pt, .pth), ONNX, Keras (.h5, .keras), NPZ of a state_dict or a capture"
HEADER = 100_000_000
"""Bytes that a safetensors header may have."""


def _is_safetensors(head: bytes) -> bool:
    return 2 <= int.from_bytes(head[:8], "little") <= HEADER and head[8:9] == b"{"


def _is_onnx(head: bytes) -> bool:
    """A protocol buffer that begins with the version of ONNX's intermediate representation, a small number."""
    return head[:1] == b"\x08" and 1 <= head[1] <= 64 and len(head) > 2 and head[2] & 7 in (0, 2)


KINDS: dict[str, Callable[[bytes], bool]] = {
    "zip": lambda head: head.startswith(b"PK\x03\x04"),
    "hdf5": lambda head: head.startswith(b"\x89HDF\r\n\x1a\n"),
    "pickle": lambda head: head[:1] == b"\x80" and 2 <= head[1] <= 5,
    "safetensors": _is_safetensors,
    "onnx": _is_onnx,
}
"""What a file may be by its first bytes; its reader looks further."""


def model_kind(head: bytes) -> str:
    """The kind of file that begins so. Raises UnsupportedUpload.

    >>> model_kind((2).to_bytes(8, "little") + b"{}"), model_kind(b"PK\\x03\\x04...")
    ('safetensors', 'zip')
    """
    kind = next((kind for kind, is_so in KINDS.items() if len(head) > 2 and is_so(head)), None)
    if kind is None:
        raise UnsupportedUpload(
            f"The file is no model: its first bytes are {head[:8].hex(' ')}. Send one of {TAKEN}.",
            field="file", given=head[:8].hex(" "), allowed=TAKEN,
        )  # fmt: skip
    return kind


class ModelStore(KeptFiles):
    """Uploaded models and captures, addressed by the SHA-256 of their bytes. All methods block."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        super().__init__(_own(settings), clock, model_kind)

    def path(self, id: str, field: str = "model") -> Path:
        """The file, which counts as a use; `field` is the query's that names it.

        Raises:
            InvalidQuery: that is no id.
            UploadGone: it is not here, or not any more.
        """
        with _field(field):
            self.describe(id)
            return self._use(id)

    def look(self, id: str, field: str) -> None:
        """Raises UploadGone where it is not here."""
        with _field(field):
            self.describe(id)

    def _described(self, received: Received, _file: Path) -> dict[str, Any]:
        return {"id": received.id, "kind": received.kind, "bytes": received.bytes}


@contextmanager
def _field(name: str) -> Iterator[None]:
    """What is refused is the value of this field."""
    try:
        yield
    except UserError as error:
        error.field = name
        raise


def _own(settings: Settings) -> Settings:
    """Limits of their own, in a folder of their own."""
    return settings.model_copy(
        update={
            "uploads_dir": settings.uploads_dir / "models",
            "upload_limit": settings.model_limit,
            "upload_quota": settings.model_quota,
            "store": f"{settings.store.rstrip('/')}/models" if settings.store else "",
        }
    )
