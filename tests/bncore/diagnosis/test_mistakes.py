"""Each diagnosis against a student's code that contains the mistake; and no alarm for code that contains none."""

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from bncore.diagnosis import MISTAKES, ORDER, candidates
from bncore.numeric import differentiate
from tests.bncore.diagnosis import students
from tests.bncore.diagnosis.batches import (
    ELSEWHERE,
    PLACEMENTS,
    SHAPES,
    answer,
    batch,
    case_from,
    check,
    in_shape,
    named,
    rows,
)
from tests.bncore.diagnosis.routes import COMPACT, CS231N, STAGED
from tests.bncore.diagnosis.students import DX, NODES, SPATIALLY, run, spatial, with_change
from tests.each import each, turns

placements = each("placement", PLACEMENTS)
shapes = each(("shape", "axis"), SHAPES)
dtypes = each("dtype", ["float64", "float32"])


def programs(changes):
    """Placement, id, and the changed code with the placement that it runs with."""
    pairs = [(p, name, with_change(change, p)) for name, all in changes.items() for change in all for p in PLACEMENTS]
    return [pytest.param(p, name, made, id=f"{p}-{name}") for p, name, made in pairs if made]


@each(("placement", "name", "made"), programs(DX))
@dtypes
@turns(("shape", "axis"), SHAPES)
def test_a_mistake_in_dx_is_named(placement, name, made, shape, axis, dtype):
    given = batch(shape, axis, placement)
    report = check(case_from(given), answer(given, *made, dtype, "dx"))
    assert not report.correct
    assert report.first_wrong == "dx"
    assert named(report, "dx") == [name]


@each(("placement", "name", "made"), programs(NODES))
@dtypes
@turns(("shape", "axis"), SHAPES)
def test_a_mistake_on_the_way_is_named(placement, name, made, shape, axis, dtype):
    given, (tensor, name) = batch(shape, axis, placement), name
    report = check(case_from(given), answer(given, *made, dtype, tensor))
    assert report.first_wrong == tensor
    assert named(report, tensor) == [name]


@each(("name", "changes"), [(name, c) for name, all in SPATIALLY.items() for c in all])
@placements
@dtypes
def test_a_mistake_about_the_axes_of_images_is_named(name, changes, placement, dtype):
    given = batch((3, 4, 2, 5), 1, placement)
    images = {"x": given["x"], "g": given["dy"], "eps": given["eps"], "placement": placement, "running_var": 1.0}
    images |= {"gamma": given["gamma"].reshape(1, -1, 1, 1)}
    images = {key: v.astype(dtype) if isinstance(v, np.ndarray) else v for key, v in images.items()}
    assert check(case_from(given), {"dx": run(spatial({}), images)["dx"]}).correct
    assert named(check(case_from(given), {"dx": run(spatial(changes), images)["dx"]}), "dx") == [name]


@placements
@dtypes
@each(("shape", "axis", "order"), [
    ((9, 5), 1, (1, 0)), ((6, 6), 1, (1, 0)), ((4, 11), 0, (1, 0)), ((3, 4, 2, 5), 1, (0, 2, 3, 1)),
    ((3, 4, 2, 5), 1, (1, 0, 2, 3)), ((4, 3, 2, 5), -1, (3, 0, 1, 2)), ((3, 2, 5, 4), -1, (0, 3, 1, 2)),
    ((3, 4, 3, 3), 1, (0, 1, 3, 2)), ((3, 3, 3, 3), 1, (3, 2, 1, 0)), ((2, 3, 4, 2, 5), 1, (0, 2, 3, 4, 1)),
])  # fmt: skip
def test_a_transposed_dx_is_named_in_its_own_shape_and_in_that_of_x(placement, dtype, shape, axis, order):
    given = batch(shape, axis, placement)
    dx = answer(given, STAGED[placement], placement, dtype, "dx")["dx"].transpose(order)
    report = check(case_from(given), {"dx": dx})
    assert named(report, "dx") == ["transposed"]
    assert any("shape of a transposed x" in warning for warning in report.warnings) == (dx.shape != shape)
    assert named(check(case_from(given), {"dx": dx.reshape(shape)}), "dx") == ["transposed"]


def test_moving_an_axis_of_length_one_is_no_mistake_but_for_the_shape():
    given = batch((5, 3, 1), 1, "variance")
    dx = answer(given, STAGED["variance"], "variance", "float64", "dx")["dx"].transpose(0, 2, 1)
    report = check(case_from(given), {"dx": dx})
    assert report.correct
    assert report.warnings[0] == "dx has the shape of a transposed x; give (5, 3, 1)."
    built = candidates(case_from(given), "dx")
    apart = built.distances(case_from(given).truth["dx"])
    assert min(far for name, far in zip(built.ids, apart, strict=True) if name == "transposed") > 0


@placements
def test_images_whose_channels_were_not_moved_last_are_named(placement):
    given = batch((3, 4, 2, 5), 1, placement)
    x, dy = given["x"].reshape(-1, 4), given["dy"].reshape(-1, 4)
    at = {"gamma": given["gamma"], "beta": given["beta"], "eps": 1.1, "placement": placement, "running_var": 1.0}
    wrong = run(STAGED[placement], at | {"x": x, "g": dy})
    report = check(case_from(given), {"dx": wrong["dx"].reshape(3, 4, 2, 5), "dgamma": wrong["dgamma"],
                                      "dbeta": wrong["dbeta"]})  # fmt: skip
    assert [named(report, tensor) for tensor in ("dx", "dgamma", "dbeta")] == [["channels_not_moved"]] * 3
    right = rows(given)
    of_dy = run(STAGED[placement], right | {"g": dy})
    moved = of_dy["dx"].reshape(3, 2, 5, 4).transpose(0, 3, 1, 2)
    for dx in (moved, of_dy["dx"].reshape(3, 4, 2, 5)):
        assert named(check(case_from(given), {"dx": dx})) == ["channels_not_moved"]


