"""Captures are read as they were saved, and one that lies is refused with what it lies about."""

import numpy as np
import pytest

from bncore import BadCapture
from bncore.doctor import Stored, capture_of
from tests.bncore.doctor.captures import capture_arrays, norm_arrays, small
from tests.each import each


def test_a_stored_capture_is_what_was_watched(tmp_path):
    rng = np.random.default_rng(1)
    batches = [rng.normal(1, 2, (6, 3)), rng.normal(1, 2, (4, 3))]
    np.savez(tmp_path / "capture.npz", **capture_arrays(norm_arrays("net.1", batches), norm_arrays("net.4", batches)))
    with Stored(tmp_path / "capture.npz") as arrays:
        capture = capture_of(arrays)
        first = capture.norms[0]
        assert [watched.norm.name for watched in capture.norms] == ["net.1", "net.4"]
        assert (capture.steps, first.counts, first.ran, first.mode) == (2, (6, 4), (0, 1), "train")
        assert (first.norm.eps, first.norm.momentum, first.norm.batches, first.norm.channels) == (1e-5, 0.1, 7, 3)
        assert first.norm.tensors["variance"] == "net.1.running_var"
        for step, x in enumerate(batches):
            np.testing.assert_array_equal(first.x(step), x.astype(np.float32))
            np.testing.assert_array_equal(first.moments[step].var, x.var(0))
            assert first.dy(step).shape == x.shape


def test_a_norm_that_did_not_run_in_a_step_has_nothing_of_it():
    entry, arrays = small()
    arrays = {name: array for name, array in arrays.items() if not name.endswith(".0")}
    watched = capture_of(capture_arrays((entry | {"count": [0, 6]}, arrays))).norms[0]
    assert watched.ran == (1,)
    assert watched.x(0) is None
    assert list(watched.moments) == [1]


class Listening(Stored):
    """Stored arrays that know which of them were read."""

    def __getitem__(self, name):
        self.read = [*getattr(self, "read", []), name]
        return super().__getitem__(name)


def test_rows_are_read_when_they_are_asked_for(tmp_path):
    np.savez(tmp_path / "capture.npz", **capture_arrays(small()))
    with Listening(tmp_path / "capture.npz") as arrays:
        watched = capture_of(arrays).norms[0]
        assert not [name for name in arrays.read if ".x." in name or ".dy." in name]
        watched.x(1)
        assert arrays.read[-1] == "bn.x.1"


LIES = {
    "no manifest": ({"bnscope_capture": None}, "no array 'bnscope_capture'"),
    "no text": ({"bnscope_capture": np.zeros(3)}, "not a text"),
    "no JSON": ({"bnscope_capture": np.array("{")}, "no JSON"),
    "a pit of brackets": ({"bnscope_capture": np.array("[" * 200_000)}, "no JSON"),
    "no object": ({"bnscope_capture": np.array("[]")}, "version"),
    "another channel": ({"bn.weight": np.ones(4, np.float32)}, r"weight of shape \(4,\) and bias of \(3,\)"),
    "a matrix": ({"bn.bias": np.ones((3, 1), np.float32)}, "bias"),
    "whole numbers": ({"bn.weight": np.ones(3, int)}, "floating-point"),
    "more rows than examples": ({"bn.x.0": np.ones((6, 3), np.float32)}, "up to 5 examples"),
    "a flat batch": ({"bn.x.0": np.ones(3, np.float32)}, "shape"),
    "positions of a batch norm": (
        {"bn.x.0": np.ones((1, 3, 5), np.float32), "bn.dy.0": np.ones((1, 3, 5), np.float32)}, r"\(n, C\)"
    ),
    "no rows": ({"bn.x.1": None}, "ran in step 1"),
    "a gradient of another place": ({"bn.dy.1": np.ones((5, 3), np.float32)}, "another shape"),
    "no moments": ({"bn.mean.0": None}, "mean.0"),
    "a negative variance": ({"bn.var.1": np.array([1.0, -1.0, 1.0])}, "below 0 in step 1"),
    "part of a batch": ({"bn.num_batches_tracked": np.array(1.5)}, "one whole number"),
}  # fmt: skip


@each("lie", LIES)
def test_a_capture_whose_arrays_lie_is_refused_with_the_lie(lie):
    changed, said = LIES[lie]
    arrays = capture_arrays(small()) | changed
    with pytest.raises(BadCapture, match=said):
        capture_of({name: array for name, array in arrays.items() if array is not None})


@each(
    ("told", "said"),
    [
        ({"version": 2}, "version is 2"), ({"steps": 0}, "steps is 0"), ({"steps": 3}, "each of 3 steps"),
        ({"norms": {}}, "list of norms"), ({"norms": [{}]}, "a name of their own"),
        ({"norms": [small()[0]] * 2}, "a name of their own"),
        *(({"norms": [small()[0] | {key: value}]}, key) for key, value in {
            "kind": "soup", "mode": None, "eps": -1, "momentum": 1.5, "count": [5, True], "groups": 0,
        }.items()),
    ],
)  # fmt: skip
def test_a_manifest_that_lies_is_refused_with_the_lie(told, said):
    with pytest.raises(BadCapture, match=said):
        capture_of(capture_arrays(small(), **told))
