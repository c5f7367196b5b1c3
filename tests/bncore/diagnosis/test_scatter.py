"""Central differences as an answer: said to look like one, neither right nor wrong; a wrong gradient never is."""

import numpy as np
import pytest

from bncore.diagnosis import factors_in_words, headline, text
from bncore.diagnosis.verdict import DIFFERENCES
from tests.bncore.diagnosis.batches import PLACEMENTS, answer, batch, case_from, check, rows
from tests.bncore.diagnosis.students import DX, with_change
from tests.each import each

placements = pytest.mark.parametrize("placement", PLACEMENTS)
SHAPES = [((9, 5), 1), ((24, 3), 1), ((3, 4, 2, 5), 1)]


def loss(x, at, placement, kind):
    mean, var = x.mean(0), x.var(0)
    s = np.sqrt(var + kind(at["eps"])) if placement == "variance" else np.sqrt(var) + kind(at["eps"])
    return (at["g"] * (at["gamma"] * ((x - mean) / s) + at["beta"])).sum()


def differences(given, placement, kind, step):
    """Central differences of the loss, wholly in a type."""
    at = rows(given, kind.__name__)
    slopes = np.empty_like(at["x"])
    for place in np.ndindex(slopes.shape):
        up, down = at["x"].copy(), at["x"].copy()
        up[place] += kind(step)
        down[place] -= kind(step)
        slopes[place] = (loss(up, at, placement, kind) - loss(down, at, placement, kind)) / kind(2 * step)
    return slopes


@placements
@each(("shape", "axis"), SHAPES)
@each("seed", range(3))
@each("step", [3e-3, 1e-3])
def test_float32_differences_are_told_and_not_called_a_mistake(placement, shape, axis, seed, step):
    case = case_from(given := batch(shape, axis, placement, seed))
    dx = differences(given, placement, np.float32, step)
    for values in (dx, dx.astype("float64")):
        report = check(case, {"dx": case.as_given(values)})
        verdict = report.tensors["dx"]
        assert not verdict.wrong, headline(report)
        assert verdict.looks_like == DIFFERENCES["float32"]
        assert (report.correct is None) == (verdict.verdict == "open")
        assert "looks like rounding of numeric differences" in text(report)
        assert set(factors_in_words(report).values()) == {"as it should be"}


@placements
@pytest.mark.parametrize("step", [1e-6, 1e-7, 1e-8])
def test_float64_differences_are_close_and_told(placement, step):
    case = case_from(given := batch((9, 5), 1, placement))
    report = check(case, {"dx": differences(given, placement, np.float64, step)})
    verdict = report.tensors["dx"]
    assert verdict.verdict in ("exact", "close")
    if verdict.verdict == "close":
        assert verdict.looks_like == DIFFERENCES["float64"]
        assert "looks like a central difference in float64" in headline(report)


@placements
def test_no_mistake_looks_like_differences(placement):
    given = batch((9, 5), 1, placement)
    for name, changes in DX.items():
        for made in filter(None, (with_change(change, placement) for change in changes)):
            report = check(case_from(given), answer(given, *made, "float32", "dx"))
            assert report.correct is False, name
            assert not report.tensors["dx"].looks_like


@placements
@pytest.mark.parametrize("share", [1e-3, 1e-2])
def test_a_factor_that_is_off_and_noise_beside_it_are_no_differences(placement, share):
    case = case_from(batch((24, 3), 1, placement))
    noise = 0.05 * share * np.random.default_rng(0).standard_normal((24, 3)) * np.abs(case.truth["dx"]).max()
    report = check(case, {"dx": (1 + share) * case.truth["dx"] + noise})
    assert report.correct is False
    assert not report.tensors["dx"].looks_like
