"""Two named mistakes at once: named together where none alone gives the answer, and never guessed."""

import numpy as np
import pytest

from bncore.diagnosis import ORDER, UNNAMED, as_code, case_of, headline, probe, text
from bncore.diagnosis.mistakes.catalogue import MISTAKES
from bncore.diagnosis.mistakes.paths import of_triple
from tests.bncore.diagnosis.batches import PLACEMENTS, answer, batch, case_from, check, named
from tests.bncore.diagnosis.routes import COMPACT, STAGED
from tests.bncore.diagnosis.students import replaced
from tests.each import each

placements = pytest.mark.parametrize("placement", PLACEMENTS)
COMPACT_PAIRS = {
    "paths_not_averaged+gamma_missing": [("gamma / s / K * (K * g", "1 / s * (g")],
    "sign+gamma_missing": [("gamma / s / K", "-1 / s / K")],
    "scaled_by_batch_size+gamma_missing": [("gamma / s / K", "1 / s")],
    "mean_path_sign+variance_path_sign": [("- g.sum(0) - c0", "+ g.sum(0) + c0")],
    "mean_path_sign+gamma_missing": [("gamma / s / K * (K * g - g.sum(0)", "1 / s / K * (K * g + g.sum(0)")],
    "paths_not_averaged+divided_by_batch_size": [("gamma / s / K * (K * g", "gamma / s / K * (g")],
    "sign+eps_dropped": [("gamma / s", "-gamma / sigma")],
    "x_instead_of_centred+gamma_missing": [
        ("gamma / s", "1 / s"), ("c0 * x_hat * (g * x_hat)", "c0 * x / s * (g * x / s)"),
    ],
    "wrong_axis+sign": [
        ("gamma / s", "-gamma / s"), ("- g.sum(0)", "- g.sum(1, keepdims=True)"),
        ("(g * x_hat).sum(0))", "(g * x_hat).sum(1, keepdims=True))"),
    ],
}  # fmt: skip
PARAMETERS = {
    ("dgamma", "dgamma_uses_x+averaged"): ("(g * x_hat).sum(0)", "(g * x).mean(0)"),
    ("dgamma", "times_gamma+sign"): ("(g * x_hat).sum(0)", "-(gamma * g * x_hat).sum(0)"),
    ("dbeta", "averaged+times_gamma"): ("g.sum(0)\n", "(gamma * g).mean(0)\n"),
}


@each("name", COMPACT_PAIRS)
@placements
@each("dtype", ["float64", "float32"])
def test_two_mistakes_at_once_are_named_together(name, placement, dtype):
    code = COMPACT
    for old, new in COMPACT_PAIRS[name]:
        code = replaced(code, old, new)
    given = batch((9, 5), 1, placement)
    report = check(case_from(given), answer(given, code, placement, dtype, "dx"))
    assert set(named(report)) == {name}
    diagnosis = report.diagnoses[0]
    assert diagnosis.parts == tuple(name.split("+"))
    assert diagnosis.explanation.count(".") == 1, "one sentence"
    for part in diagnosis.parts:
        assert MISTAKES[part].title[1:] in diagnosis.title
        assert as_code(MISTAKES[part].look_at, placement) in text(report)
    assert diagnosis.title.lower() in headline(report).lower()
    assert not any("not recognized" in warning for warning in report.warnings)


@each(("tensor", "name"), PARAMETERS)
def test_two_mistakes_in_a_parameter_are_named_together(tensor, name):
    given = batch((9, 5), 1, "variance")
    code = replaced(STAGED["variance"], *PARAMETERS[tensor, name])
    assert named(check(case_from(given), answer(given, code, "variance", "float64", tensor)), tensor) == [name]


@placements
@pytest.mark.parametrize("axes", [2, 4])
def test_pairs_of_factors_are_unambiguous_on_a_probe(axes, placement):
    case = probe(3, axes=axes, eps_placement=placement).case()
    k, gamma = case.count, case.gamma
    pairs = {
        "sign+gamma_missing": (-1 / gamma, 1, 1), "paths_not_averaged+gamma_missing": (1 / gamma, k, k),
        "mean_path_missing+gamma_missing": (1 / gamma, 0, 1), "variance_path_missing+sign": (-1, 1, 0),
        "mean_path_missing+variance_path_doubled": (1, 0, 2), "mean_path_sign+variance_path_halved": (1, -1, 0.5),
        "statistics_constant+gamma_squared": (gamma, 0, 0), "mean_path_not_averaged+variance_path_sign": (1, k, -1),
    }  # fmt: skip
    for name, triple in pairs.items():
        dx = case.as_given(of_triple(case, *triple))
        for given in (dx, dx.astype("float32"), dx.astype("float16")):
            assert named(check(case, {"dx": given})) == [name]


@placements
def test_what_is_missing_has_no_sign_and_a_pair_that_undoes_itself_is_none(placement):
    case = case_from(batch((9, 5), 1, placement))
    for triple in [(1, 0, 1), (1, 1, 1)]:
        report = check(case, {"dx": of_triple(case, *triple)})
        assert not any("+" in name for name in named(report))


def test_that_no_pair_gives_the_factors_is_said_only_where_pairs_were_tried():
    given = batch((9, 5), 1, "variance")
    report = check(case_from(given), {"dx": of_triple(case_from(given), 1, 1, 2.5)})
    assert named(report) == [UNNAMED]
    assert "nor two at once" in report.diagnoses[0].explanation
    without = case_from(given | {"gamma": given["gamma"] * [0, 1, 1, 1, 1]})
    report = check(without, {"dx": of_triple(without, 1, 1, 2.5)})
    assert "nor two at once" not in report.diagnoses[0].explanation


def test_a_few_coarse_numbers_are_not_taken_for_a_pair():
    case = case_of([[1.0], [2.0], [4.0], [9.0]], [3.0], dy=[[1.0], [0.0], [2.0], [5.0]], eps=0.5)
    for seed in range(30):
        values = np.random.default_rng(seed).standard_normal(1)
        for name in ORDER[:2]:
            assert named(check(case, {name: values}), name) == []
