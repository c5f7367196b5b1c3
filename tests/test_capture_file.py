"""What `static/bnscope_capture.py` writes is what `bncore.doctor` reads; it is run with a framework of NumPy alone."""

import json
import runpy
from pathlib import Path

import numpy as np
import pytest

from bncore.doctor import Stored, capture_of
from tests.each import each

SCRIPT = runpy.run_path(str(Path(__file__).parent.parent / "static" / "bnscope_capture.py"))
Capture, spread = SCRIPT["Capture"], SCRIPT["spread"]


class Numeric(Capture):
    """The capture of a framework whose arrays are NumPy's, and which calls it by itself; its clock is `now`."""

    framework = "pytorch"
    now = 0.0

    def clock(self) -> float:
        return self.now

    def hook(self, _model):
        self.unhooked = 0
        return lambda: setattr(self, "unhooked", self.unhooked + 1)

    def run(self, x: np.ndarray, kind: str = "batch", cost: float = 0.0) -> None:
        """A norm `bn` sees x, (..., C) or (N, C, positions), and its gradient is 2 x; to keep them takes `cost`."""
        told = {"name": "bn", "kind": kind, "mode": "train", "axis": 1, "eps": 1e-5, "momentum": 0.1}
        index, shape, count = self.plan(kind, x.shape)
        step = self.step

        def kept(values):
            self.now += cost
            return self.arena.copy(values if index is None else values[index]).reshape(shape)

        if self.wants("bn"):
            channels = x.shape[1 if kind == "group" else -1]
            self.see("bn", lambda: told, {"weight": np.full(channels, self.step + 1.0)}, count)
            self.keep("bn", "x", step, self.charged(kept, x))
            over = tuple(range(x.ndim - 1))
            self.keep("bn", "mean", step, x.mean(over))
            self.keep("bn", "var", step, x.var(over))
            self.waiting["bn", step] = True
            self.gradient = lambda: self.came(step, kept(2 * x))

    def came(self, step: int, dy: np.ndarray) -> None:
        del self.waiting["bn", step]
        self.keep("bn", "dy", step, dy)
        self.written_if_complete()


def step_of(watching: Numeric, x: np.ndarray, kind: str = "batch") -> None:
    watching.begins()
    watching.run(x, kind)
    watching.run(x, kind)  # a layer that is shared runs again, and is seen once
    watching.ends()
    watching.gradient()


@pytest.mark.parametrize("shape", [(9, 3), (90_000, 3), (5, 4, 3), (40, 70, 10, 8)], ids=str)
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
        np.testing.assert_array_equal(watched.norm.gamma, np.ones(shape[-1]))
        for step, x in enumerate(batches):
            rows, every = watched.x(step), x.reshape(-1, shape[-1])
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


def test_of_whole_examples_nothing_is_left_out(tmp_path):
    watching = Numeric(None, tmp_path / "capture.npz", steps=1)
    x = np.random.default_rng(0).normal(0, 1, (4, 2, 3, 5))
    step_of(watching, x, "group")
    with Stored(tmp_path / "capture.npz") as arrays:
        np.testing.assert_array_equal(capture_of(arrays).norms[0].x(0), x.reshape(4, 2, 15))


@pytest.mark.parametrize(
    ("budget", "seconds", "kept"), [(0.05, 1.0, [0, 3, 6, 9]), (0.05, 4.0, [0, 1, 2, 3]), (1, 1.0, [0, 1, 2, 3])]
)
def test_steps_pass_until_their_cost_is_within_the_budget(budget, seconds, kept, tmp_path):
    path = tmp_path / "capture.npz"
    watching, batches = Numeric(None, path, steps=4, budget=budget), iter(range(100))
    while not path.exists():
        batch = next(batches)
        watching.begins()
        watching.run(np.full((3, 2), float(batch)), cost=0.15)
        watching.ends()
        if watching.waiting:
            watching.gradient()
        watching.now += seconds
    with Stored(path) as arrays:
        told = json.loads(str(arrays["bnscope_capture"]))
        assert [float(arrays[f"bn.mean.{step}"][0]) for step in range(4)] == kept
        assert (told["steps"], told["of"]) == (4, kept[-1] + 1)


def test_a_budget_of_nothing_is_refused():
    with pytest.raises(ValueError, match="budget is 0"):
        Numeric(None, "never.npz", steps=1, budget=0)


def test_a_training_that_ends_early_leaves_what_it_had(tmp_path):
    with Numeric(None, tmp_path / "capture.npz", steps=5) as watching:
        step_of(watching, np.ones((4, 2)))
    with Stored(tmp_path / "capture.npz") as arrays:
        assert capture_of(arrays).steps == 1
    watching.close()
    assert watching.unhooked == 1


@each(("mean", "deviation"), [(1.0, 1.0), (-250.0, 1.0), (900.0, 1.0), (5e4, 1.0), (0.0, 2e-3), (0.1, 1e-5)])
def test_moments_of_what_a_layer_saved_are_those_of_the_batch(mean, deviation):
    x = np.random.default_rng(0).normal([0, mean], [1, deviation], (500, 2)).astype(np.float32)
    exact, var = x.mean(0, dtype=np.float64), x.var(0, dtype=np.float64)
    saved = exact.astype(np.float32), (1 / np.sqrt(var + 1e-5)).astype(np.float32)
    if SCRIPT["sound"](*(values.tolist() for values in saved), 1e-5):
        own = saved[0], SCRIPT["variance"](saved[1].astype(np.float64), 1e-5)
    else:
        own = SCRIPT["own_moments"](*saved, 1e-5, x)
    np.testing.assert_allclose(own[1], var, rtol=2e-6)
    assert (np.abs(own[0] - exact) <= 1e-4 * np.sqrt(var)).all()


def test_a_model_without_norms_is_told():
    watching = Numeric(None, "never.npz", steps=1)
    with pytest.warns(UserWarning, match="no norm ran"):
        watching.close()


@each("count", [1024, 50_176, 200_704])
def test_places_are_different_and_leave_no_large_gap(count):
    places = spread(count, 256)
    assert len(set(places.tolist())) == 256
    assert places.min() >= 0
    assert places.max() < count
    assert np.diff(places).max() <= 2 * count / 256 + 2
    assert len(set((places % 56).tolist())) > 50  # columns of an image, not a few of them
