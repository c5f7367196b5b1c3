"""How many healthy features are called off, and that what is off is called so."""

import math

import numpy as np

from bncore.findings.held import Held, hold_mean, hold_var
from bncore.findings.sampling_law import sampling_law
from tests.each import each

RESOLUTION = float(np.finfo(float).eps)
HALF_BELL = 0.5 - 1.0 / (2.0 * math.pi)  # variance of max(0, z)
DATA = {
    "normal": (lambda rng, shape: rng.standard_normal(shape), 0.0, 1.0),
    "uniform": (lambda rng, shape: rng.random(shape), 0.5, 1.0 / 12.0),
    "laplace": (lambda rng, shape: rng.laplace(size=shape), 0.0, 2.0),
    "relu": (lambda rng, shape: np.maximum(rng.standard_normal(shape), 0.0), 1.0 / math.sqrt(2.0 * math.pi), HALF_BELL),
}
SIZES = (1, 2, 3, 4, 8, 16, 64)
FEATURES, BATCHES = 256, 16


def held(rows, positions, mean, var) -> tuple[Held, Held]:
    """Both running statistics, one value for all features or one each, against rows (D, M)."""
    law = sampling_law(np.ascontiguousarray(rows), positions)
    mean, var = np.broadcast_to(mean, len(rows)).astype(float), np.broadcast_to(var, len(rows)).astype(float)
    return hold_mean(law, mean, var, RESOLUTION), hold_var(law, var, RESOLUTION)


def alarms(batches):
    """The shares of features and of layers whose mean and whose variance is called off."""
    off = np.array([[of_statistic.off for of_statistic in held(*batch)] for batch in batches])
    return off.mean(axis=(0, 2)), off.any(axis=2).mean(axis=0)


def averaged(rng, draw, examples, momentum, ddof, features=FEATURES):
    """What a running average leaves after as many batches as it remembers, and some more."""
    weights = momentum * (1.0 - momentum) ** np.arange(int(8 / momentum))
    seen = draw(rng, (len(weights), features, examples))
    weights /= weights.sum()
    return np.tensordot(weights, seen.mean(axis=2), 1), np.tensordot(weights, seen.var(axis=2, ddof=ddof), 1)


@each("examples", SIZES)
@each("name", DATA)
def test_at_most_one_healthy_feature_in_a_hundred_is_called_off(name, examples):
    draw, mean, var = DATA[name]
    rng = np.random.default_rng([examples, 11])
    features, layers = alarms([(draw(rng, (FEATURES, examples)), 1, mean, var) for _ in range(BATCHES)])
    assert (features < 0.002).all()
    if name in ("normal", "uniform"):
        assert (layers <= 2 / BATCHES).all()


@each("examples", [2, 4, 16])
@each("ddof", [0, 1])
@each("name", DATA)
def test_so_it_is_with_running_averages_of_such_batches(name, ddof, examples):
    """However the variance is kept: PyTorch's way or Keras'."""
    draw, _, _ = DATA[name]
    rng = np.random.default_rng([examples, ddof, 13])
    features, _ = alarms([
        (draw(rng, (FEATURES, examples)), 1, *averaged(rng, draw, examples, 0.1, ddof)) for _ in range(4)
    ])  # fmt: skip
    assert (features < 0.01).all()


def images(rng, kind, examples, side=6):
    """Images (D, N, side, side) of mean 0 and variance 1, and the ReLU of such ones."""
    shape = (32, examples, side, side)
    white, level = rng.standard_normal(shape), rng.standard_normal((32, examples, 1, 1))
    smooth = sum(np.roll(white, (i, j), (2, 3)) for i in range(3) for j in range(3)) / 3.0
    if kind == "contrast":
        return smooth * np.sqrt(rng.gamma(2.0, 0.5, size=(32, examples, 1, 1)))
    if kind == "relu":
        return np.maximum(smooth, 0.0)
    return {
        "white": white,
        "smooth": smooth,
        "copies": np.broadcast_to(level, shape),
        "level": (white + level) / 2**0.5,
    }[kind]


