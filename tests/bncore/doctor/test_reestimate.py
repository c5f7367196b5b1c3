"""Statistics estimated again are those of all examples together, and inference on them is training's output."""

import numpy as np

from bncore.doctor import capture_of, reestimated
from tests.bncore.doctor.captures import capture_arrays, norm_arrays
from tests.bncore.doctor.models import drawn, model_of, norm_of

BATCHES = [np.random.default_rng(s).normal(s, 1 + s, (4 + s, 3)) for s in (0, 1)]
CAPTURE = capture_of(capture_arrays(norm_arrays("bn", BATCHES)))


def test_uneven_batches_that_differ_become_the_statistics_of_all_of_them():
    tensors = drawn(3)
    repair = reestimated(model_of(tensors, norm_of(tensors)), CAPTURE)
    whole = np.concatenate(BATCHES)
    assert set(repair.changed) == {"bn.running_mean", "bn.running_var"}
    np.testing.assert_allclose(repair.changed["bn.running_mean"], whole.mean(0), rtol=1e-6)
    np.testing.assert_allclose(repair.changed["bn.running_var"], whole.var(0, ddof=1), rtol=1e-6)


def test_the_largest_change_is_that_of_the_rows():
    tensors = drawn(3)
    norm = norm_of(tensors)
    repair = reestimated(model_of(tensors, norm), CAPTURE, "biased")
    rows = np.concatenate(BATCHES).astype(np.float32).astype(np.float64)
    after = (rows - rows.mean(0)) / np.sqrt(rows.var(0) + 1e-5) * norm.gamma + norm.beta
    before = (rows - norm.mean) / np.sqrt(norm.variance.astype(float) + 1e-5) * norm.gamma + norm.beta
    np.testing.assert_allclose(repair.largest.change, np.abs(after - before).max(), rtol=1e-4)
    np.testing.assert_allclose(repair.largest.size, np.abs(before).max(), rtol=1e-6)


def test_sick_statistics_are_mended():
    tensors = drawn(3) | {"bn.running_var": np.array([np.nan, -1, 0], np.float32)}
    repair = reestimated(model_of(tensors, norm_of(tensors)), CAPTURE)
    assert np.isfinite(repair.changed["bn.running_var"]).all()
    assert repair.mended[0].change is None


def test_norms_that_cannot_be_are_left_with_the_reason():
    other = drawn(3, "other") | drawn(4, "bn") | {"bare.weight": np.ones(3)}
    norms = [norm_of(other, name) for name in ("other", "bn", "bare")]
    repair = reestimated(model_of(other, *norms), CAPTURE)
    assert not repair.changed
    reasons = ["not in the capture", "3 channels in the capture and 4", "no running statistics"]
    assert all(reason in repair.left[norm.name] for norm, reason in zip(norms, reasons, strict=True))


def test_moments_that_overflow_together_leave_one_norm_and_not_the_whole_model():
    tensors = drawn(3) | drawn(3, "far")
    entry, arrays = norm_arrays("far", BATCHES)
    arrays |= {"far.mean.0": np.full(3, -1e200), "far.mean.1": np.full(3, 1e200)}
    capture = capture_of(capture_arrays(norm_arrays("bn", BATCHES), (entry, arrays)))
    repair = reestimated(model_of(tensors, norm_of(tensors), norm_of(tensors, "far")), capture)
    assert [each.norm.name for each in repair.mended] == ["bn"]
    assert repair.left["far"].startswith("far has moments in the capture")
