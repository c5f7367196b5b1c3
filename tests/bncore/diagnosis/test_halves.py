"""Answers in float16 and bfloat16: right ones are right within their own rounding, wrong ones do not pass."""

import numpy as np

from bncore.diagnosis import headline, probe
from bncore.diagnosis.given.precision import BFLOAT16, FLOAT16, FLOAT32, told
from bncore.diagnosis.mistakes.paths import of_triple
from bncore.diagnosis.verdict import HALF_COMPUTATION, HALF_INPUTS
from tests.bncore.diagnosis.batches import PLACEMENTS, answer, batch, case_from, check, named
from tests.bncore.diagnosis.routes import COMPACT, CS231N, STAGED
from tests.bncore.diagnosis.students import DX, with_change
from tests.each import each, turns

placements = each("placement", PLACEMENTS)
halves = each("precision", [FLOAT16, BFLOAT16])
shapes = each(("shape", "axis"), [((9, 5), 1), ((64, 3), 1), ((4, 11), 0), ((3, 4, 2, 5), 1)])
seeds = each("seed", range(3))
STATES = [(0, 1.1), (0, 1e-5), (6, 1e-3)]
"""How far x is shifted, and epsilon."""
states = each("state", STATES)
ROUTES = {"staged": STAGED, "compact": dict.fromkeys(PLACEMENTS, COMPACT), "cs231n": dict.fromkeys(PLACEMENTS, CS231N)}
by_turns = turns("seed, route", [(seed, route) for seed in range(3) for route in ROUTES])


def moved(shape, axis, placement, seed, shift, eps):
    given = batch(shape, axis, placement, seed) | {"eps": eps}
    return given | {"x": given["x"] + shift}


def in_inputs(given, precision):
    return given | {name: precision.to(given[name]) for name in ("x", "dy")}


@halves
@placements
@shapes
@seeds
def test_the_right_dx_rounded_to_half_is_right_within_its_rounding(precision, placement, shape, axis, seed):
    for state in STATES:
        case = case_from(moved(shape, axis, placement, seed, *state))
        report = check(case, {"dx": precision.to(case.as_given(case.truth["dx"]))})
        assert report.correct is True
        assert report.tensors["dx"].verdict in ("exact", "close")
        hides = report.tensors["dx"].hides
        assert headline(report).startswith(
            "No mistake is seen" if hides else "Correct: dx is right within its rounding"
        )
        assert not report.diagnoses


@halves
@placements
@shapes
@states
@by_turns
def test_float32_on_inputs_in_half_is_right_within_its_rounding(precision, placement, shape, axis, state, seed, route):
    given = moved(shape, axis, placement, seed, *state)
    code = ROUTES[route][placement]
    made = answer(in_inputs(given, precision), code, placement, "float32", "dx", "dgamma", "dbeta")
    dx = precision.to(made["dx"].astype(float))
    report = check(case_from(given), made | {"dx": dx})
    assert report.correct is True, report.tensors
    assert report.tensors["dx"].coarse or report.tensors["dx"].looks_like == HALF_INPUTS
    assert not report.diagnoses


def test_a_right_computation_wholly_in_half_is_left_open_and_said_to_look_like_one():
    opened = []

    @placements
    @shapes
    @states
    @each("seed", range(2))
    @turns("route", ROUTES)
    def law(placement, shape, axis, state, seed, route):
        given = moved(shape, axis, placement, seed, *state)
        dx = answer(given, ROUTES[route][placement], placement, "float16", "dx")["dx"]
        report = check(case_from(given), {"dx": dx})
        verdict = report.tensors["dx"]
        assert not verdict.wrong, headline(report)
        if verdict.verdict == "open":
            opened.append(verdict)
            assert verdict.looks_like == HALF_COMPUTATION
            assert report.correct is None
            assert "looks like rounding of a computation in half precision" in headline(report)
            assert any("Compute in float32 to know" in warning for warning in report.warnings)

    law()
    assert opened


def wrong_ones(case):
    """By a factor, in one entry, by the variance of the forward pass: each a few percent off."""
    truth = case.truth["dx"]
    one = truth.copy()
    largest = np.unravel_index(np.argmax(np.abs(truth)), truth.shape)
    one[largest] *= 1.05
    built = answer_by_name("unbiased_in_forward", case)
    return {"factor": 1.05 * truth, "entry": one, "unbiased": built}


def answer_by_name(name, case):
    from bncore.diagnosis import candidates

    built = candidates(case, "dx")
    return built.values[built.ids.index(name)].reshape(case.x.shape)


@halves
@placements
@seeds
def test_a_gradient_that_is_a_few_percent_off_does_not_pass_in_half(precision, placement, seed):
    case = case_from(batch((9, 5), 1, placement, seed) | {"eps": 1e-3})
    for name, dx in wrong_ones(case).items():
        for given in (precision.to(dx), precision.to(dx).astype("float32")):
            report = check(case, {"dx": case.as_given(given)})
            assert report.correct is False, name
            assert report.diagnoses, name
            assert "No mistake" not in headline(report)


@each("name", DX)
@halves
@turns("placement, shape, way", [
    ("variance", (9, 5), "at the end"), ("deviation", (64, 3), "of inputs"), ("deviation", (9, 5), "at the end"),
    ("variance", (64, 3), "of inputs"), ("variance", (9, 5), "of inputs"), ("deviation", (64, 3), "at the end"),
    ("deviation", (9, 5), "of inputs"), ("variance", (64, 3), "at the end"),
])  # fmt: skip
def test_a_mistake_that_half_can_hold_is_named_in_it(placement, name, precision, shape, way):
    """Rounded at the end, or computed in float32 of inputs that are rounded."""
    given = batch(shape, 1, placement)
    case = case_from(given)
    for made in filter(None, (with_change(change, placement) for change in DX[name])):
        if way == "at the end":
            dx = answer(given, *made, "float64", "dx")["dx"]
        else:
            dx = answer(in_inputs(given, precision), *made, "float32", "dx")["dx"]
        report = check(case, {"dx": precision.to(dx.astype(float))})
        far = np.abs(dx - case.truth["dx"]).max() / np.abs(case.truth["dx"]).max()
        assert report.correct is not True or name in report.tensors["dx"].hides, name
        if far > 8 * precision.eps:
            assert name in named(report), (name, far, headline(report))


def test_the_type_is_told_by_the_numbers_themselves():
    rng = np.random.default_rng(0)
    for precision in (FLOAT32, FLOAT16, BFLOAT16):
        values = precision.to(rng.standard_normal(40))
        assert told(values)[0] is precision
        assert told(np.append(values, 0.1))[0].name == "float64"
    assert told(np.array([1.0, 250.0, -3.0])) == (None, True), "whole numbers are in every type"


def test_bfloat16_is_the_upper_half_of_float32_rounded_to_even():
    values = np.array([1.0, 1 + 2**-8, 1 + 3 * 2**-8, -1 - 2**-7, 1 + 2**-8 + 2**-20, 3e38])
    np.testing.assert_array_equal(BFLOAT16.to(values)[:5], [1.0, 1.0, 1 + 2**-6, -1 - 2**-7, 1 + 2**-7])
    assert (np.abs(BFLOAT16.to(values) - values) <= BFLOAT16.own(values)).all()


def test_a_factor_in_half_is_said_with_its_number():
    case = probe(2).case()
    report = check(case, {"dx": of_triple(case, 1.05, 1, 1).astype("float16")})
    assert headline(report) == "dx is wrong. Your whole gradient is 1.05 times what it should be."
