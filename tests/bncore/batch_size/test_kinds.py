"""Kinds of noise side by side."""

import numpy as np
import pytest

from bncore.batch_size.noise.example import Epsilon, expected_variance
from bncore.batch_size.noise.kinds import (
    Noisy,
    among_companions,
    average_variance,
    common_axis,
    expected_variances,
    kinds_of,
    matched,
    perturbed,
)
from bncore.batch_size.noise.perturbations import MOST_DEVIATION, PERTURBATIONS
from bncore.batch_size.population import Finite
from bncore.errors import BadParameter
from tests.bncore.batch_size.populations import endless
from tests.each import each

Z = np.array([1.5, -1.0, 0.2, 0.0])
DRAWS = 4000
STRENGTHS = {"dropout": 0.3, "additive": 0.5}


def rng(seed=8):
    return np.random.default_rng(seed)


def test_perturbations_are_drawn_one_behind_the_other_from_one_stream():
    perturbations, own = perturbed(STRENGTHS, Z, 7, rng()), rng()
    for name, strength in STRENGTHS.items():
        np.testing.assert_array_equal(perturbations[name].values, PERTURBATIONS[name].draw(Z, strength, 7, own))
        assert perturbations[name].strength == strength


def test_a_strength_out_of_range_is_refused():
    with pytest.raises(BadParameter, match="rate"):
        perturbed({"dropout": 1.0}, Z, 7, rng())


@each("name", PERTURBATIONS)
def test_the_matched_strength_gives_the_variance(name):
    wanted = 0.1
    strength = matched([name], wanted, float(Z[0] ** 2)).strengths[PERTURBATIONS[name].strength]
    perturbations = perturbed({name: strength}, Z[:1], DRAWS, rng())[name].values[0].var()
    assert perturbations == pytest.approx(wanted, rel=5 * np.sqrt(20 / DRAWS))


def test_a_strength_that_no_kind_may_have_is_the_largest_and_said_to_be():
    strengths = matched(["multiplicative"], 1.0, 0.0)
    assert strengths.strengths == {"deviation": MOST_DEVIATION}
    assert strengths.capped == ("deviation",)
    assert matched(["multiplicative"], 1.0, 1.0).capped == ()


def test_kinds_are_compared_on_the_first_example_and_on_one_axis():
    kinds = kinds_of(perturbed(STRENGTHS, Z, 50, rng()))
    assert len({kind.histogram.axis for kind in kinds.values()}) == 1
    values = perturbed(STRENGTHS, Z, 50, rng())
    for name, kind in kinds.items():
        assert kind.shape.mean == values[name].values[0].mean()
        assert kind.average == pytest.approx(values[name].values.var(axis=1).mean())


def test_rounding_is_no_noise():
    assert average_variance(0.1 + 1e-16 * rng().standard_normal((3, 9))) == 0.0


def test_the_common_axis_holds_every_row_and_zero():
    axis = common_axis([np.array([[1.0, 2.0, 3.0]]), np.array([[4.0, 5.0, 6.0]])])
    assert axis.low <= 0.0
    assert axis.high >= 6.0


def test_companions_of_a_finite_population_are_all_others():
    """Batches of all N examples leave nothing to chance; without their numbers, companions come with repetition."""
    x = np.array([[-2.0], [-1.0], [0.5], [1.0], [1.5]])
    population = Finite(x)
    members, z = x[:2, 0], (x[:2, 0] - x.mean()) / x.std()
    whole = among_companions(
        members, z, population, population.moments, np.array([0, 1]), 5, 20, Epsilon(0.0), rng(), rng(1)
    )
    np.testing.assert_allclose(whole.values, np.broadcast_to(z[:, None], (2, 20)))
    assert np.isnan(whole.pairs.measured).all()


def test_companions_of_a_source_without_an_end_make_noise():
    population = endless("gaussian")
    noise = among_companions(Z, Z, population, population.moments, None, 128, DRAWS, Epsilon(0.0), rng(), rng(1))
    expected = expected_variances(0.0, population.moments, [128], None, Epsilon(0.0))[0]
    assert isinstance(noise, Noisy)
    assert noise.values[3].var() == pytest.approx(expected, rel=5 * np.sqrt(3 / DRAWS) + 8 / 128)


def test_the_expected_variances_are_those_of_each_size():
    at = endless("laplace").moments
    variances = expected_variances(1.5, at, [4, 32], None, Epsilon())
    each = [expected_variance(np.array([1.5]), at, size, 1.0, Epsilon())[0] for size in (4, 32)]
    np.testing.assert_array_equal(variances, each)
    assert expected_variances(1.5, at, [32], 32, Epsilon())[0] == 0.0
