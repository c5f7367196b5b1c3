"""The factors of a dx: recovered by the fit, and put into words where they have no name."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bncore.diagnosis import UNNAMED, candidates, fit
from bncore.diagnosis.mistakes.paths import of_triple
from bncore.diagnosis.mistakes.triple import in_words, times
from tests.bncore.diagnosis.batches import PLACEMENTS, SHAPES, batch, case_from, check, named, plain, with_factors

placements = pytest.mark.parametrize("placement", PLACEMENTS)
shapes = pytest.mark.parametrize(("shape", "axis"), SHAPES)


@placements
@shapes
@given(st.floats(-4, 4), st.floats(-4, 4), st.floats(0.1, 4), st.booleans())
def test_a_fit_gives_back_the_factors_without_residual(placement, shape, axis, a, c, p, negative):
    case = case_from(batch(shape, axis, placement))
    p = -p if negative else p
    coefficients = fit(case, of_triple(case, p, a, c))
    np.testing.assert_allclose(coefficients.per_unit, np.array([[p], [a], [c]]) * np.ones(case.units), atol=1e-9)
    np.testing.assert_allclose(coefficients.pooled, [p, a, c], atol=1e-9)
    assert max(coefficients.residual_per_unit, coefficients.residual_pooled) < 1e-12


def test_a_mistake_about_axes_leaves_a_residual():
    case = plain()
    rows = dict(zip(candidates(case, "dx").ids, candidates(case, "dx").values, strict=True))
    for name in ("wrong_axis", "layer_norm", "transposed", "y_instead_of_x_hat"):
        assert (fit(case, rows[name].reshape(case.x.shape)).residual_per_unit > 1e-3) == (name != "y_instead_of_x_hat")


def test_fewer_than_four_examples_have_no_factors():
    given = batch((3, 5), 1, "variance")
    report = with_factors(case_from(given), 1, 1, 0)
    assert report.coefficients is None
    assert "few_examples" in report.reasons
    assert named(report) == ["variance_path_missing"]


@pytest.mark.parametrize(
    ("triple", "words"),
    [
        ((1, 1, 2.5), "Your path through the variance is 2.5 times what it should be."),
        ((3, 1, 1), "Your whole gradient is 3.0 times what it should be."),
        (
            (1, 0.5, 0),
            "Your path through the mean is 0.5 times what it should be; your path through the variance is 0.",
        ),
        ((0.5, -2, 1), "Your whole gradient is 0.5 times"),
    ],
)
@placements
def test_factors_without_a_name_are_put_into_words(triple, words, placement):
    report = with_factors(case_from(batch((9, 5), 1, placement)), *triple)
    assert named(report) == [UNNAMED]
    assert report.diagnoses[0].explanation.startswith(words)


def test_factors_that_differ_by_unit_are_told_by_their_range():
    case = plain()
    report = with_factors(case, np.linspace(2, 3, 5), 1, 0)
    assert "between 2.0 and 3.0" in report.diagnoses[0].explanation
    assert "variance is 0" in report.diagnoses[0].explanation


def test_a_factor_that_is_minus_one_but_for_rounding_is_told_as_that():
    assert times(np.array([-1.000000000000001]), 0.0) == "-1.0 times"
    assert times(np.array([-1.0000000000000002, -0.9999999999999998]), 0.0) == "-1.0 times"


def test_a_gradient_without_dy_is_told_so():
    case = plain()
    assert "direct path" in check(case, {"dx": case.x}).diagnoses[0].explanation
    assert np.isnan(fit(case, case.x).per_unit[1:]).all()


def test_no_factor_off_says_so_too():
    case = plain()
    assert "No factor is off" in in_words(fit(case, case.truth["dx"]))


def test_what_is_not_recognized_is_not_guessed():
    case = plain()
    report = check(case, {"dx": np.random.default_rng(0).standard_normal(case.x.shape)})
    assert report.diagnoses == ()
    assert any("not recognized" in warning for warning in report.warnings)
