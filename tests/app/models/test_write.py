"""A model is written in its own format: what changes is changed, and nothing else."""

from pathlib import Path

import ml_dtypes
import numpy as np
import pytest

from app.errors import InvalidQuery
from app.models import read_model, write_model
from tests.app.models.files import TABLES, batch_norm, network, npz
from tests.app.models.pickles import archive, checkpoint, table, tensor


@pytest.mark.parametrize("kind", TABLES)
def test_what_changes_is_changed_and_all_else_stays_as_it_is(kind: str, tmp_path: Path) -> None:
    state, path = network(), tmp_path / "mended"
    model = read_model(TABLES[kind](state))
    changed = {"bn1.weight": np.arange(8.0), "layer1.0.conv1.weight": 2 * state["layer1.0.conv1.weight"]}
    write_model(model, changed, path)
    mended = read_model(path)
    assert mended.format == kind
    assert list(mended.tensors.items()) == list(model.tensors.items())
    for name, array in state.items():
        assert np.array_equal(mended.read(name), changed.get(name, array)), name
    assert [file.name for file in tmp_path.iterdir()] == ["mended"]


@pytest.mark.parametrize("kind", TABLES)
def test_a_model_that_changes_in_nothing_has_the_bytes_of_its_tensors(kind: str, tmp_path: Path) -> None:
    data, path = TABLES[kind](network()), tmp_path / "same"
    write_model(read_model(data), {}, path)
    if kind in ("safetensors", "pytorch legacy"):
        assert path.read_bytes() == data
    for name in network():
        assert read_model(path).read(name).tobytes() == read_model(data).read(name).tobytes()


@pytest.mark.parametrize("kind", TABLES)
def test_it_may_be_written_over_itself(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "model"
    path.write_bytes(TABLES[kind](network()))
    write_model(read_model(path), {"bn1.bias": np.full(8, 3.0)}, path)
    assert (read_model(path).read("bn1.bias") == 3).all()


def test_numbers_are_rounded_to_the_dtype_of_the_file(tmp_path: Path) -> None:
    state = {name: array.astype(ml_dtypes.bfloat16) for name, array in batch_norm("bn", 4).items() if array.ndim}
    model = read_model(checkpoint(state))
    write_model(model, {"bn.weight": np.full(4, 1.001)}, tmp_path / "out")
    written = read_model(tmp_path / "out").read("bn.weight")
    assert written.dtype == ml_dtypes.bfloat16
    assert (written == ml_dtypes.bfloat16(1.001)).all()


def test_a_tensor_of_rows_and_columns_turned_is_written_by_its_strides(tmp_path: Path) -> None:
    array = np.asfortranarray(np.arange(12, dtype="f4").reshape(3, 4))
    turned = archive(table({"a": tensor("0", array)}), [array.T.copy()])
    for data in (turned, npz({"a": array})):
        model = read_model(data)
        assert np.array_equal(model.read("a"), array)
        write_model(model, {"a": array + 1}, tmp_path / "out")
        assert np.array_equal(read_model(tmp_path / "out").read("a"), array + 1)


def test_what_an_archive_maps_begins_at_a_multiple_of_64(tmp_path: Path) -> None:
    write_model(read_model(checkpoint(network())), {"bn1.bias": np.zeros(8)}, tmp_path / "out")
    members = read_model(tmp_path / "out").source.members
    assert {members.offset(name) % 64 for name in members.infos} == {0}


REFUSED = {
    "a tensor that is not there": ({"bn2.weight": np.ones(8)}, "'bn2.weight' is not in the file"),
    "another shape": ({"bn1.weight": np.ones((8, 1))}, r"has shape \(8,\) in the file, and \(8, 1\) was given"),
    "beyond the range": ({"bn1.weight": np.full(8, 1e39)}, "beyond the range of float32"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_the_file_cannot_hold_is_refused_and_nothing_is_written(what: str, tmp_path: Path) -> None:
    changed, match = REFUSED[what]
    with pytest.raises(InvalidQuery, match=match):
        write_model(read_model(checkpoint(network())), changed, tmp_path / "out")
    assert not any(tmp_path.iterdir())


def test_one_of_two_tensors_of_the_same_numbers_does_not_change_alone(tmp_path: Path) -> None:
    ones = np.ones(4, "f4")
    model = read_model(archive(table({"a": tensor("0", ones), "b": tensor("0", ones)}), [ones]))
    with pytest.raises(InvalidQuery, match="'a' and 'b' are of the same numbers"):
        write_model(model, {"a": 2 * ones}, tmp_path / "out")
    write_model(model, {"a": 2 * ones, "b": 2 * ones}, tmp_path / "out")
    assert (read_model(tmp_path / "out").read("b") == 2).all()
