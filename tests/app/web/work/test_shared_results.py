"""Two applications with folders of their own over one store: uploads and results of one are the other's."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient

from app.batches.uploads import UploadStore
from app.main import create_app
from app.settings import Settings
from tests.app.batches.uploads.conftest import Clock
from tests.app.batches.uploads.files import npy
from tests.app.sharing import eventually

BATCH = npy(np.random.default_rng(0).normal(size=(64, 3)))
HEAVY = "/api/v1/network?depth=3"
Machine = Callable[..., TestClient]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    return tmp_path / "shared"


@pytest.fixture
def machine(tmp_path: Path, clock: Clock, shared: Path) -> Machine:
    def started(name: str, url: str = "") -> TestClient:
        folder = tmp_path / name
        settings = Settings(
            uploads_dir=folder / "uploads",
            cache_dir=folder / "cache",
            store=url or shared.as_uri(),
            processes=0,
            inline_work=0,
        )
        app = create_app(settings)
        app.state.uploads = UploadStore(settings, clock)
        return TestClient(app)

    return started


def results(shared: Path) -> list[Path]:
    return [path for path in (shared / "results").glob("*") if path.stat().st_size > 0]


def test_an_upload_to_one_application_is_seen_and_deleted_through_the_other(machine: Machine, clock: Clock) -> None:
    one, other = machine("one"), machine("other")
    sent = one.post("/api/v1/batches", content=BATCH).json()
    view = f"/api/v1/playground?source={sent['id']}"
    assert other.get(view).content == one.get(view).content
    assert other.get(view).status_code == 200
    key = {"delete_key": sent["delete_key"]}
    assert other.delete(f"/api/v1/batches/{sent['id']}", params=key).status_code == 204
    clock.now += 5
    for client in (one, other):
        assert client.get(view).status_code == 410
        assert client.get(f"/api/v1/batches/{sent['id']}").status_code == 410


def test_a_heavy_view_is_computed_by_one_application_for_both(machine: Machine, shared: Path) -> None:
    one, other = machine("one"), machine("other")
    answered = one.get(HEAVY)
    assert answered.status_code == 200
    eventually(lambda: len(results(shared)) == 1)
    other.app.state.work.crew.do = None  # type: ignore[attr-defined]  # who computes fails
    assert other.get(HEAVY).content == answered.content


@pytest.mark.parametrize(
    "damage", [lambda body: body[:-1], lambda body: body[:-1] + bytes([body[-1] ^ 1]), lambda _: b""]
)
def test_a_damaged_result_in_the_store_is_computed_anew(
    machine: Machine, shared: Path, damage: Callable[[bytes], bytes]
) -> None:
    answered = machine("one").get(HEAVY)
    eventually(lambda: len(results(shared)) == 1)
    (kept,) = results(shared)
    kept.write_bytes(damage(kept.read_bytes()))
    again = machine("other").get(HEAVY)
    assert (again.status_code, again.content) == (200, answered.content)


def test_results_above_the_bytes_leave_the_store_first_in_first_out(machine: Machine, shared: Path) -> None:
    one = machine("one")
    one.get(HEAVY)
    eventually(lambda: len(results(shared)) == 1)
    one.app.state.work.results.sweep()  # type: ignore[attr-defined]
    assert len(results(shared)) == 1
    one.app.state.work.results._most = 1  # type: ignore[attr-defined]
    one.app.state.work.results.sweep()  # type: ignore[attr-defined]
    assert results(shared) == []


def test_a_store_that_is_down_costs_no_request(machine: Machine) -> None:
    down = machine("one", "down://store")
    sent = down.post("/api/v1/batches", content=BATCH)
    assert sent.status_code == 201
    asked = [HEAVY, f"/api/v1/playground?source={sent.json()['id']}", "/api/v1/batches"]
    assert [down.get(path).status_code for path in asked] == [200] * 3
    key = {"delete_key": sent.json()["delete_key"]}
    assert down.delete(f"/api/v1/batches/{sent.json()['id']}", params=key).status_code == 204
