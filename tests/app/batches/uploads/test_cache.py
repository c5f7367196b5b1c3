"""The cache of parsed uploads on its own: what one thread opens while another forgets it."""

import threading
from pathlib import Path

import numpy as np
import pytest

from app.batches.uploads.parsed import Parsed, X, mapped
from app.batches.uploads.reading import Reading
from app.batches.uploads.store.cache import ParsedCache
from app.settings import Settings
from tests.app.batches.uploads.conftest import Clock

ID = "0" * 64


@pytest.fixture
def cache(settings: Settings, clock: Clock) -> ParsedCache:
    return ParsedCache(settings, clock)


def parse(folder: Path) -> Parsed:
    np.save(folder / X, np.arange(3.0))
    return Parsed()


def opened(_: Parsed, folder: Path) -> list[float]:
    values: list[float] = mapped(folder / X).tolist()
    return values


def test_what_was_parsed_is_opened_before_anybody_forgets_it(cache: ParsedCache) -> None:
    forgotten = threading.Event()
    forgets = threading.Thread(target=lambda: (cache.remove(ID), forgotten.set()))

    def opened_meanwhile(parsed: Parsed, folder: Path) -> list[float]:
        forgets.start()
        assert not forgotten.wait(0.1)
        return opened(parsed, folder)

    assert cache.get(ID, Reading(), parse, opened_meanwhile) == [0, 1, 2]
    forgets.join()
    assert forgotten.is_set()


def test_it_is_parsed_once(cache: ParsedCache) -> None:
    parsed = []

    def counted(folder: Path) -> Parsed:
        parsed.append(folder)
        return parse(folder)

    for _ in range(3):
        cache.get(ID, Reading(), counted, opened)
    assert len(parsed) == 1
