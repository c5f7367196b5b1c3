"""What rounding, printed digits and a printed batch explain is not called wrong; what they hide is said."""

import re

import numpy as np

from bncore.diagnosis import MISTAKES, Printed, case_of, factors_in_words, headline, ready_answers
from bncore.diagnosis.given.allowance import rounded, shaken
from bncore.diagnosis.mistakes.paths import of_triple
from tests.bncore.diagnosis.batches import PLACEMENTS, answer, batch, case_from, check, named, plain
from tests.bncore.diagnosis.routes import COMPACT, CS231N, STAGED
from tests.each import each

placements = each("placement", PLACEMENTS)
ROUTES = ["staged", "compact", "cs231n"]
FLOAT32 = float(np.finfo("float32").eps)


def at_mean(mean: float, placement: str = "variance", seed: int = 0, examples: int = 16):
    """A batch whose mean is many deviations away from 0; x is what float32 holds."""
    given = batch((examples, 4), 1, placement, seed) | {"eps": 1e-3}
    x = (given["x"] - given["x"].mean(0)) / given["x"].std(0) + mean
    return given | {"x": x.astype("float32").astype("float64")}


def printed(values, digits: int) -> Printed:
    """Numbers with so many digits behind the point."""
    exact = np.round(np.asarray(values), digits)
    return Printed(exact, 0.5 * 10.0**-digits, exact)


@each("mean", [0, 10, 300, 1e3, 1e4])
@placements
@each("route", ROUTES)
@each("seed", range(5))
def test_a_correct_gradient_in_float32_raises_no_alarm_at_any_mean(mean, placement, route, seed):
    given = at_mean(mean, placement, seed, examples=4 + 20 * seed)
    code = {"staged": STAGED[placement], "compact": COMPACT, "cs231n": CS231N}[route]
    tensors = ("dx", "dgamma", "dbeta", "dx_hat", *(("dsigma", "dvar", "dmean") if route == "staged" else ()))
    report = check(case_from(given), answer(given, code, placement, "float32", *tensors))
    assert report.correct, report.tensors
    if mean == 0:
        assert headline(report).startswith("Correct: ")
        assert {verdict.verdict for verdict in report.tensors.values()} == {"exact"}


@placements
def test_float32_at_a_mean_of_a_thousand_deviations_hides_no_large_mistake(placement):
    given = at_mean(1000.0, placement)
    case = case_from(given)
    seen = 0
    for name, answers in ready_answers(case).items():
        dx = answers["dx"].astype("float32")
        size = np.abs(dx - case.as_given(case.truth["dx"])).max() / np.abs(case.truth["dx"]).max()
        if name in MISTAKES and size > 0.05:
            report = check(case, {"dx": dx})
            assert name in named(report), name
            seen += 1
    assert seen > 20


def test_what_rounding_allows_grows_with_the_mean_once_and_not_squared():
    allowed = [rounded(case_from(at_mean(mean)), FLOAT32)["dx"] for mean in (1e2, 1e3, 1e4)]
    assert 8 < allowed[1] / allowed[0] < 12
    assert 8 < allowed[2] / allowed[1] < 12


def test_what_rounding_hides_is_said_in_the_headline_and_in_a_warning():
    case = case_from(at_mean(1000.0))
    report = check(case, {"dx": case.truth["dx"].astype("float32"), "dbeta": case.truth["dbeta"]})
    assert report.correct
    assert report.tensors["dx"].verdict == "close"
    assert headline(report) == (
        "No mistake is seen: dbeta is exact; dx agrees up to its rounding, which is coarse enough to hide one."
    )
    assert any("Rounding hides mistakes in dx at |mean|/s = 1e+03" in warning for warning in report.warnings)


@each("mean", [0, 1000.0])
def test_zeros_and_whole_numbers_are_not_taken_for_float32(mean):
    case = case_from(at_mean(mean))
    for dx in (np.zeros(case.shape), np.round(case.truth["dx"])):
        report = check(case, {"dx": dx})
        assert not report.correct
        assert not report.tensors["dx"].coarse


def test_zeros_beside_float32_are_float32():
    case = plain(x=np.repeat([[1000.1], [1000.3]], 5, 1), dy=np.repeat([[1.0], [2.0]], 5, 1), eps=1e-9)
    dgamma = case.truth["dgamma"].astype("float32").astype("float64")
    assert check(case, {"dx": np.zeros(case.shape), "dgamma": dgamma}).correct


