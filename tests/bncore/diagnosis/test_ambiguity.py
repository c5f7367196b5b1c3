"""What data cannot tell is reported together, and each reason is named when it is the case."""

import numpy as np
import pytest

from bncore.diagnosis import REASONS, case_of, check
from bncore.diagnosis.mistakes.paths import of_triple
from tests.bncore.diagnosis.batches import PLACEMENTS, batch, case_from, named, plain, with_factors
from tests.each import each

placements = pytest.mark.parametrize("placement", PLACEMENTS)


def test_examples_two_make_dx_almost_zero():
    given = batch((2, 5), 1, "variance") | {"eps": 1e-8}
    report = check(case_from(given), {"dx": case_from(given).truth["dx"].astype("float32")})
    assert {"two_examples", "few_examples"} <= set(report.reasons)
    assert report.correct


@pytest.mark.parametrize("loss", ["sum", "sum of squares"])
def test_a_loss_that_batch_norm_cannot_move_is_named(loss):
    given = batch((9, 5), 1, "variance") | {"eps": 1e-9}
    given["dy"] = np.ones((9, 5)) if loss == "sum" else 2 * case_from(given).y
    case = case_from(given)
    report = check(case, {"dx": case.truth["dx"]})
    assert report.correct
    assert ("dy_constant" if loss == "sum" else "dy_linear") in report.reasons
    assert any("would not show in dx" in warning and "variance_path_doubled" in warning for warning in report.warnings
               ) == (loss == "sum")  # fmt: skip


@each("eps", [1e-3, 1e-5, 1e-8])
@each(("examples", "loss"), [(2, "any"), (2, "sum of squares"), (8, "sum of squares")])
def test_a_dropped_epsilon_is_named_where_it_is_all_that_dx_is(examples, loss, eps):
    given = batch((examples, 5), 1, "variance") | {"eps": eps}
    if loss == "sum of squares":
        given["dy"] = 2 * case_from(given).y
    gamma, x, g = given["gamma"], given["x"], given["dy"]
    x_hat = (x - x.mean(0)) / x.std(0)
    as_printed = gamma / (examples * x.std(0)) * (examples * g - g.sum(0) - x_hat * (g * x_hat).sum(0))
    report = check(case_from(given), {"dx": as_printed})
    assert report.tensors["dx"].wrong
    assert named(report) == ["eps_dropped"]
    assert report.diagnoses[0].residual < 1e-3


def test_a_mean_of_dy_of_zero_hides_the_path_through_the_mean():
    given = batch((9, 5), 1, "variance")
    case = case_from(given | {"dy": given["dy"] - given["dy"].mean(0)})
    report = with_factors(case, 1, 1, 0)
    assert named(report) == ["variance_path_missing", "statistics_constant"]
    assert "mean_dy_zero" in report.reasons
    assert np.isnan(report.coefficients.pooled[1])
    assert any("give the same dx: variance_path_missing, statistics_constant" in w for w in report.warnings)


def test_a_mean_of_dy_x_hat_of_zero_hides_the_path_through_the_variance():
    case = plain()
    power = (case.x_hat**2).mean(0)
    case = plain(dy=case.dy - case.x_hat * (case.dy * case.x_hat).mean(0) / power)
    report = with_factors(case, 1, 0, 1)
    assert named(report) == ["mean_path_missing", "statistics_constant"]
    assert "mean_dy_x_hat_zero" in report.reasons
    assert np.isnan(report.coefficients.pooled[2])


@pytest.mark.parametrize(
    ("gamma", "reason", "together"),
    [
        (-1.0, "gamma_minus_one", ["sign", "gamma_squared", "gamma_missing"]),
        (2.0, None, ["sign"]),
    ],
)
def test_gammas_of_minus_one_mix_up_gamma_and_the_sign(gamma, reason, together):
    case = plain(gamma=np.full(5, gamma))
    report = with_factors(case, -1, 1, 1)
    assert named(report) == together
    assert ("gamma_minus_one" in report.reasons) == (reason is not None)


def test_gammas_of_one_hide_gamma_and_gammas_of_zero_everything():
    one, zero = plain(gamma=np.ones(5)), plain(gamma=np.zeros(5))
    hidden = [w for w in check(one, {"dx": one.truth["dx"]}).warnings if "would not show in dx" in w]
    assert "gamma_missing" in hidden[0]
    assert "gamma_squared" in hidden[0]
    assert "gamma_one" in check(one, {"dx": one.truth["dx"]}).reasons
    report = check(zero, {"dx": zero.truth["dx"]})
    assert "gamma_zero" in report.reasons
    assert report.correct
    assert report.tensors["dx"].max_rel_error is None


def test_beside_a_gamma_of_zero_a_forgotten_gamma_is_named_and_nothing_else_is_said_to_show():
    given = batch((9, 5), 1, "variance")
    case = plain(gamma=given["gamma"] * [0, 1, 1, 1, 1])
    report = check(case, {"dx": plain(gamma=np.ones(5)).truth["dx"]})
    assert named(report) == ["gamma_missing"]
    assert REASONS["gamma_zero"][1].format(unit="unit") in report.warnings
    assert "only a mistake that does not multiply by gamma shows" in REASONS["gamma_zero"][1]


def test_a_beta_of_zero_mixes_up_y_and_gamma():
    case = plain(beta=np.zeros(5))
    report = check(case, {"dgamma": case.truth["dgamma"] * case.gamma})
    assert named(report, "dgamma") == ["dgamma_uses_y", "times_gamma"]
    assert "beta_zero" in report.reasons
    assert named(check(plain(), {"dgamma": plain().truth["dgamma"] * plain().gamma}), "dgamma") == ["times_gamma"]