@each("examples", [1, 2, 4, 16])
@each("kind", ["white", "smooth", "level", "copies", "contrast", "relu"])
def test_so_it_is_with_images_however_alike_their_positions(kind, examples):
    rng = np.random.default_rng([examples, 17])
    mean, var = DATA["relu"][1:] if kind == "relu" else (0.0, 1.0)
    features, _ = alarms([(images(rng, kind, examples).reshape(32, -1), 36, mean, var) for _ in range(40)])
    assert (features < 0.005).all()


@each("name", DATA)
@each("features", [1, 8, 64, 256])
def test_a_mean_one_deviation_off_is_found_at_64(name, features):
    draw, mean, var = DATA[name]
    rng = np.random.default_rng([features, 19])
    for sign in (-1.0, 1.0):
        means = np.full(features, mean)
        means[-1] += sign * math.sqrt(var)
        assert held(draw(rng, (features, 64)), 1, means, var)[0].off[-1]
        assert held(draw(rng, (features, 64)), 1, mean + sign * math.sqrt(var), var)[0].off.all()


@each("name", ["normal", "uniform"])
@each("features", [1, 8, 64, 256])
@each("factor", [0.25, 4.0])
def test_a_variance_four_times_off_is_found_at_64(name, features, factor):
    draw, mean, var = DATA[name]
    rng = np.random.default_rng([features, 23])
    one = np.full(features, var)
    one[-1] *= factor
    assert held(draw(rng, (features, 64)), 1, mean, one)[1].off[-1]
    assert held(draw(rng, (features, 64)), 1, mean, factor * var)[1].off.all()


@each("name", ["laplace", "relu"])
@each("factor", [0.25, 4.0])
def test_with_heavy_tails_it_is_found_in_all_but_a_few_of_a_hundred_features(name, factor):
    draw, mean, var = DATA[name]
    _, of_variance = held(draw(np.random.default_rng(29), (2560, 64)), 1, mean, factor * var)
    assert of_variance.off.mean() > 0.95


def test_one_image_far_away_is_found_and_a_dull_one_is_not():
    rows = np.random.default_rng(0).standard_normal((3, 100))
    assert held(rows, 100, 100.0, 1.0)[0].off.all()
    assert held(100.0 * rows, 100, 0.0, 1.0)[1].off.all()
    assert not held(0.01 * rows, 100, 0.0, 1.0)[1].off.any()


def test_one_example_has_no_variance_to_hold():
    rows = np.random.default_rng(0).standard_normal((3, 1))
    assert not held(rows, 1, 0.0, 1e-12)[1].off.any()


def test_errors_are_those_that_the_text_states():
    rows = np.random.default_rng(0).standard_normal((2, 64))
    law = sampling_law(rows, 1)
    against = hold_mean(law, law.mean + 0.5, np.full(2, 4.0), RESOLUTION)
    np.testing.assert_allclose(against.errors, 0.5 / np.sqrt(4.0 * 64 / 63 * 20 / 19 / 64), rtol=1e-12)
    against = hold_var(law, law.var / 3.0, RESOLUTION)
    spread = np.sqrt((2 / 63 + law.tails / 64) * 20 / 19)
    np.testing.assert_allclose(against.errors, 2.0 / spread, rtol=1e-12)


def test_without_a_running_variance_the_mean_is_held_as_by_student():
    rng = np.random.default_rng(0)
    off = [
        hold_mean(sampling_law(rng.standard_normal((64, n)), 1), np.zeros(64), None, RESOLUTION).off.mean()
        for n in SIZES
    ]
    assert max(off) < 0.01
    law = sampling_law(rng.standard_normal((64, 64)), 1)
    assert hold_mean(law, np.ones(64), None, RESOLUTION).off.all()
    still = sampling_law(np.full((2, 8), 3.0), 1)
    assert not hold_mean(still, np.zeros(2), None, RESOLUTION).off.any()


def test_a_feature_that_is_constant_here_keeps_its_running_variance():
    """Half of a ReLU's values are 0, so that two are in every fourth batch."""
    rows = np.zeros((4, 2))
    rows[3] = 0.0, 1.0
    assert not held(rows, 1, DATA["relu"][1], HALF_BELL)[1].off.any()
    assert not held(np.zeros((4, 4096)), 1, 0.0, 25.0)[1].off.any()
