"""The assembled network: gradients by central differences, and the layers of bncore.network as a second route."""

import numpy as np
import pytest

from bncore.network import Activate, BatchNorm, Linear, cross_entropy, propagate
from bncore.numeric import differentiate
from bncore.training import start
from bncore.training.layout import layout_of
from bncore.training.network import Network
from bncore.training.spec import inputs_of
from tests.bncore.training.specs import DENSE_NORMS, tiny


def network_of(spec, parameters=None):
    """The network of a spec at random parameters, so that no gamma is 1 and no beta 0, with a batch and its labels."""
    layout, state = layout_of(spec), start(spec)
    drawn = np.random.default_rng(1).normal(size=layout.size) if parameters is None else parameters
    network = Network(spec, layout, np.array(drawn, spec.dtype), state.running.copy())
    return network, inputs_of(spec, spec.data.x)[: spec.batch_size], spec.data.labels[: spec.batch_size]


def loss_at(spec, parameters, step=3):
    network, x, labels = network_of(spec, parameters)
    return network.loss.forward(network.forward(x, step), labels)


def gradients_of(spec, step=3):
    network, x, labels = network_of(spec)
    network.loss.forward(network.forward(x, step), labels)
    network.backward(network.loss.gradient)
    return network.parameters, network.gradients


def assert_gradients_are_those_of_central_differences(spec, entries=24):
    parameters, gradients = gradients_of(spec)
    some = np.random.default_rng(2).permutation(parameters.size)[:entries]

    def loss(values):
        moved = parameters.copy()
        moved[some] = values
        return np.array(loss_at(spec, moved))

    numeric = differentiate(loss, parameters[some])
    assert (np.abs(gradients[some] - numeric.value) <= numeric.bound + 1e-12).all()
    assert np.abs(gradients[some]).max() > 1e-3


@pytest.mark.parametrize("norm", [name for name in DENSE_NORMS if name != "renorm"])
def test_the_gradient_is_that_of_central_differences(norm):
    assert_gradients_are_those_of_central_differences(tiny(norm=norm, bias=True))


@pytest.mark.parametrize("activation", ["relu", "sigmoid", "gelu", "identity"])
def test_of_any_activation_too(activation):
    assert_gradients_are_those_of_central_differences(tiny(activation=activation))


def layers_of(spec, network):
    """The same network of the layers that know no buffers."""
    layers = []
    for number in range(spec.blocks):
        named, _ = network.named(number)
        layers.append(Linear(named["weight"], named.get("bias")))
        if spec.norm == "batch":
            layers.append(BatchNorm(named["gamma"], named["beta"], spec.eps))
        layers.append(Activate(spec.activation))
    named, _ = network.named(spec.blocks)
    return [*layers, Linear(named["weight"], named["bias"])]


@pytest.mark.parametrize("norm", ["none", "batch"])
def test_it_agrees_with_the_layers_of_the_network_page(norm):
    spec = tiny(norm=norm)
    network, x, labels = network_of(spec)
    loss = network.loss.forward(network.forward(x, 0), labels)
    network.backward(network.loss.gradient)
    layers = layers_of(spec, network)
    whole = propagate(layers, x, lambda logits: cross_entropy(logits, labels))
    assert abs(loss - whole.loss) < 1e-12
    records = [record for record in whole.records if isinstance(record.layer, Linear)]
    for number, record in enumerate(records):
        np.testing.assert_allclose(network.named(number)[1]["weight"], record.gradients["weight"], rtol=0, atol=1e-12)


def test_inference_reads_the_running_statistics_and_no_other_example():
    network, x, _ = network_of(tiny(norm="batch"))
    whole = network.infer(x)
    np.testing.assert_allclose(network.infer(x[:3]), whole[:3], rtol=0, atol=1e-12)
    network.running[...] += 1
    assert np.abs(network.infer(x) - whole).max() > 1e-3


def test_the_gradient_sums_to_zero_over_the_batch_in_front_of_a_norm_and_nowhere_else():
    """Σ dL/dx = 0 behind the backward pass of a batch norm, which is why no bias in front of it learns."""
    for norm, through, low, high in (("batch", True, 0, 1e-15), ("none", True, 1e-3, 9), ("batch", False, 1e-3, 9)):
        spec = tiny(norm=norm, bias=True, through_statistics=through)
        network, x, labels = network_of(spec)
        network.loss.forward(network.forward(x, 0), labels)
        network.backward(network.loss.gradient)
        bias = np.abs(network.named(0)[1]["bias"]).max()
        assert low <= bias <= high, (norm, through, bias)