def test_a_tiny_epsilon_hides_where_it_sits():
    case = plain(eps=1e-12)
    report = check(case, {"dx": plain(eps=0.0).truth["dx"]})
    assert report.tensors["dx"].verdict == "exact"
    assert "eps_tiny" in report.reasons
    assert any("would not show in dx" in w and "eps_dropped" in w and "eps_placement" in w for w in report.warnings)


def test_many_examples_hide_k_minus_one():
    rng = np.random.default_rng(0)
    x, dy = rng.standard_normal((2, 20_000, 2))
    case = case_of(x, [1.5, 2.0], [1.0, 1.0], dy=dy + 1 + x, eps=0.3)
    report = with_factors(case, 1, 1, 20_000 / 19_999)
    assert report.correct
    assert "many_examples" in report.reasons
    assert any("would not show in dx" in w and "unbiased_in_backward" in w for w in report.warnings)


def test_the_best_comes_first_where_none_is_within_rounding():
    case = plain()
    near = of_triple(case, 1, 1, 2) * (1 + 3e-6 * np.sin(np.arange(45)).reshape(9, 5))
    report = check(case, {"dx": near})
    assert named(report) == ["variance_path_doubled"]
    residuals = [diagnosis.residual for diagnosis in report.diagnoses]
    assert residuals == sorted(residuals)
    assert 1e-7 < residuals[0] < 1e-5


def test_what_is_within_the_tolerance_of_the_best_is_reported_with_it():
    case = plain()
    share = (case.gamma * case.truth["dgamma"]).max() / np.abs(case.truth["dbeta"]).max()
    case = plain(beta=np.full(5, 0.8e-9 * share))
    one, other = case.truth["dgamma"] * case.gamma, (case.dy * case.y).sum(0)
    answer = one + 0.9 * (one - other)
    apart = np.abs(np.array([answer - one, answer - other])).max(1) / np.abs(answer).max()
    assert apart[0] < 1e-9 < apart[1]
    report = check(case, {"dgamma": answer})
    assert set(named(report, "dgamma")) == {"times_gamma", "dgamma_uses_y"}
    assert named(report, "dgamma")[0] == "times_gamma"


@pytest.mark.parametrize(("nearer", "together"), [(5, ["times_gamma", "dgamma_uses_y"]), (20, ["times_gamma"])])
def test_a_mistake_up_to_ten_times_as_far_as_the_best_is_not_told_from_it(nearer, together):
    case = plain()
    share = (case.gamma * case.truth["dgamma"]).max() / np.abs(case.truth["dbeta"]).max()
    case = plain(beta=np.full(5, 1e-6 * share))
    one, other = case.truth["dgamma"] * case.gamma, (case.dy * case.y).sum(0)
    answer = one + (one - other) / (nearer - 1)
    apart = np.abs(np.array([answer - one, answer - other])).max(1) / np.abs(answer).max()
    assert apart[0] > 1e-8
    assert apart[1] / apart[0] == pytest.approx(nearer)
    assert named(check(case, {"dgamma": answer}), "dgamma") == together


def test_an_error_that_no_mistake_makes_is_not_explained_by_one_that_hides_here():
    case = plain(gamma=np.ones(5), eps=1e-6)
    noise = np.random.default_rng(0).standard_normal(case.x.shape)
    for size in (1e-7, 1e-5, 5e-5):
        report = check(case, {"dx": case.truth["dx"] + size * noise})
        assert report.tensors["dx"].verdict in ("close", "wrong")
        assert named(report) == []


@each(
    ("changes", "reason"),
    [
        ({"x": lambda given: given["x"] - given["x"].mean(0)}, "mean_zero"),
        ({"x": lambda _: np.ones((9, 5))}, "constant_unit"),
        ({"dy": lambda _: np.zeros((9, 5))}, "dy_zero"),
        ({"running_var": lambda given: given["x"].var(0)}, "running_same"),
        ({"x": lambda given: given["x"] / given["x"].std(0), "eps": lambda _: 0.0}, "scale_one"),
    ],
)
def test_further_reasons_are_found_in_the_data(changes, reason):
    given = batch((9, 5), 1, "variance")
    case = plain(**{name: made(given) for name, made in changes.items()})
    report = check(case, {"dx": case.truth["dx"]})
    assert reason in report.reasons
    assert REASONS[reason][1].format(unit="unit") in report.warnings


@placements
def test_an_ordinary_batch_has_no_reason_to_hide_anything(placement):
    case = case_from(batch((9, 5), 1, placement))
    report = check(case, {"dx": case.truth["dx"]})
    assert report.reasons == report.warnings == ()


@pytest.mark.parametrize(("eps", "stands"), [(1e-8, True), (1.1, False)])
def test_that_dx_is_almost_zero_at_two_examples_is_said_only_where_epsilon_is_small(eps, stands):
    case = plain_of((2, 5), eps)
    size = np.abs(case.truth["dx"]).max() / case.terms["dx"]
    assert (size < 0.03) == stands
    assert ("two_examples" in check(case, {"dx": case.truth["dx"]}).reasons) == stands


def test_epsilon_is_not_said_to_hardly_show_where_it_is_all_that_dx_is():
    case = plain_of((2, 5), 1e-8)
    assert "eps_tiny" not in check(case, {"dx": case.truth["dx"]}).reasons
    assert "eps_tiny" in check(plain_of((9, 5), 1e-8), {"dbeta": plain_of((9, 5), 1e-8).truth["dbeta"]}).reasons


def plain_of(shape, eps):
    return case_from(batch(shape, 1, "variance") | {"eps": eps})
