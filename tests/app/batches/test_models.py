"""Models beside the batches: the same store, with a folder, limits and kinds of their own."""

import hashlib
from pathlib import Path

import pytest

from app.batches.models import ModelStore
from app.batches.uploads import UploadStore
from app.batches.uploads.store.receive import Received
from app.errors import InvalidQuery, UploadGone, WrongDeleteKey
from app.models.kinds import kind_of
from app.settings import Settings

MODEL = (2).to_bytes(8, "little") + b"{}"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(uploads_dir=tmp_path / "uploads", cache_dir=tmp_path / "cache", model_quota=64)


def add(store: ModelStore, data: bytes) -> tuple[str, str]:
    id = hashlib.sha256(data).hexdigest()
    with store.incoming() as folder:
        (folder / "data").write_bytes(data)
        return id, store.add(folder, Received(id, len(data), kind_of(data)))[1]


def test_a_model_is_kept_under_its_hash_apart_from_the_batches_until_its_key_deletes_it(settings: Settings) -> None:
    uploads = UploadStore(settings)
    id, key = add(uploads.models, MODEL)
    assert uploads.models.path(id).read_bytes() == MODEL
    assert uploads.models.describe(id) == {"id": id, "kind": "safetensors", "bytes": len(MODEL)}
    with pytest.raises(UploadGone):
        uploads.describe(id)
    with pytest.raises(WrongDeleteKey):
        uploads.models.delete(id, "no")
    uploads.models.delete(id, key)
    with pytest.raises(UploadGone) as gone:
        uploads.models.path(id, "other")
    assert gone.value.field == "other"
    with pytest.raises(InvalidQuery):
        uploads.models.look("no id", "model")


def test_models_have_a_quota_of_their_own(settings: Settings) -> None:
    store = ModelStore(settings)
    first, *_, last = [add(store, MODEL + bytes(20) + bytes([number]))[0] for number in range(4)]
    store.look(last, "model")
    with pytest.raises(UploadGone):
        store.look(first, "model")


def test_machines_that_share_a_store_share_models(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    url = f"file://{tmp_path / 'shared'}"
    here, there = (
        ModelStore(settings.model_copy(update={"store": url, "uploads_dir": tmp_path / name})) for name in "ab"
    )
    id, _ = add(here, MODEL)
    assert there.path(id).read_bytes() == MODEL
