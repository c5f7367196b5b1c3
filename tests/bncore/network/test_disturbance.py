"""Who notices when an early block's weights are multiplied or its biases shifted: the lecture's covariate shift."""

import numpy as np
import pytest

from bncore.activations import ACTIVATIONS
from bncore.network.contrast import Disturbance
from tests.bncore.network.contrasts import contrasted, images
from tests.each import each

EXACT = {"eps": 0.0, "dtype": "float64"}


def moved(column, kind, measure="values"):
    return [getattr(m, measure) for m in column.disturbed.moved if m.kind == kind]


def gradient_ratio(column, block):
    after, before = (s.weights[block - 1].gradient for s in (column.disturbed.survey, column.survey))
    return after / before


@each("make", [contrasted, images])
@each("recipe", [{}, {"residual": True}, {"norm_place": "behind"}])
def test_nothing_moves_where_nothing_is_disturbed(make, recipe):
    made = make(**recipe, disturbance=Disturbance(2))
    for column in made.columns.values():
        assert all(m.distribution == m.values == 0.0 for m in column.disturbed.moved)
        assert gradient_ratio(column, 2) == 1.0


@each("a", [0.2, 3.0])
@each("make", [contrasted, images])
def test_without_batch_norm_the_scale_runs_through(make, a):
    column = make(**EXACT, disturbance=Disturbance(1, a)).columns["without"]
    for kind in ("z", "f"):
        np.testing.assert_allclose(
            [after.forward.sd for after in column.disturbed.survey.at(kind).values()],
            [a * before.forward.sd for before in column.survey.at(kind).values()],
        )
    assert min(moved(column, "z", "distribution")) > 0.1


@each("a", [0.2, 3.0, 1000.0])
@each("c", [0.0, 2.0])
@each("make", [contrasted, images])
def test_batch_norm_in_front_of_f_stops_a_positive_factor_and_a_shift_at_once(make, a, c):
    column = make(**EXACT, activation="tanh", disturbance=Disturbance(1, a, c)).columns["with"]
    assert moved(column, "z")[0] > 0.5
    assert max(moved(column, "norm") + moved(column, "f") + moved(column, "z")[1:]) < 1e-10
    assert column.disturbed.survey.loss == pytest.approx(column.survey.loss, rel=1e-12)


def test_what_is_left_is_epsilons_doing():
    left = [
        max(moved(contrasted(eps=eps, dtype="float64", disturbance=Disturbance(1, 3.0)).columns["with"], "norm"))
        for eps in (0.0, 1e-5, 1e-2)
    ]
    assert left[0] < 1e-12 < 1e-7 < left[1] < 1e-4 < left[2]


def test_the_disturbed_weights_gradient_shrinks_as_one_over_a():
    for a in (0.1, 5.0):
        column = contrasted(**EXACT, disturbance=Disturbance(2, a)).columns["with"]
        assert gradient_ratio(column, 2) == pytest.approx(1 / a, rel=1e-9)
        assert gradient_ratio(column, 1) == pytest.approx(1.0, rel=1e-9)
        assert column.disturbed.survey.loss == pytest.approx(column.survey.loss, rel=1e-12)


def test_batch_norm_behind_f_does_not_stop_it_in_general():
    behind, before = (
        contrasted(**EXACT, activation="tanh", norm_place=place, disturbance=Disturbance(1, 5.0)).columns["with"]
        for place in ("behind", "before")
    )
    assert moved(behind, "z")[-1] > 0.1
    assert moved(before, "z")[-1] < 1e-10
    relu = contrasted(**EXACT, norm_place="behind", disturbance=Disturbance(1, 5.0)).columns["with"]
    assert moved(relu, "norm")[0] < 1e-10  # ReLU passes a positive factor on


def test_a_negative_factor_flips_the_sign_and_the_distribution_does_not_tell():
    column = contrasted(**EXACT, examples=400, disturbance=Disturbance(1, -1.0)).columns["with"]
    norm, flipped = (survey.at("norm")[1].joint.y for survey in (column.survey, column.disturbed.survey))
    np.testing.assert_allclose(flipped, -norm, atol=1e-12)
    assert moved(column, "norm")[0] == pytest.approx(2.0)
    assert moved(column, "norm", "distribution")[0] < 0.05
    assert moved(column, "z")[-1] > 0.5


def test_the_distance_of_a_shift_is_the_shift_in_deviations():
    column = contrasted(dtype="float64", disturbance=Disturbance(1, 1.0, 2.5)).columns["without"]
    sd = column.survey.joints[0].forward.sd
    assert moved(column, "z", "distribution")[0] == pytest.approx(2.5 / sd)
    assert moved(column, "z")[0] == pytest.approx(2.5 / sd)


def test_a_disturbance_that_runs_out_of_the_range_is_not_a_number():
    column = contrasted(depth=3, disturbance=Disturbance(1, 1e38)).columns["without"]
    assert np.isnan(moved(column, "z")[-1])
    assert column.disturbed.survey.diverged is not None


@each("activation", ACTIVATIONS)
@each("recipe", [{}, {"norm_place": "behind"}, {"residual": True}])
def test_every_joints_distribution_moves_by_the_distance_of_its_sorted_numbers(activation, recipe):
    pair = contrasted(activation=activation, depth=3, disturbance=Disturbance(1, -2.0, 0.5), **recipe)
    for column in pair.columns.values():
        for b, a, m in zip(column.survey.joints, column.disturbed.survey.joints, column.disturbed.moved, strict=True):
            apart = np.abs(np.sort(a.joint.y, axis=None) - np.sort(b.joint.y, axis=None)).mean()
            assert m.distribution == pytest.approx(apart / b.forward.sd, rel=1e-4)