def test_every_named_mistake_is_proven_here():
    assert (
        set(DX) | {name for _, name in NODES} | set(SPATIALLY) | {"transposed", "channels_not_moved"}
        == set(MISTAKES) - ELSEWHERE
    )


@placements
@shapes
@dtypes
@each("route", ["staged", "compact", "cs231n"])
def test_correct_gradients_by_any_route_raise_no_alarm(placement, shape, axis, dtype, route):
    given = batch(shape, axis, placement)
    code = {"staged": STAGED[placement], "compact": COMPACT, "cs231n": CS231N}[route]
    tensors = ORDER if route == "staged" else ("dx", "dgamma", "dbeta", "dx_hat")
    report = check(case_from(given), answer(given, code, placement, dtype, *tensors))
    assert {name: verdict.verdict for name, verdict in report.tensors.items()} == dict.fromkeys(tensors, "exact")
    assert report.correct
    assert report.first_wrong is None
    assert report.diagnoses == ()


@drawn(
    st.integers(0, 2**32), st.integers(2, 40), st.integers(1, 8), st.sampled_from([0.0, 1e-8, 1e-5, 0.3, 20.0]),
    st.sampled_from([0.0, 1.0, 300.0]), st.sampled_from(PLACEMENTS), st.sampled_from(["float32", "float64"]),
)  # fmt: skip
def test_no_batch_raises_a_false_alarm(seed, examples, units, eps, shift, placement, dtype):
    given = batch((examples, units), 1, placement, seed) | {"eps": eps}
    given["x"] = (given["x"] + shift).astype(dtype).astype("float64")
    given["dy"] = given["dy"].astype(dtype).astype("float64")
    given["gamma"] = given["gamma"].astype(dtype).astype("float64")
    report = check(case_from(given), answer(given, CS231N, placement, dtype, "dx", "dgamma", "dbeta"))
    assert report.correct, report.tensors
    assert all(verdict.verdict == "exact" or verdict.coarse for verdict in report.tensors.values())


@each(("placement", "name", "made"), programs(DX))
@turns(("shape", "axis"), SHAPES)
def test_noise_of_float32_rounding_changes_no_diagnosis(placement, name, made, shape, axis):
    given = batch(shape, axis, placement)
    dx = answer(given, *made, "float64", "dx")["dx"]
    dx = (dx * (1 + np.random.default_rng(1).uniform(-1, 1, shape) * 2.0**-22)).astype("float32")
    assert named(check(case_from(given), {"dx": dx}), "dx") == [name]
    assert named(check(case_from(given), {"dx": dx.astype("float64")}), "dx") == [name], "as JSON gives it"


FROZEN = {
    "variance_path_missing": lambda x, at: (x - x.mean(0)) / at["s"],
    "mean_path_missing": lambda x, at: (x - at["mean"]) / scale_of(x, at),
    "statistics_constant": lambda x, at: (x - at["mean"]) / at["s"],
}


def scale_of(x, at):
    return np.sqrt(x.var(0) + at["eps"]) if at["placement"] == "variance" else x.std(0) + at["eps"]


@each("name", FROZEN)
@placements
@each(("shape", "axis"), [((9, 5), 1), ((2, 3, 2, 2), 1)])
def test_central_differences_with_frozen_statistics_are_named_as_missing_paths(name, placement, shape, axis):
    given = batch(shape, axis, placement)
    at = run(COMPACT, rows(given))
    x_hat = FROZEN[name]
    numeric = differentiate(lambda x: (at["g"] * (at["gamma"] * x_hat(x, at) + at["beta"])).sum(), at["x"])
    assert named(check(case_from(given), {"dx": in_shape(given, numeric.value)}), "dx") == [name]


@placements
@shapes
@dtypes
def test_equivalent_forms_are_no_mistakes(placement, shape, axis, dtype):
    given = batch(shape, axis, placement)
    centred_again = "dx = dx_hat / s + dvar * 2 * x / K\ndx = dx - dx.mean(0) #"
    through_variance = "dmean = dmean + dvar * (-2 * centred).sum(0) / K\ndx = "
    for line in (centred_again, through_variance):
        code = students.replaced(STAGED[placement], "dx = ", line)
        assert check(case_from(given), answer(given, code, placement, dtype, "dx")).correct


@placements
def test_a_mean_detached_inside_the_variance_changes_nothing(placement):
    given = batch((9, 5), 1, placement)
    at = run(COMPACT, rows(given))

    def loss(x):
        var = ((x - at["mean"]) ** 2).mean(0)
        s = np.sqrt(var + at["eps"]) if placement == "variance" else np.sqrt(var) + at["eps"]
        return (at["g"] * at["gamma"] * (x - x.mean(0)) / s).sum()

    assert check(case_from(given), {"dx": differentiate(loss, at["x"]).value}).correct


@placements
def test_the_first_wrong_tensor_is_the_first_of_a_backward_pass(placement):
    given = batch((9, 5), 1, placement)
    code, _ = with_change(NODES["dvar", "variance_path_doubled"][0], placement)
    report = check(case_from(given), answer(given, code, placement, "float64", *ORDER))
    assert report.first_wrong == "dvar"
    assert [name for name, verdict in report.tensors.items() if verdict.verdict == "wrong"] == ["dvar", "dx"]
    assert named(report, "dvar") == named(report, "dx") == ["variance_path_doubled"]
