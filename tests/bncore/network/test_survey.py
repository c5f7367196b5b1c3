"""What the survey of a pass says, held against the pass itself."""

import math
from dataclasses import replace

import numpy as np
import pytest

from bncore.activations import ACTIVATIONS
from bncore.network.contrast import Disturbance, contrast
from bncore.network.edits import disturbed
from bncore.network.losses import cross_entropy
from bncore.network.measures.curves import curves, kind_in
from bncore.network.measures.distributions import distributions
from bncore.network.measures.survey import Diverged, survey
from bncore.network.propagation import propagate
from tests.bncore.network.contrasts import contrasted, images
from tests.each import each


@each(
    ("recipe", "kinds"),
    [
        ({"norm": "none"}, {"without": "z f"}), ({}, {"without": "z f", "with": "z norm f"}),
        ({"norm_place": "behind"}, {"without": "z f", "with": "z f norm"}),
        ({"residual": True}, {"without": "z f sum", "with": "z norm f sum"}),
    ],
)  # fmt: skip
@each("make", [contrasted, images])
def test_every_block_has_its_joints_in_order(make, recipe, kinds):
    made = make(**recipe, depth=3)
    assert {name: " ".join(column.survey.kinds) for name, column in made.columns.items()} == kinds
    for column in made.columns.values():
        assert [w.block for w in column.survey.weights] == [1, 2, 3]
        assert sorted({joint.joint.block for joint in column.survey.joints}) == [1, 2, 3]


def test_both_columns_have_the_same_weights_and_the_same_first_product():
    pair = contrasted()
    first = [column.survey.joints[0] for column in pair.columns.values()]
    assert np.array_equal(first[0].joint.y, first[1].joint.y)
    assert first[0].backward.norm != first[1].backward.norm
    norms = [[w.norm for w in column.survey.weights] for column in pair.columns.values()]
    assert norms[0] == norms[1]


@each("activation", ACTIVATIONS)
@each("norm_place", ["before", "behind"])
def test_saturation_is_that_of_what_enters_f(activation, norm_place):
    column = contrasted(activation=activation, norm_place=norm_place, scale=3.0).columns["with"]
    for before, joint in zip(column.survey.joints, column.survey.joints[1:], strict=False):
        if joint.joint.kind == "f":
            assert joint.saturated == ACTIVATIONS[activation].saturated(before.joint.y).mean()
        else:
            assert joint.saturated is None


@pytest.mark.parametrize(("scale", "block"), [(100.0, 19), (1e30, 2)])
def test_the_first_joint_that_diverges_is_named_and_everything_before_it_is_given(scale, block):
    surveyed = contrasted(depth=30, scale=scale).columns["without"].survey
    assert (surveyed.diverged.kind, surveyed.diverged.side) == ("z", "forward")
    assert abs(surveyed.diverged.block - block) <= 2
    finite = [joint.forward.finite for joint in surveyed.joints]
    assert finite.index(False) == sum(finite)
    assert surveyed.joints[finite.index(False)].joint.block == surveyed.diverged.block


def test_an_infinite_input_is_named():
    pair = contrasted(depth=2)
    x = pair.setup.x.copy()
    x[0, 0] = np.inf
    pass_ = propagate(pair.columns["with"].layers, x, lambda y: cross_entropy(y, pair.setup.labels))
    assert survey(pass_, x).diverged.kind == "input"


def test_weights_gradient_that_diverges_is_named_though_every_joints_gradient_is_finite():
    setup = contrasted(depth=1).setup
    large = replace(setup, x=setup.x * np.float32(1e20), loss="squared_error")
    surveyed = contrast(large, np.random.default_rng(0)).columns["without"].survey
    assert all(joint.forward.finite and joint.backward.finite for joint in surveyed.joints)
    assert surveyed.diverged == Diverged(1, "weights", "backward")


@each("make", [contrasted, images])
@each("kind", ["z", "norm", "f"])
def test_distributions_count_every_number_on_one_axis(make, kind):
    made = make()
    drawn = distributions(made, kind)
    assert set(drawn) == {(c, s) for c in ("without", "with") for s in ("activations", "gradients")}
    for side in ("activations", "gradients"):
        assert drawn["without", side].axis == drawn["with", side].axis
    for distribution in drawn.values():
        assert [row.block for row in distribution.rows] == list(range(1, made.setup.depth + 1))
        assert all(row.counts.sum() == row.moments.count for row in distribution.rows)
        total = sum(row.moments.count for row in distribution.rows)
        before, after = distribution.outside
        assert before < 0.01 * total
        assert after is None
    assert drawn["without", "activations"].kind == ("z" if kind == "norm" else kind)


