"""A report in sentences."""

import numpy as np

from bncore.diagnosis import FACTORS, MISTAKES, as_code, factors_in_words, headline, probe, ready_answers, text
from tests.bncore.diagnosis.batches import batch, case_from, check, plain, with_factors
from tests.each import each

PROBE = probe(1).case()
READY = ready_answers(PROBE)


def said(case, **answers):
    return headline(check(case, answers))


def test_the_headline_says_what_is_exact_close_and_wrong():
    truth = PROBE.truth
    assert said(PROBE, dx=truth["dx"], dbeta=truth["dbeta"]) == "Correct: dbeta and dx are exact."
    near = truth["dgamma"] * (1 + 1e-6)
    assert (
        said(PROBE, dgamma=near, dbeta=truth["dbeta"]) == "Correct: dbeta is exact; dgamma is close. dx is not given."
    )
    both = {"dgamma": truth["dbeta"], "dbeta": truth["dgamma"]}
    assert said(PROBE, **both) == "dbeta is wrong. dgamma and dbeta are swapped. dgamma is wrong too."


def test_the_headline_does_not_guess():
    noise = np.random.default_rng(0).standard_normal(PROBE.shape)
    assert said(PROBE, dx=noise) == "dx is wrong. How is not recognized."
    given = batch((9, 5), 1, "variance")
    hidden = case_from(given | {"dy": given["dy"] - given["dy"].mean(0)})
    assert headline(with_factors(hidden, 1, 1, 0)) == "dx is wrong. These data cannot tell which of 2 mistakes it is."
    assert headline(with_factors(plain(), 1, 1, 2.5)) == (
        "dx is wrong. Your path through the variance is 2.5 times what it should be."
    )


@each("name", [name for name in READY if name in ("correct", *MISTAKES)])
def test_the_text_holds_all_that_was_found(name):
    report = check(PROBE, READY[name])
    written = text(report)
    assert written.splitlines()[0] == headline(report)
    for tensor, verdict in report.tensors.items():
        assert f"{tensor:<7} {verdict.verdict}" in written
    assert bool(report.diagnoses) == (name != "correct")
    for diagnosis in report.diagnoses:
        assert MISTAKES[name].title in written
        assert diagnosis.explanation in written
        assert as_code(diagnosis.look_at) in written
    factors = [f"{FACTORS[factor]}: {words}" for factor, words in factors_in_words(report).items()]
    assert len(factors) == 3
    assert all((line in written) == report.tensors["dx"].wrong for line in factors)


def test_the_text_holds_the_warnings():
    case = plain(gamma=np.ones(5), beta=np.zeros(5))
    report = check(case, {"dx": case.truth["dx"], "dgamma": case.truth["dgamma"]})
    assert len(report.warnings) >= 3
    assert all(warning in text(report) for warning in report.warnings)


@each(("triple", "words"), [
    ((1, 1, 1), ["as it should be"] * 3),
    ((1, 0, 1), ["as it should be", "missing", "as it should be"]),
    ((2, 1, -0.5), ["2.0 times", "as it should be", "-0.5 times"]),
    ((np.array([2.0, 2.0, 2.0, 3.0, 2.0]), 1, 1), ["between 2.0 and 3.0 times, depending on the unit"]),
])  # fmt: skip
def test_factors_are_put_into_words(triple, words):
    report = with_factors(plain(), *triple)
    assert list(factors_in_words(report).values())[: len(words)] == words


def test_factors_that_there_are_not_are_not_put_into_words():
    case = plain()
    assert "none fits" in factors_in_words(check(case, {"dx": case.x.T.reshape(9, 5) * case.dy}))["overall"]
    hidden = case_from(batch((9, 5), 1, "variance") | {"dy": np.ones((9, 5))})
    assert factors_in_words(check(hidden, {"dx": hidden.dy}))["mean_path"] == "not told by these data"


@each("name", MISTAKES)
def test_a_printout_has_its_line_of_algebra_as_code_and_no_latex(name):
    line = as_code(MISTAKES[name].look_at)
    assert "\\" not in line
    assert "{" not in line
