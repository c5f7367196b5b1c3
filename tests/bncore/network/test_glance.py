"""A glance at a network tells what the whole contrast tells of it."""

import numpy as np
import pytest

from bncore.network.contrast import Disturbance
from bncore.network.glance import glance, pulled, the_other_way
from bncore.network.measures.bells import bells
from tests.bncore.network.contrasts import contrasted, images
from tests.each import each

PULL = Disturbance(2, 3.0, 0.5)


def glanced(whole):
    return pulled(glance(whole.setup, np.random.default_rng([0, 1])), PULL)


@each("whole", [
    contrasted(disturbance=PULL), contrasted(disturbance=PULL, norm="none"),
    contrasted(disturbance=PULL, residual=True), contrasted(disturbance=PULL, norm_place="behind"),
    images(disturbance=PULL),
])  # fmt: skip
def test_a_glance_tells_what_the_contrast_tells(whole):
    seen = glanced(whole)
    assert seen.columns.keys() == whole.columns.keys()
    assert seen.setup.disturbance == PULL
    for name, column in seen.columns.items():
        own = whole.columns[name]
        for a, b in zip(column.surveys, own.surveys, strict=True):
            assert [(j.joint.id, j.forward, j.backward) for j in a.joints] == [
                (j.joint.id, j.forward, j.backward) for j in b.joints
            ]
            assert a.loss == b.loss
        assert column.parts == own.parts
        assert column.disturbed.moved == [moved for moved in own.disturbed.moved if moved.kind == "z"]


@pytest.mark.parametrize("residual", [False, True])
def test_the_other_way_is_the_gradient_of_the_network_that_makes_the_other_choice(residual):
    setup = contrasted(residual=residual, inputs=48).setup
    other = contrasted(residual=not residual, inputs=48).columns["with"].survey.at("z")
    sizes = the_other_way(setup, np.random.default_rng([0, 1]))
    assert sizes == pytest.approx({block: joint.backward.norm for block, joint in other.items()})


def test_a_bell_is_the_numbers_histogram_in_their_deviation_before():
    column = contrasted(disturbance=PULL, examples=200).columns["without"]
    units = {block: joint.forward.sd for block, joint in column.survey.at("z").items()}
    joint = column.disturbed.survey.at("z")[2]
    bell = bells(column.disturbed.survey.at("z"), units)[2]
    y = joint.joint.y.reshape(-1) / units[2]
    assert (bell.low, bell.high) == pytest.approx((y.min(), y.max()))
    assert bell.beyond == pytest.approx(np.mean(np.abs(y) > 10), abs=1e-4)
    edges = bell.start + bell.step * np.arange(len(bell.heights) + 1)
    counts = np.histogram(y, edges)[0][1:-1]
    assert bell.heights[1:-1] == pytest.approx(counts / counts.max(), abs=0.01)
    assert bell.heights.max() == 1.0


def test_a_factor_stretches_a_bell_and_leaves_its_shape():
    before, after = (
        contrasted(disturbance=Disturbance(1, factor), dtype="float64", norm="none").columns["without"]
        for factor in (1.0, 4.0)
    )
    units = {block: joint.forward.sd for block, joint in before.survey.at("z").items()}
    a, b = (bells(column.disturbed.survey.at("z"), units)[3] for column in (before, after))
    assert (b.low, b.high, b.start, b.step) == pytest.approx([4 * v for v in (a.low, a.high, a.start, a.step)])
    assert b.heights == pytest.approx(a.heights)


def test_blocks_without_a_deviation_before_or_without_finite_numbers_have_no_bell():
    still = contrasted(fill=1.0, dtype="float64").columns["with"].survey.at("z")
    assert bells(still, dict.fromkeys(still, 0.0)) == {}
    far = contrasted(scale=1e8, depth=8, norm="none").columns["without"].survey.at("z")
    drawn = bells(far, dict.fromkeys(far, 1.0))
    assert set(drawn) == {block for block, joint in far.items() if joint.forward.finite}
    assert len(drawn) < len(far)
