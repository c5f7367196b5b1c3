"""Central differences beside the formula and the student: they agree with the formula, whatever the student did."""

import pytest

from bncore.diagnosis import check, ready_answers, third_route
from tests.bncore.diagnosis.batches import PLACEMENTS, batch, case_from
from tests.each import each


@each("placement", PLACEMENTS)
@each(("shape", "axis"), [((9, 5), 1), ((4, 11), 0), ((2, 3, 2, 2), 1)])
def test_the_differences_agree_with_the_formula_within_their_bound(shape, axis, placement):
    case = case_from(batch(shape, axis, placement))
    wrong = ready_answers(case)["statistics_constant"]
    for route in third_route(case, {"dx": wrong["dx"], "dbeta": wrong["dbeta"]}):
        assert route.difference <= route.bound < 1e-6
        assert 0 < route.smallest_step <= route.largest_step < 1
        given = {"dx": True, "dbeta": True, "dgamma": False}[route.tensor]
        assert (route.yours is not None) == given
    error = check(case, {"dx": wrong["dx"]}).tensors["dx"].max_abs_error
    routes = {route.tensor: route for route in third_route(case, wrong)}
    assert routes["dx"].yours == pytest.approx(error, abs=1e-6)
    assert routes["dbeta"].yours < 1e-8
