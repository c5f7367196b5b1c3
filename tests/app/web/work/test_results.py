"""Results of heavy work on disk: shared, bounded, recomputed where they are damaged, and not needed."""

import asyncio
import os
import shutil
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.errors import NoRoom
from app.main import create_app
from app.web.work import results
from app.web.work.client import Client
from app.web.work.crew import Threads
from app.web.work.floor import Errand, Floor
from app.web.work.results import Results, file_of
from app.web.work.turns import Turns

FULL = Path("/dev/full")  # takes no byte
URL = "/api/v1/network?depth=2&width=8&batch_size=32"


def numbers(_bench, teller, count):
    teller.began(False)
    yield from (b"%d," % n for n in range(count))


class Elsewhere(Results):
    """Results that are written to files of one's own."""

    def __init__(self, folder, files):
        super().__init__(folder, 10**6)
        self._files = files

    @property
    def folders(self):
        return self._files

    def _new_file(self, folder):
        if folder.name == "full":
            folder.symlink_to(FULL)
        else:
            folder.touch()
        return folder


def made_by(kept, errand):
    async def make():
        floor = Floor(Threads(1, lambda: None), Turns(1, 9, 9), Turns(1, 9, 9), kept)
        with floor.join(errand, Client("one")) as flight:
            return (await flight.outcome()).plain()

    return asyncio.run(make())


def write(path, *pieces, squeezed=True):
    path.touch()
    results.write(path, iter(pieces), squeezed=squeezed)
    return results.opened(path)


@pytest.mark.parametrize("squeezed", [True, False])
def test_a_result_is_read_back_in_pieces_by_any_number_of_readers(tmp_path, squeezed):
    body = os.urandom(700_000)
    result = write(tmp_path / "r", body[:5], body[5:], squeezed=squeezed)
    (tmp_path / "r").unlink()
    first, second = result.pieces(plain=True), result.pieces(plain=True)
    pairs = list(zip(first, second, strict=True))
    assert [b"".join(pieces) for pieces in zip(*pairs, strict=True)] == [body, body]
    assert result.plain() == body


def test_the_least_recently_used_result_goes_first(tmp_path):
    folder = tmp_path / "kept"
    folder.mkdir()
    kept = Results(folder, 2_500)
    for long_ago, etag in [(100, "a"), (200, "b")]:
        write(tmp_path / "made", bytes(1_000), squeezed=False)
        kept.keep(tmp_path / "made", etag)
        os.utime(folder / etag, (long_ago, long_ago))
    assert kept.get("a") is not None  # it has just been used
    write(tmp_path / "made", bytes(1_000), squeezed=False)
    kept.keep(tmp_path / "made", "c")
    assert [kept.get(etag) is not None for etag in "abc"] == [True, False, True]


def test_one_process_makes_a_result_and_the_others_wait_for_it(tmp_path):
    kept = Results(tmp_path, 10**6)
    with kept.claim("a") as ours, kept.claim("a") as theirs, kept.claim("b") as other:
        assert (ours, theirs, other) == (True, False, True)
    with kept.claim("a") as again:
        assert again


def test_a_claim_leaves_nothing_behind_though_what_is_made_is_refused(tmp_path):
    kept = Results(tmp_path, 10**6)
    with pytest.raises(NoRoom), kept.claim("a"):
        raise NoRoom("It is refused.")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not FULL.exists(), reason="no device that is full")
def test_a_full_disk_costs_no_answer_where_another_has_room(tmp_path):
    errand = Errand(numbers, (5,))
    assert made_by(Elsewhere(tmp_path, (tmp_path / "full", tmp_path / "room")), errand) == b"0,1,2,3,4,"
    with pytest.raises(NoRoom):
        made_by(Elsewhere(tmp_path, (tmp_path / "full",)), errand)


def test_a_cache_that_is_removed_or_cannot_be_made_costs_no_answer(settings):
    client = TestClient(create_app(settings.model_copy(update={"cache_bytes": 0})))
    first = client.get(URL)
    shutil.rmtree(settings.cache_dir)
    assert client.get(URL).content == first.content
    shutil.rmtree(settings.cache_dir)
    settings.cache_dir.write_text("a file where a folder should be")
    assert client.get(URL).content == first.content


def test_a_file_that_vanishes_while_room_is_made_is_none(tmp_path):
    (tmp_path / "kept").touch()
    (tmp_path / "gone").touch()
    with os.scandir(tmp_path) as entries:
        seen = {entry.name: entry for entry in entries}
    (tmp_path / "gone").unlink()
    assert file_of(seen["gone"]) is None
    assert file_of(seen["kept"])[1] == tmp_path / "kept"
