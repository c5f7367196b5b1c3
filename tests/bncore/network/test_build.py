"""Whole networks: their gradients, what norm and residual connections change, and numbers that diverge."""

from dataclasses import replace

import numpy as np
import pytest

from bncore.errors import BadParameter
from bncore.network import (
    Activate,
    BatchNorm,
    Convolution,
    Linear,
    Recipe,
    Residual,
    convolutional,
    cross_entropy,
    fully_connected,
    propagate,
)
from bncore.network.edits import edited
from bncore.numeric import differentiate

ENTRIES = 12  # of each array, at which it is held against central differences
LABELS = np.array([0, 1, 2, 1, 0])
SMOOTH = Recipe(activation="tanh", dtype="float64", eps=0.1)
KINDS = {"fully connected": (fully_connected, (5, 4)), "convolutional": (convolutional, (5, 2, 4, 3))}


def network(kind, recipe, *, width=4, depth=2, seed=0):
    build, shape = KINDS[kind]
    return build(shape[1], width, depth, 3, recipe, np.random.default_rng(seed))


def batch(kind, seed=1):
    return np.random.default_rng(seed).standard_normal(KINDS[kind][1])


def run(layers, x):
    return propagate(layers, x, lambda y: cross_entropy(y, LABELS))


def replaced(layers, at, name, values):
    """The network with another value of one parameter of one of its layers."""
    return [type(layer)(**{**vars(layer), name: values}) if i == at else layer for i, layer in enumerate(layers)]


def assert_the_gradient_of(loss, values, gradient, what):
    """Central differences of `loss` in up to ENTRIES seeded entries of `values` are those of `gradient`."""
    entries = np.random.default_rng(values.size).permutation(values.size)[:ENTRIES]

    def of_entries(part):
        moved = values.copy()
        moved.flat[entries] = part
        return np.array(loss(moved))

    numeric = differentiate(of_entries, values.flat[entries])
    assert (np.abs(gradient.flat[entries] - numeric.value) <= numeric.bound + 1e-12).all(), what


@pytest.mark.parametrize("norm", ["none", "batch"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_gradient_of_a_whole_network_is_that_of_central_differences(kind, norm):
    layers, x = network(kind, replace(SMOOTH, norm=norm)), batch(kind)
    pass_ = run(layers, x)
    assert_the_gradient_of(lambda x: run(layers, x).loss, x, pass_.dx, "x")
    for at, record in enumerate(pass_.records):
        for name, gradient in record.gradients.items():

            def loss(values, at=at, name=name):
                return run(replaced(layers, at, name, values), x).loss

            assert_the_gradient_of(loss, layers[at].parameters[name], gradient, (at, name))


@pytest.mark.parametrize("kind", KINDS)
def test_residual_connections_pass_the_gradient_of_their_inner_layers(kind):
    layers, x = network(kind, replace(SMOOTH, residual=True)), batch(kind)
    assert_the_gradient_of(lambda x: run(layers, x).loss, x, run(layers, x).dx, "x")


@pytest.mark.parametrize("place", ["before", "behind"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_parameters_inside_residual_connections_have_the_gradients_of_central_differences(kind, place):
    layers, x = network(kind, replace(SMOOTH, residual=True, norm_place=place)), batch(kind)
    inner = [record for record in run(layers, x).all_records() if record.layer not in layers]
    assert {type(record.layer) for record in inner} >= {BatchNorm, Activate}
    for record in inner:
        for name, gradient in record.gradients.items():

            def loss(values, record=record, name=name):
                changed = type(record.layer)(**{**vars(record.layer), name: values})
                return run(edited(layers, lambda one: changed if one is record.layer else one), x).loss

            assert_the_gradient_of(loss, record.layer.parameters[name], gradient, name)


@pytest.mark.parametrize("kind", KINDS)
def test_with_and_without_norm_have_the_same_weights(kind):
    def products(norm):
        layers = network(kind, replace(SMOOTH, norm=norm))
        return [layer.weight for layer in layers if isinstance(layer, (Linear, Convolution))]

    for a, b in zip(products("none"), products("batch"), strict=True):
        assert np.array_equal(a, b)


@pytest.mark.parametrize(
    ("place", "order"), [("before", [Linear, BatchNorm, Activate]), ("behind", [Linear, Activate, BatchNorm])]
)
def test_the_norm_stands_where_it_is_asked_for(place, order):
    assert [type(layer) for layer in network("fully connected", replace(SMOOTH, norm_place=place))[:3]] == order


def test_residual_connections_go_around_blocks_that_keep_their_width():
    kinds = [type(layer) for layer in network("fully connected", replace(SMOOTH, residual=True), width=6, depth=3)]
    assert kinds == [Linear, BatchNorm, Activate, Residual, Residual, Linear]
    same = network("fully connected", replace(SMOOTH, residual=True), width=4, depth=3)
    assert [type(layer) for layer in same] == [Residual, Residual, Residual, Linear]


def test_the_records_of_inner_layers_stand_before_their_connection():
    pass_ = run(network("fully connected", replace(SMOOTH, residual=True), width=4, depth=1), batch("fully connected"))
    kinds = [type(record.layer) for record in pass_.all_records()]
    assert kinds == [Linear, BatchNorm, Activate, Residual, Linear]
    connection = next(record for record in pass_.records if record.inner)
    assert np.array_equal(connection.inner[-1].dy, connection.dy)


def test_numbers_that_leave_float32_end_in_records_and_not_in_an_error():
    hot = Recipe(norm="none", activation="identity", initialization="normal", scale=1e3)
    layers = fully_connected(4, 64, 20, 3, hot, np.random.default_rng(0))
    pass_ = run(layers, batch("fully connected").astype(np.float32))
    finite = [bool(np.isfinite(record.y).all()) for record in pass_.records]
    assert finite[0]
    assert not finite[-1]
    kept = fully_connected(4, 64, 20, 3, replace(hot, norm="batch"), np.random.default_rng(0))
    assert np.isfinite(run(kept, batch("fully connected").astype(np.float32)).loss)


def test_counts_and_names_out_of_range_are_refused():
    with pytest.raises(BadParameter, match="depth is 0"):
        fully_connected(4, 8, 0, 3, SMOOTH, np.random.default_rng(0))
    with pytest.raises(BadParameter, match="choose one of none, batch"):
        Recipe(norm="layer")
