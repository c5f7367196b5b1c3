"""A store in a temporary folder, a clock that is turned by hand, and the server's two routes on top."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.batches.batch import Batch
from app.batches.uploads import Reading, UploadStore
from app.batches.uploads.bounds import Bounds
from app.batches.uploads.parsed import Parsed
from app.batches.uploads.readers import read
from app.batches.uploads.sniff import kind_of
from app.batches.uploads.source import open_source
from app.settings import Settings

LIMIT = 10**6
COLUMNS = 100


@dataclass
class Clock:
    now: float = 1.0e9

    def __call__(self) -> float:
        return self.now


@dataclass
class Parser:
    """Parses bytes without a store around it."""

    root: Path
    limit: int = LIMIT
    count: int = field(default=0)

    def __call__(self, data: bytes, **options: Any) -> tuple[Parsed, Batch]:
        self.count += 1
        folder = self.root / str(self.count)
        folder.mkdir()
        upload = folder / "data"
        upload.write_bytes(data)
        reading = Reading(**options)
        parsed = read(kind_of(data), upload, reading, folder, Bounds(self.limit, COLUMNS))
        return parsed, open_source(parsed, upload, folder, reading).draw(None, np.random.default_rng(0))

    def batch(self, data: bytes, **options: Any) -> Batch:
        return self(data, **options)[1]


@pytest.fixture
def parse(tmp_path: Path) -> Parser:
    return Parser(tmp_path)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        uploads_dir=tmp_path / "uploads",
        cache_dir=tmp_path / "cache",
        upload_limit=LIMIT,
        upload_quota=3 * LIMIT,
        upload_days=30,
        upload_columns=COLUMNS,
    )


@pytest.fixture
def store(settings: Settings, clock: Clock) -> UploadStore:
    return UploadStore(settings, clock)


@pytest.fixture
def files(tmp_path: Path) -> Callable[[], list[str]]:
    """What stands on disk, locks and the ledger aside."""

    def listed() -> list[str]:
        paths = (path for path in tmp_path.rglob("*") if path.is_file())
        return sorted(str(p.relative_to(tmp_path)) for p in paths if p.name[0] != "." and p.parent.name != "locks")

    return listed