@each("size", [1e-6, 1e-4, 1e-2])
@placements
@each("array", ["x", "dy", "gamma"])
@each("seed", range(5))
def test_a_batch_that_is_moved_moves_no_tensor_further_than_is_said(array, size, placement, seed):
    given = batch((9, 5), 1, placement, seed)
    case, rng = case_from(given), np.random.default_rng(seed)
    allowed = shaken(case, **{array: size})
    furthest = dict.fromkeys(allowed, 0.0)
    for _ in range(20):
        moved = case_from(given | {array: given[array] + size * rng.choice([-1, 1], given[array].shape)})
        for name in allowed:
            furthest[name] = max(furthest[name], float(np.abs(moved.truth[name] - case.truth[name]).max()))
    assert all(furthest[name] <= allowed[name] * (1 + 1e-6) for name in allowed), (furthest, allowed)
    reached = [furthest[name] / allowed[name] for name in allowed if allowed[name]]
    assert max(reached) > 0.2, "and not much less far"


@each("digits", [1, 2, 3, 4])
@each("seed", range(5))
def test_a_correct_gradient_printed_with_few_digits_is_close_and_never_wrong(digits, seed):
    case = plain(dy=0.05 * batch((9, 5), 1, "variance", seed)["dy"])
    report = check(case, {name: printed(case.truth[name], digits) for name in ("dx", "dgamma")})
    assert report.correct
    coarse = [name for name, verdict in report.tensors.items() if verdict.coarse]
    assert coarse or digits > 3
    for name in coarse:
        assert report.tensors[name].verdict == "close"
        seen = (
            "agrees in all the digits given, and these show no more"
            if report.tensors[name].hides
            else ("is right in all the digits given")
        )
        both = f"dgamma and dx {seen}".replace("agrees", "agree").replace("is right", "are right")
        assert any(text in headline(report) for text in (f"{name} {seen}", both)) or name != "dx"
        assert any("in all the digits that were given" in warning for warning in report.warnings)
    assert not report.diagnoses
    assert not any("not recognized" in warning for warning in report.warnings)


def test_digits_that_a_mistake_fits_as_well_are_said_not_to_tell_them_apart():
    case = plain()
    report = check(case, {"dx": printed(case.truth["dx"], 0)})
    assert report.correct
    assert any("cannot be told apart here: " in w and "unbiased_in_backward" in w for w in report.warnings)


def test_a_mistake_is_named_in_few_digits_too():
    case = plain()
    report = check(case, {"dx": printed(of_triple(case, 1, 0, 1), 2)})
    assert named(report) == ["mean_path_missing"]


@each("digits", [2, 3, 4])
@each("seed", range(40))
def test_a_batch_that_was_printed_raises_no_false_alarm(digits, seed):
    rng = np.random.default_rng(seed)
    x, dy, gamma = 0.3 * rng.standard_normal((8, 3)), rng.standard_normal((8, 3)), rng.uniform(0.5, 2, 3)
    truth = case_of(x, gamma, dy=dy).truth
    arrays = {name: printed(value, digits) for name, value in {"x": x, "dy": dy, "gamma": gamma}.items()}
    case = case_of(**{name: value.exact for name, value in arrays.items()})
    report = check(case, truth, units={name: value.unit for name, value in arrays.items()})
    assert report.correct
    assert not report.diagnoses
    assert re.search(r"dx agrees? as far as the digits of x tell", headline(report))
    assert ("and these show no more" in headline(report)) == bool(report.tensors["dx"].hides)
    step = 10.0**-digits
    assert any(f"x was printed in steps of {step:.2g}, so dx can only be held to" in w for w in report.warnings)


def test_a_batch_of_few_digits_that_is_meant_as_it_stands_hides_no_named_mistake():
    given = batch((9, 5), 1, "variance") | {"eps": 1.0}
    given = given | {name: np.round(given[name], 1) for name in ("x", "dy", "gamma")}
    case, units = case_from(given), dict.fromkeys(("x", "dy", "gamma"), 0.05)
    for name, answers in ready_answers(case).items():
        report = check(case, answers, units=units)
        assert report.correct == (name in ("correct", "float32_differences")), name
        assert name not in MISTAKES or name in {diagnosis.id for diagnosis in report.diagnoses}


@each(("mean", "dtype"), [(0, "float16"), (3, "float16"), (10, "float32"), (300, "float32")])
@placements
def test_the_factors_of_a_gradient_that_is_not_wrong_are_right(mean, dtype, placement):
    given = at_mean(mean, placement)
    dx = answer(given, COMPACT, placement, "float64", "dx")["dx"].astype(dtype)
    report = check(case_from(given), {"dx": dx})
    assert report.correct
    assert set(factors_in_words(report).values()) <= {"as it should be", "not told by these data"}


@placements
def test_factors_are_held_to_what_float32_holds(placement):
    given = at_mean(10.0, placement)
    wrong = STAGED[placement].replace(" + dvar * 2 * centred / K", "")
    report = check(case_from(given), answer(given, wrong, placement, "float32", "dx"))
    assert list(factors_in_words(report).values()) == ["as it should be", "as it should be", "missing"]
