"""Models and captures as people sent them, kept beside the batches: under the hash of their bytes, never held whole."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.batches.uploads.store.kept import KeptFiles
from app.batches.uploads.store.receive import Received
from app.errors import UserError
from app.models.kinds import kind_of
from app.settings import Settings

FEWER = "Save the norms' tensors alone, or the weights without the optimizer's state."


class ModelStore(KeptFiles):
    """Uploaded models and captures, addressed by the SHA-256 of their bytes. All methods block."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        super().__init__(_own(settings), clock, kind_of)

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
