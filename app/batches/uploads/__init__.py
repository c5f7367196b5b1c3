"""Uploaded batches: received as a stream, kept under the hash of their bytes, parsed once, mapped when read."""

from app.batches.uploads.reading import Reading as Reading
from app.batches.uploads.source import UploadSource as UploadSource
from app.batches.uploads.store.store import UploadStore as UploadStore
