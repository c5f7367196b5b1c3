"""Files to upload, as bytes."""

import hashlib
import io
from typing import Any

import numpy as np

from app.batches.uploads import UploadStore
from app.batches.uploads.sniff import kind_of
from app.batches.uploads.store.receive import Received


def npy(array: Any, **options: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def npz(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def add(store: UploadStore, data: bytes, client: str = "") -> tuple[str, str]:
    """Put the bytes in the store as if they had been received; the id and the delete key."""
    id = hashlib.sha256(data).hexdigest()
    with store.incoming() as folder:
        (folder / "data").write_bytes(data)
        return id, store.add(folder, Received(id, len(data), kind_of(data)), client)[1]
