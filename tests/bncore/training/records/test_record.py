"""Records say what is: held against the definitions, and as JSON."""

import json

import numpy as np
import pytest

from bncore.training import advance, first_record, start
from bncore.training.layout import layout_of
from bncore.training.records.summaries import histogram, percentiles, size
from bncore.training.run import Work
from tests.bncore.training.specs import digits, tiny, tiny_images
from tests.each import each


def at(spec, step):
    """The work of a run behind a pass of a step, and its record."""
    work = Work(advance(start(spec), step)[0])
    work.look()
    return work, work.record()


def test_a_record_tells_of_the_pass_of_its_step():
    spec = tiny(norm="batch", rate=0.2, unit=3, unit_block=1)
    work, record = at(spec, 20)
    network = work.network
    inputs, upstream = network.blocks[0].activation.x, network.blocks[0].activation.dx
    block = record.blocks[0]
    weight, dweight = (named["weight"] for named in network.named(0))
    assert record.unit == pytest.approx(np.percentile(inputs[:, 3], [15, 50, 85]))
    assert (block.mean, block.sd) == pytest.approx((inputs.mean(), inputs.std()))
    assert (block.inputs.low, block.gradients.high) == (inputs.min(), upstream.max())
    assert (block.weight, block.gradient) == pytest.approx((np.linalg.norm(weight), np.linalg.norm(dweight)))
    assert block.effective_rate == pytest.approx(0.2 / np.square(weight).sum())
    assert record.gradient == pytest.approx(np.linalg.norm(network.gradients))
    assert block.gamma == pytest.approx(np.percentile(network.named(0)[0]["gamma"], [15, 50, 85]))
    assert sum(record.blocks[-1].inputs.counts) == spec.batch_size * 2
    assert record.accuracy == np.mean(network.loss.logits.argmax(axis=1) == work.labels[work.rows(20)])


@each("optimizer", ["sgd", "momentum", "adam"])
def test_update_is_the_way_of_the_weights_from_the_step_before(optimizer):
    spec = tiny(optimizer=optimizer, weight_decay=0.1)
    (before, _), (after, record) = advance(start(spec), 4), at(spec, 5)
    weights = [layout_of(spec).of_block(v, 1)["weight"] for v in (before.parameters, after.network.parameters)]
    expected = np.linalg.norm(weights[1] - weights[0]) / np.linalg.norm(weights[1])
    assert advance(before, 1)[1][0].blocks[1].update == pytest.approx(expected, rel=1e-9)
    assert record.blocks[1].update == 0  # a pass without an update in front of it has moved nothing


def test_running_statistics_are_told_in_units_of_the_batch():
    work, record = at(tiny(norm="batch", momentum=0.3), 6)
    inputs, (mean, var) = work.network.blocks[0].product.y, work.network.blocks[0].norm.running
    told = record.blocks[0].running
    assert told.mean == pytest.approx(np.median(np.abs(mean - inputs.mean(0)) / inputs.std(0, ddof=1)))
    assert told.variance == pytest.approx(np.median(var / inputs.var(0, ddof=1)))
    assert first_record(start(tiny(norm="layer"))).blocks[0].running is None


def test_held_out_examples_are_looked_at_in_inference():
    spec = tiny(dropout=0.5)
    work, record = at(spec, 8)
    logits = work.network.infer(spec.data.held_x)
    assert record.held.accuracy == np.mean(logits.argmax(axis=1) == spec.data.held_labels)
    assert record.held == at(spec, 8)[1].held
    assert at(spec, 9)[1].held is None


def test_the_surface_is_the_plane_as_inference_sees_it():
    spec = tiny(rate=0.5, steps=600)
    work, record = at(spec, 600)
    surface, x = record.surface, spec.data.x
    ys, xs = np.linspace(*surface.y, surface.size), np.linspace(*surface.x, surface.size)
    row, column = 5, 17
    logits = work.network.infer(np.array([[xs[column], ys[row]]]))[0]
    place = row * surface.size + column
    assert surface.classes[place] == logits.argmax()
    assert surface.shares[place] == round(100 / np.exp(logits - logits.max()).sum())
    assert surface.x[0] < x[:, 0].min() < x[:, 0].max() < surface.x[1]
    assert set(surface.classes) == {0, 1}


def test_data_of_more_features_has_no_surface():
    spec = tiny(data=digits(), steps=4)
    assert first_record(start(spec)).surface is None
    assert first_record(start(tiny_images(steps=4))).held is not None


def test_as_json_absent_parts_are_absent_and_what_is_not_finite_is_null():
    told = first_record(start(tiny(norm="none"))).plain()
    assert {"step", "diverged"} & told.keys() == set()
    assert {"gamma", "beta", "running"} & told["blocks"][0].keys() == set()
    assert told["blocks"][0]["update"] is None
    assert told["blocks"][0]["inputs"].keys() == {"from", "to", "counts"}
    ended = advance(start(tiny(norm="none", activation="identity", dtype="float32", rate=1e9)), 9)[1][-1].plain()
    assert ended["diverged"] is True
    assert ended["loss"] is None
    json.dumps(ended, allow_nan=False)


def test_histograms_count_every_number_once_and_end_where_the_numbers_do():
    values = np.random.default_rng(0).normal(size=1000).astype(np.float32)
    summary = histogram(values)
    assert summary.counts == tuple(np.histogram(values.astype(float), bins=24)[0])
    assert histogram(np.full(7, 3.0)).counts[12] == 7
    assert sum(histogram(np.array([1.0, np.nan])).counts) == 0


def test_percentiles_and_size_are_those_of_numpy():
    values = np.random.default_rng(0).normal(size=(7, 5))
    assert percentiles(values) == pytest.approx(np.percentile(values, [15, 50, 85]))
    assert percentiles(np.array([2.0])) == (2, 2, 2)
    assert size(values) == pytest.approx(np.linalg.norm(values))