@each(
    ("kind", "recipe", "without", "with_norm"),
    [
        ("norm", {}, "z", "norm"), ("norm", {"norm_place": "behind"}, "f", "norm"),
        ("sum", {"residual": True, "norm_place": "behind", "depth": 1}, "f", "norm"),
        ("sum", {"residual": True, "depth": 1}, "f", "f"), ("sum", {"residual": True}, "sum", "sum"),
    ],
)  # fmt: skip
def test_where_a_joint_is_missing_the_one_in_its_place_is_shown(kind, recipe, without, with_norm):
    pair = contrasted(**recipe)
    assert {name: kind_in(pair, name, kind) for name in pair.columns} == {
        "without": without,
        "with": with_norm,
    }
    assert {name: d.kind for (name, _), d in distributions(pair, kind).items()} == {
        "without": without, "with": with_norm,
    }  # fmt: skip
    sizes = [joint.forward.sd for joint in pair.columns["without"].survey.at(without).values()]
    drawn = [value for value in curves(pair, kind)["deviation"].values["without"] if value is not None]
    assert drawn == sizes


def test_an_axis_turns_logarithmic_where_numbers_run_away_and_is_linear_within_a_typical_deviation():
    drawn = distributions(contrasted(scale=3.0, depth=8), "z")["with", "activations"]
    assert drawn.axis.kind == "symlog"
    typical = max(row.moments.sd for row in drawn.rows)
    assert 0.5 * typical < drawn.axis.linear_within <= 3.0 * typical


@pytest.mark.parametrize("scale", [1.0, 0.1])
def test_an_axis_stays_linear_while_numbers_stand_or_shrink(scale):
    assert distributions(contrasted(scale=scale, depth=8), "z")["with", "activations"].axis.kind == "linear"


def test_curves_stop_where_a_column_diverges_and_are_logarithmic_where_growth_is_exponential():
    drawn = curves(contrasted(depth=30, scale=100.0), "z")
    values = drawn["deviation"].values["without"]
    assert drawn["deviation"].log
    assert values[0] == pytest.approx(100 * math.sqrt(2), rel=0.1)
    assert values[-1] is None
    assert not curves(contrasted(depth=3), "z")["deviation"].log
    assert all(v is None for v in drawn["gradient"].values["without"])
    assert all(v > 0 for v in drawn["gradient"].values["with"])


@pytest.mark.parametrize("make", [contrasted, images])
def test_the_gradients_parts_are_santurkars_identity(make):
    for place in ("before", "behind"):
        column = make(eps=0.0, dtype="float64", norm_place=place, activation="tanh").columns["with"]
        assert len(column.parts) == column.survey.depth
        for parts in column.parts:
            assert parts.kept + parts.by_mean + parts.by_variance == pytest.approx(1.0, rel=1e-12)
            assert parts.disagreement < 1e-10
            assert 0.0 < parts.by_mean < 1.0
    soft = make(eps=1.0, dtype="float64").columns["with"].parts
    assert max(parts.disagreement for parts in soft) > 1e-4


def test_a_disturbed_network_is_a_new_one():
    pair = contrasted(depth=3)
    layers = pair.columns["with"].layers
    again = disturbed(layers, 2, factor=2.0, shift=0.5)
    changed = [i for i, (a, b) in enumerate(zip(layers, again, strict=True)) if a is not b]
    assert changed == [3]
    np.testing.assert_array_equal(again[3].weight, 2 * layers[3].weight)
    assert (again[3].bias == 0.5).all()
    assert layers[3].bias is None
    with pytest.raises(ValueError, match="no such block"):
        disturbed(layers, 5)


@pytest.mark.parametrize("side", ["activations", "gradients"])
def test_distributions_of_both_passes_share_their_axis_from_the_first_block_on(side):
    drawn = distributions(contrasted(disturbance=Disturbance(3, 4.0)), "z")
    columns = [drawn[name, side] for name in ("without", "with")]
    assert len({d.axis for d in columns}) == 1
    for d in columns:
        assert [row.block for row in d.rows] == [row.block for row in d.disturbed] == [1, 2, 3, 4, 5, 6]
        later = d.onwards(3)
        assert [row.block for row in later.rows] == [row.block for row in later.disturbed] == [3, 4, 5, 6]
        assert later.axis == d.axis
    assert all(
        d.disturbed is None and d.onwards(2).disturbed is None for d in distributions(contrasted(), "z").values()
    )


def test_a_disturbance_is_in_the_distributions_from_its_block_on():
    for block, times in ((None, [1, 1, 4, 4, 4, 4]), (3, [4])):
        shown = contrasted(disturbance=Disturbance(3, 4.0), activation="identity")
        drawn = distributions(shown, "z", block)["without", "activations"]
        ratios = [a.moments.sd / b.moments.sd for b, a in zip(drawn.rows, drawn.disturbed, strict=True)]
        assert ratios == pytest.approx(times, rel=1e-5)


def test_joints_of_a_pass_leave_the_read_out_out():
    pair = contrasted(depth=2)
    assert [j.joint.id for j in pair.columns["with"].survey.joints] == [
        "z1",
        "norm1",
        "f1",
        "z2",
        "norm2",
        "f2",
    ]


@each(("make", "recipe"), [(contrasted, {"residual": True}), (images, {"norm_place": "behind"}), (contrasted, {})])
def test_every_step_is_told_up_to_the_last(make, recipe):
    told = []
    setup = make(**recipe, disturbance=Disturbance(2)).setup
    contrast(setup, np.random.default_rng(0), lambda *step: told.append(step))
    assert [done for done, _, _ in told] == list(range(1, told[0][1] + 1))
    assert told[-1][2].startswith("with batch norm, disturbed: measured, joint ")
