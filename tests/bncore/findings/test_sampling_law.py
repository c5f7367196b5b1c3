"""By how much mean and variance stray, held against many batches that stray."""

import numpy as np
import pytest

from bncore.findings.sampling_law import TAILS, law_of_batches, sampling_law
from tests.each import each

DRAWN = {
    "normal": lambda rng, shape: rng.standard_normal(shape),
    "uniform": lambda rng, shape: rng.random(shape),
    "laplace": lambda rng, shape: rng.laplace(size=shape),
    "relu": lambda rng, shape: np.maximum(rng.standard_normal(shape), 0.0),
}


def images(rng, features, examples, positions, alike):
    """Bells whose positions share `alike` of their variance."""
    own, shared = (rng.standard_normal((features, examples, size)) for size in (positions, 1))
    return (np.sqrt(1 - alike) * own + np.sqrt(alike) * shared).reshape(features, -1)


@each(
    ("examples", "expected"), [(2, 0.42625), (3, 0.37824), (4, 0.33671), (5, 0.30518)]
)  # sd of χ over its root, by the Γ function
def test_the_deviation_of_few_bells_strays_by_the_law_of_chi(examples, expected):
    rows = np.random.default_rng(0).standard_normal((40_000, examples))
    law = sampling_law(rows, 1)
    np.testing.assert_allclose(law.deviation_error(), expected, atol=1e-4)
    seen = np.sqrt(law.var).std()
    assert abs(seen - expected) < 5 * seen / np.sqrt(2 * len(rows)) * 1.5


@each("name", DRAWN)
@each("examples", [16, 64, 256])
def test_the_deviation_of_many_strays_by_their_own_tails(name, examples):
    rows = DRAWN[name](np.random.default_rng(1), (4000, examples))
    law = sampling_law(rows, 1)
    deviations = np.sqrt(law.var * examples / (examples - 1))
    seen = deviations.std() / np.sqrt(np.square(deviations).mean())
    assert law.deviation_error()[0] == pytest.approx(seen, rel=0.16 if examples < 64 else 0.06)


@each("examples", [8, 16, 64])
def test_the_pooled_kurtosis_of_few_shows_which_tails_are_heavy(examples):
    law = {name: sampling_law(draw(np.random.default_rng(2), (4000, examples)), 1) for name, draw in DRAWN.items()}
    assert law["normal"].excess == pytest.approx(0.0, abs=0.1)
    assert law["relu"].excess == pytest.approx(2.41, abs=0.4)
    assert 1.2 < law["laplace"].excess < 3.0
    assert -1.25 < law["uniform"].excess < -0.4
    for moment in law.values():
        assert moment.tails == pytest.approx(max(0.0, moment.excess + np.sqrt(24 / (4000 * examples))))


@each("examples", [1, 2, 7])
def test_fewer_than_eight_examples_leave_laplaces_tails_open(examples):
    law = sampling_law(np.random.default_rng(0).standard_normal((64, examples)), 1)
    assert np.isnan(law.excess)
    assert law.tails == TAILS


@pytest.mark.parametrize("alike", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("examples", [2, 8, 64])
def test_the_mean_of_images_strays_as_far_as_their_positions_are_alike(alike, examples):
    rows = images(np.random.default_rng(4), 4000, examples, 16, alike)
    law = sampling_law(rows, 16)
    share = alike + (1 - alike) / 16
    assert law.share.mean() == pytest.approx(share, rel=0.25)
    assert (law.share.mean() / examples) == pytest.approx(rows.mean(axis=1).var(), rel=0.3)


@each("alike", [0.0, 0.3, 1.0])
@each("examples", [4, 16])
def test_the_variance_of_images_strays_by_no_more_than_is_said_and_not_by_half_of_it(alike, examples):
    rows = images(np.random.default_rng(5), 4000, examples, 16, alike)
    law = sampling_law(rows, 16)
    seen = law.var.std() / (1 - law.mean_share.mean())
    assert 0.5 * np.median(law.var_error(0.0)) < seen < 1.1 * np.median(law.var_error(0.0))


def test_of_one_image_nothing_is_taken_for_unlike():
    law = sampling_law(np.random.default_rng(0).standard_normal((3, 100)), 100)
    assert law.mean_share.tolist() == [1.0] * 3


@each(("factor", "shift"), [(1e-200, 0.0), (1e100, 0.0), (-3.0, 7.0)])
def test_the_law_does_not_depend_on_scale_or_offset(factor, shift):
    rows = np.random.default_rng(0).standard_normal((5, 40))
    plain, moved = sampling_law(rows, 4), sampling_law(factor * rows + shift, 4)
    np.testing.assert_allclose(moved.share, plain.share, rtol=1e-10)
    np.testing.assert_allclose(moved.var_error(moved.tails), plain.var_error(plain.tails), rtol=1e-10)


def test_a_constant_feature_does_not_move_the_others():
    rows = np.random.default_rng(0).standard_normal((5, 40))
    rows[2] = 0.1
    law, others = sampling_law(rows, 4), sampling_law(np.delete(rows, 2, axis=0), 4)
    assert law.var[2] == 0.0
    np.testing.assert_allclose(np.delete(law.share, 2), others.share, rtol=1e-12)
    assert law.excess == pytest.approx(others.excess, nan_ok=True)


@pytest.mark.parametrize("features", [1, 3])
def test_constant_images_have_a_law_too(features):
    law = sampling_law(np.full((features, 32), 0.1), 16)
    assert (law.share == 1.0).all()
    assert np.isfinite(law.degrees(law.tails)).all()
    assert np.isfinite(law.deviation_error()).all()


def test_the_law_of_a_large_batch_is_that_of_its_parts(monkeypatch):
    rows = np.random.default_rng(0).standard_normal((5, 40))
    whole = sampling_law(rows, 2)
    monkeypatch.setattr("bncore.distributions.summary.BLOCK", 80)
    parted = sampling_law(rows, 2)
    np.testing.assert_array_equal(parted.share, whole.share)
    np.testing.assert_array_equal(parted.var, whole.var)
    assert parted.excess == whole.excess


@each("scale", [1.0, 1e-150, 1e150])
def test_batches_have_the_law_of_images_by_their_means_and_variances_alone(scale):
    """A batch of n numbers is an image of n positions, and what the law takes from those is in their moments."""
    x = scale * (images(np.random.default_rng(7), 5, 6, 40, 0.3) + 2.0)
    parts = x.reshape(5, 6, 40)
    of_batches = law_of_batches(parts.mean(axis=2), parts.var(axis=2), 40)
    of_numbers = sampling_law(x, 40)
    for name in ("mean", "var", "share", "contrast"):
        np.testing.assert_allclose(getattr(of_batches, name), getattr(of_numbers, name), rtol=1e-10)
    assert (of_batches.examples, of_batches.positions) == (6, 40)


def test_batches_that_are_constant_have_a_law_too():
    law = law_of_batches(np.full((2, 3), 4.0), np.zeros((2, 3)), 8)
    assert np.isfinite([law.mean, law.var, law.share, law.contrast]).all()
