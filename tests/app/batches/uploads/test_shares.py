"""Who may take how much: a count as well as bytes, a share for each client, and what the server's owner pins."""

from collections.abc import Callable

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.batches.uploads import UploadStore
from app.batches.uploads.store import keys, shelf
from app.errors import StoreFull, UploadGone, WrongDeleteKey
from app.main import create_app
from app.settings import Settings
from tests.app.batches.uploads.conftest import LIMIT, Clock
from tests.app.batches.uploads.files import add, npy

ONE, OTHER = "192.0.2.1", "192.0.2.2"
DAY = 86400


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"upload_count": 8, "upload_share": 0.5})


@pytest.fixture
def sent(store: UploadStore, clock: Clock) -> Callable[..., str]:
    """Uploads the number-th small file, or large one, of a client; the id."""

    def send(number: int, client: str = "", size: int = 2) -> str:
        clock.now += 1
        return add(store, npy(np.full((size, 1), number, float)), client)[0]

    return send


LARGE = LIMIT // 8 - 100


def here(store: UploadStore, ids: list[str]) -> list[bool]:
    """Which of the uploads are there."""
    return [id in store._shelf.ids() for id in ids]


def test_no_more_uploads_are_kept_than_the_count_however_small(store: UploadStore, sent: Callable[..., str]) -> None:
    ids = [sent(number) for number in range(11)]
    assert here(store, ids) == [False] * 3 + [True] * 8


@pytest.mark.parametrize("size", [2, LARGE])
def test_one_client_pushes_out_its_own_uploads_and_nobody_elses(
    store: UploadStore, sent: Callable[..., str], size: int
) -> None:
    others = sent(0, OTHER)
    own = [sent(number, ONE, size) for number in range(1, 9)]
    fit = 4 if size == 2 else 1
    assert here(store, own) == [False] * (8 - fit) + [True] * fit
    assert here(store, [others]) == [True]


def test_a_lone_upload_may_be_larger_than_a_share(settings: Settings, clock: Clock) -> None:
    store = UploadStore(settings.model_copy(update={"upload_share": 0.1}), clock)
    own = [add(store, npy(np.full((size, 1), 1.0)), ONE)[0] for size in (2, LARGE)]
    assert here(store, own) == [False, True]


def test_where_all_are_too_many_the_oldest_goes_whosever_it_is(store: UploadStore, sent: Callable[..., str]) -> None:
    ids = [sent(number, f"192.0.2.{number}") for number in range(9)]
    assert here(store, ids) == [False] + [True] * 8


@pytest.mark.parametrize("damage", [b"", b"{}", None])
def test_a_record_that_is_damaged_costs_no_more_than_to_measure_again(
    store: UploadStore, sent: Callable[..., str], settings: Settings, damage: bytes | None
) -> None:
    ids = [sent(number, ONE) for number in range(4)]
    record = settings.uploads_dir / ".ledger"
    record.unlink() if damage is None else record.write_bytes(damage)
    ids += [sent(number) for number in range(4, 10)]
    assert here(store, ids) == [False] * 2 + [True] * 8


def test_taking_one_more_looks_at_no_other(sent: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[str] = []
    for name in ("modified", "_is_pinned"):
        real = getattr(shelf, name)
        monkeypatch.setattr(shelf, name, lambda path, real=real: looks.append(str(path)) or real(path))
    counts = []
    for number in range(7):
        looks.clear()
        sent(number)
        counts.append(len(looks))
    assert counts[2] == counts[6]


def test_the_same_bytes_of_one_client_add_no_end_of_keys(
    store: UploadStore, settings: Settings, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "MOST", 3)
    data = npy(np.ones((2, 1)))
    id, others = add(store, data, OTHER)
    given = []
    for _ in range(6):
        clock.now += 1
        given.append(add(store, data, ONE)[1])
    assert len(list((settings.uploads_dir / id / "keys").iterdir())) == 4
    for old in given[:2]:
        with pytest.raises(WrongDeleteKey):
            store.delete(id, old)
    for key in (others, given[-1]):
        store.delete(id, key)


@pytest.fixture
def pin(settings: Settings) -> Callable[[str], None]:
    return lambda id: (settings.uploads_dir / id / "pinned").touch()


def test_what_is_pinned_is_listed_and_goes_neither_by_time_nor_for_others_nor_by_its_key(
    store: UploadStore, sent: Callable[..., str], clock: Clock, pin: Callable[[str], None]
) -> None:
    id, key = add(store, npy(np.ones((3, 1))), ONE)
    assert store.pinned() == []
    pin(id)
    for number in range(20):
        sent(number, ONE)
    clock.now += 31 * DAY
    sent(20, ONE)
    assert store.pinned() == [store.describe(id)]
    with pytest.raises(WrongDeleteKey, match="for good"):
        store.delete(id, key)
    assert store.describe(id)["id"] == id


def test_an_upload_that_finds_no_room_beside_what_is_pinned_is_refused_and_evicts_nobody(
    store: UploadStore, sent: Callable[..., str], pin: Callable[[str], None]
) -> None:
    for number in range(3):
        pin(sent(number, ONE, LARGE))
    small = sent(3, OTHER)
    with pytest.raises(StoreFull, match="leave no room"):
        sent(4, OTHER, LARGE)
    assert here(store, [small]) == [True]


def test_a_pinned_upload_that_is_healed_stays_pinned(
    store: UploadStore, settings: Settings, pin: Callable[[str], None]
) -> None:
    data = npy(np.ones((3, 1)))
    id, _ = add(store, data)
    pin(id)
    (settings.uploads_dir / id / "data").write_bytes(b"cut")
    add(store, data)
    assert [upload["id"] for upload in store.pinned()] == [id]


def test_a_client_is_its_address(settings: Settings) -> None:
    app: FastAPI = create_app(settings.model_copy(update={"upload_count": 4}))
    teacher, student = (TestClient(app, client=(address, 1)) for address in (ONE, OTHER))
    batch = teacher.post("/api/v1/batches", content=npy(np.zeros((2, 1)))).json()["id"]
    for number in range(1, 6):
        student.post("/api/v1/batches", content=npy(np.full((2, 1), float(number))))
    assert student.get(f"/api/v1/batches/{batch}").status_code == 200
    assert student.get("/api/v1/batches").json() == []
    (settings.uploads_dir / batch / "pinned").touch()
    assert [upload["id"] for upload in student.get("/api/v1/batches").json()] == [batch]


def test_an_expired_upload_makes_way_for_the_next(store: UploadStore, sent: Callable[..., str], clock: Clock) -> None:
    old = sent(0, ONE)
    clock.now += 31 * DAY
    sent(1, OTHER)
    assert here(store, [old]) == [False]
    with pytest.raises(UploadGone):
        store.describe(old)
