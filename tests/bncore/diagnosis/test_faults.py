"""Each fault as one sentence with its line of code, and the headline in few words."""

from itertools import combinations

import numpy as np

from bncore import EPS_PLACEMENTS
from bncore.diagnosis import faults, headline, probe, ready_answers, text
from bncore.diagnosis.telling.headline import is_brief
from tests.bncore.diagnosis.batches import batch, case_from, check, with_factors
from tests.each import each

PROBE = probe(1).case()


def test_two_mistakes_at_once_are_one_sentence_with_a_line_for_each():
    [fault] = faults(with_factors(PROBE, -1 / PROBE.gamma, 1, 1))
    assert fault.sentence == "dx: the sign is wrong, and gamma is missing."
    assert fault.lines == ("dx = gamma / s * (dy - dy.mean(0) - x_hat * (dy * x_hat).mean(0))", "dx_hat = gamma * dy")
    assert fault.alternatives == 1


def test_a_mistake_that_shows_in_two_tensors_is_one_fault():
    truth = PROBE.truth
    [fault] = faults(check(PROBE, {"dgamma": truth["dbeta"], "dbeta": truth["dgamma"], "dx": truth["dx"]}))
    assert fault.tensors == ("dbeta", "dgamma")
    assert fault.sentence == "dgamma and dbeta are swapped."


def test_faults_of_several_tensors_stand_in_the_order_of_a_backward_pass():
    wrong = ready_answers(PROBE)["mean_path_missing"] | {"dbeta": PROBE.truth["dbeta"] / PROBE.count}
    told = [(fault.tensors, fault.sentence) for fault in faults(check(PROBE, wrong))]
    assert told == [
        (("dbeta",), "dbeta: a mean stands where a sum belongs."),
        (("dx",), "dx: the path through the mean is missing."),
    ]


def test_what_cannot_be_told_apart_says_how_many_it_may_be():
    given = batch((9, 5), 1, "variance")
    hidden = case_from(given | {"dy": given["dy"] - given["dy"].mean(0)})
    assert [fault.alternatives for fault in faults(with_factors(hidden, 1, 1, 0))] == [2, 2]


def test_factors_without_a_name_are_said_in_the_sentence():
    [fault] = faults(with_factors(PROBE, 1, 1, 2.5))
    assert fault.sentence == "dx: your path through the variance is 2.5 times what it should be."


@each("eps_placement", EPS_PLACEMENTS)
def test_no_line_of_code_has_a_letter_that_is_nowhere_defined(eps_placement):
    case = probe(2, eps_placement=eps_placement).case()
    for name, answers in ready_answers(case).items():
        report = check(case, answers)
        for fault in faults(report):
            for line in fault.lines:
                assert not any(word in line.split() for word in ("g", "c0", "(g")), (name, line)
                assert "{" not in line
        assert "c0" not in text(report)


def test_the_line_of_code_is_that_of_the_placement_of_epsilon():
    lines = {}
    for eps_placement in EPS_PLACEMENTS:
        case = probe(2, eps_placement=eps_placement).case()
        [fault] = faults(check(case, ready_answers(case)["statistics_constant"]))
        lines[eps_placement] = fault.lines[0]
    assert "s / sigma * x_hat" in lines["deviation"]
    assert "sigma" not in lines["variance"]


def test_whatever_two_factors_are_wrong_the_headline_is_brief():
    factors = (1.0, 0.0, -1.0, 2.0, 0.5, PROBE.count, 1 / PROBE.count, 1.37)
    for mean, variance in combinations(factors, 2):
        for whole in (1.0, -1.0, 1 / PROBE.gamma, PROBE.gamma, PROBE.count, 2.2):
            report = with_factors(PROBE, whole, mean, variance)
            assert is_brief(headline(report)), headline(report)
            assert headline(report).startswith(("dx is wrong", "dx: "))


@each("rows", [[0], [0, 1], [0, 1, 2], [0, 1, 2, 3]])
@each("units", [[0], [0, 2], [0, 1, 2], [1, 2, 3, 4]])
def test_wherever_it_is_wrong_the_headline_is_brief(rows, units):
    case = case_from(batch((9, 5), 1, "variance"))
    dx = case.truth["dx"].copy()
    dx[np.ix_(rows, units)] = 0
    assert is_brief(headline(check(case, {"dx": dx})))
    assert is_brief(headline(check(case, {"dx": dx, "dgamma": [1.0], "dbeta": np.zeros(5), "dmean": np.ones(5)})))


def test_the_headline_of_what_is_refused_says_which_and_the_text_says_why():
    report = check(PROBE, {"dx": [[1.0]], "dbeta": PROBE.truth["dbeta"]})
    assert headline(report) == "dx is not checked. The rest is correct: dbeta is exact."
    assert report.refused["dx"] in text(report)
