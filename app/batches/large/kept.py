"""What is known of a large array is kept: how far its statistics are, and the sample that batches are drawn from."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

import numpy as np

from app.batches.batch import Array

MOST = 64  # files that are kept; each has a few megabytes
WORDS = 32  # digits of a name


class KeptFindings:
    """The files of one array, read in one way, below a folder that is safe to empty."""

    def __init__(self, folder: Path, *told: str) -> None:
        self._folder = folder
        self._name = hashlib.sha256("\n".join(told).encode()).hexdigest()[:WORDS]

    @property
    def state(self) -> Path:
        """The state of the statistics (`bncore.stream.statistics`)."""
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder / f"{self._name}.state.npz"

    @property
    def has_sample(self) -> bool:
        """Whether the sample is kept."""
        return self._sample.is_file()

    @property
    def _sample(self) -> Path:
        return self._folder / f"{self._name}.sample.npy"

    def sample(self, take: Callable[[], Array]) -> Array:
        """The sample, taken where it is not kept."""
        path = self._sample
        with suppress(OSError, ValueError):
            kept: Array = np.load(path, allow_pickle=False)
            return kept
        taken = take()
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=self._folder, suffix=".npy", delete=False) as file:
                np.save(file, taken)
            Path(file.name).replace(path)
            self._make_room()
        return taken

    def forget(self) -> None:
        """Let go of the statistics."""
        self.state.unlink(missing_ok=True)

    def _make_room(self) -> None:
        files = sorted(self._folder.glob("*.np[yz]"), key=lambda path: path.stat().st_mtime)
        for path in files[:-MOST]:
            path.unlink(missing_ok=True)
