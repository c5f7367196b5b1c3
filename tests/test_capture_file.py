"""What `static/bnscope_capture.py` writes is what `bncore.doctor` reads; it is run with a framework of NumPy alone."""

import runpy
from pathlib import Path

import numpy as np
import pytest

from bncore.doctor import Stored, capture_of

SCRIPT = runpy.run_path(str(Path(__file__).parent.parent / "static" / "bnscope_capture.py"))
Capture, spread = SCRIPT["Capture"], SCRIPT["spread"]


class Numeric(Capture):
    """The capture of a framework whose arrays are NumPy's, and which calls it by itself."""

    framework = "pytorch"

    def hook(self, _model):
        self.unhooked = 0
        return lambda: setattr(self, "unhooked", self.unhooked + 1)

    def run(self, x: np.ndarray, kind: str = "batch") -> None:
        """A norm `bn` sees x, and its gradient is 2 x."""
        told = {"name": "bn", "kind": kind, "mode": "train", "axis": 1, "eps": 1e-5, "momentum": 0.1}
        taken, step = self.taking(kind, x.shape), self.step
        if self.wants("bn"):
            buffers = {"weight": np.full(x.shape[1], self.step + 1.0)}
            self.see("bn", lambda: told, buffers, x.size // x.shape[1])
            self.keep("bn", "x", step, taken(x))
            over = (0, *range(2, x.ndim))
            self.keep("bn", "mean", step, x.mean(over))
            self.keep("bn", "var", step, x.var(over))
            self.waiting += 1
            self.gradient = lambda: (self.keep("bn", "dy", step, taken(2 * x)), self.gradient_came())

    def copied(self, values):
        return self.arena.copy(np.asarray(values))

    def to_numpy(self, values):
        return values

    def index(self, places):
        return places


def step_of(watching: Numeric, x: np.ndarray, kind: str = "batch") -> None:
    watching.begins()
    watching.run(x, kind)
    watching.run(x, kind)  # a layer that is shared runs again, and is seen once
    watching.ends()
    watching.gradient()


@pytest.mark.parametrize("shape", [(9, 3), (90_000, 3), (5, 3, 4), (40, 8, 700)], ids=str)
def test_rows_gradients_and_moments_are_of_the_same_examples(shape, tmp_path):
    path = tmp_path / "capture.npz"
    watching = Numeric(None, path, steps=2)
    batches = [np.random.default_rng(step).normal(step, 1, shape) for step in (0, 1)]
    for x in batches:
        assert not path.exists()
        step_of(watching, x)
    assert (watching.unhooked, path.exists()) == (1, True)
    with Stored(path) as arrays:
        watched = capture_of(arrays).norms[0]
        np.testing.assert_array_equal(watched.norm.gamma, np.ones(shape[1]))
        for step, x in enumerate(batches):
            rows, every = watched.x(step), np.moveaxis(x, 1, -1).reshape(-1, shape[1])
            assert watched.counts[step] == len(every)
            assert len(rows) == (128 if x.size > 65_536 else len(every))
            assert {row.tobytes() for row in rows} <= {row.tobytes() for row in every}
            np.testing.assert_array_equal(watched.dy(step), 2 * rows)
            np.testing.assert_allclose(watched.moments[step].mean, every.mean(0), atol=1e-12)


def test_examples_of_a_group_norm_are_kept_with_all_their_positions(tmp_path):
    watching = Numeric(None, tmp_path / "capture.npz", steps=1)
    x = np.random.default_rng(0).normal(0, 1, (40, 8, 700))
    step_of(watching, x, "group")
    with Stored(tmp_path / "capture.npz") as arrays:
        assert capture_of(arrays).norms[0].x(0).shape == (11, 8, 700)


def test_a_training_that_ends_early_leaves_what_it_had(tmp_path):
    with Numeric(None, tmp_path / "capture.npz", steps=5) as watching:
        step_of(watching, np.ones((4, 2)))
    with Stored(tmp_path / "capture.npz") as arrays:
        assert capture_of(arrays).steps == 1
    watching.close()
    assert watching.unhooked == 1


def test_a_model_without_norms_is_told():
    watching = Numeric(None, "never.npz", steps=1)
    with pytest.warns(UserWarning, match="no norm ran"):
        watching.close()


@pytest.mark.parametrize("count", [1024, 50_176, 200_704])
def test_places_are_different_and_leave_no_large_gap(count):
    places = spread(count, 256)
    assert len(set(places.tolist())) == 256
    assert places.min() >= 0
    assert places.max() < count
    assert np.diff(places).max() <= 2 * count / 256 + 2
    assert len(set((places % 56).tolist())) > 50  # columns of an image, not a few of them
