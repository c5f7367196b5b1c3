"""The graph of a small batch: every node against its neighbours and against central differences."""

import re

import numpy as np
import pytest

from bncore import EPS_PLACEMENTS, ShapeMismatch, forward
from bncore.derivation.formulas import divisors_of, formulas_of, locals_of
from bncore.derivation.nodes import derivation
from bncore.numeric import differentiate, numeric_gradients
from tests.each import each

placements = pytest.mark.parametrize("eps_placement", EPS_PLACEMENTS)
ORDER = {
    "variance": "x gamma beta eps mean centred var scale x_hat scaled y loss dy dbeta dgamma dx_hat dscale dvar dmean "
    "dx_direct dx_mean dx_variance dx",
    "deviation": "x gamma beta eps mean centred var sigma scale x_hat scaled y loss dy dbeta dgamma dx_hat dscale "
    "dsigma dvar dmean dx_direct dx_mean dx_variance dx",
}


def steps(eps_placement, eps=0.5):
    rng = np.random.default_rng(0)
    x, dy = rng.standard_normal((2, 5, 3))
    return derivation(2 * x + 1, [1.5, -2.0, 0.5], [0.5, 1.0, -1.0], dy=dy, eps=eps, eps_placement=eps_placement)


@placements
def test_nodes_come_in_the_order_of_computation(eps_placement):
    nodes = steps(eps_placement).nodes
    assert list(nodes) == ORDER[eps_placement].split()
    names = list(nodes)
    for index, node in enumerate(nodes.values()):
        assert set(node.parents) <= set(names[:index]), node.name
        assert node.side == ("forward" if index <= names.index("loss") else "backward")


@placements
def test_each_node_has_its_formula_in_both_notations(eps_placement):
    for node in steps(eps_placement).nodes.values():
        assert set(node.formula) == {"frameworks", "lecture"}
        for formula in (node.formula, *(local.formula for local in node.local)):
            assert "<" not in "".join(formula.values())
            assert all(latex.count("{") == latex.count("}") for latex in formula.values())
    assert set(locals_of(eps_placement)) <= set(steps(eps_placement).nodes)


RECOMPUTED = {
    "mean": lambda v: v["x"].mean(0),
    "centred": lambda v: v["x"] - v["mean"],
    "var": lambda v: (v["centred"] ** 2).mean(0),
    "sigma": lambda v: np.sqrt(v["var"]),
    "x_hat": lambda v: v["centred"] / v["scale"],
    "scaled": lambda v: v["gamma"] * v["x_hat"],
    "y": lambda v: v["scaled"] + v["beta"],
    "loss": lambda v: (v["dy"] * v["y"]).sum(),
    "dbeta": lambda v: v["dy"].sum(0),
    "dgamma": lambda v: (v["dy"] * v["x_hat"]).sum(0),
    "dx_hat": lambda v: v["gamma"] * v["dy"],
    "dscale": lambda v: -(v["dx_hat"] * v["centred"]).sum(0) / v["scale"] ** 2,
    "dmean": lambda v: -v["dx_hat"].sum(0) / v["scale"],
    "dx_direct": lambda v: v["dx_hat"] / v["scale"],
    "dx_mean": lambda v: np.ones_like(v["x"]) * v["dmean"] / len(v["x"]),
    "dx_variance": lambda v: v["dvar"] * 2 * v["centred"] / len(v["x"]),
    "dx": lambda v: v["dx_direct"] + v["dx_mean"] + v["dx_variance"],
}


@placements
def test_each_value_follows_from_the_values_before_it(eps_placement):
    values = {name: node.value for name, node in steps(eps_placement).nodes.items()}
    for name, recomputed in RECOMPUTED.items():
        if name in values:
            np.testing.assert_allclose(values[name], recomputed(values), atol=1e-13, err_msg=name)


@placements
def test_each_local_derivative_is_what_nudging_the_parent_gives(eps_placement):
    nodes = steps(eps_placement).nodes
    values = {name: node.value for name, node in nodes.items()}
    values["eps_of_unit"] = np.full(3, 0.5)
    scale = {
        "variance": lambda v: np.sqrt(v["var"] + v["eps"]), "deviation": lambda v: v["sigma"] + v["eps"],
    }[eps_placement]  # fmt: skip
    functions = {name: RECOMPUTED[name] for name in nodes if name in RECOMPUTED} | {"scale": scale}
    for node in nodes.values():
        for local in node.local if node.side == "forward" else ():
            weights = np.random.default_rng(1).standard_normal(node.value.shape)
            at = np.broadcast_to(values[local.parent], (3,) if local.parent == "eps" else values[local.parent].shape)

            def nudged(point, node=node, local=local, weights=weights):
                return (weights * functions[node.name](values | {local.parent: point})).sum()

            truth = differentiate(nudged, at).value
            passed_on = weights * local.value
            if passed_on.ndim > truth.ndim:
                passed_on = passed_on.sum(0)
            np.testing.assert_allclose(
                np.broadcast_to(passed_on, truth.shape), truth, atol=1e-8, err_msg=f"{node.name} {local}"
            )


@placements
def test_each_backward_node_is_what_arrives_times_its_local_derivative(eps_placement):
    for node in steps(eps_placement).nodes.values():
        if node.side == "backward" and node.upstream is not None:
            product = node.upstream * node.local[0].value
            product = product.sum(0) if product.ndim > node.value.ndim else product
            np.testing.assert_allclose(np.broadcast_to(product, node.value.shape), node.value, atol=1e-13)


@placements
@each("name", ["x_hat", "scale", "var", "centred", "mean", "beta", "gamma", "x"])
def test_the_gradient_that_arrives_is_the_derivative_of_the_loss(eps_placement, name):
    nodes = steps(eps_placement).nodes
    values = {key: node.value for key, node in nodes.items()}
    later = [key for key in nodes if key not in (name, "x", "gamma", "beta", "eps") and nodes[key].side == "forward"]
    later = later[later.index(name) + 1 :] if name in later else later
    scales = {"variance": lambda v: np.sqrt(v["var"] + 0.5), "deviation": lambda v: v["sigma"] + 0.5}
    functions = RECOMPUTED | {"scale": scales[eps_placement]}

    def loss(point):
        known = values | {name: point}
        for key in later:
            if key != name:
                known[key] = functions[key](known)
        return known["loss"]

    np.testing.assert_allclose(nodes[name].upstream, differentiate(loss, values[name]).value, atol=1e-8)


@placements
def test_dx_agrees_with_central_differences(eps_placement):
    computed = steps(eps_placement)
    rng = np.random.default_rng(0)
    x, dy = rng.standard_normal((2, 5, 3))
    numeric = numeric_gradients(2 * x + 1, [1.5, -2.0, 0.5], dy=dy, eps=0.5, eps_placement=eps_placement)["dx"]
    assert (np.abs(computed.nodes["dx"].value - numeric.value) <= numeric.bound).all()


@placements
def test_the_printed_formula_is_off_by_what_epsilon_is(eps_placement):
    errors = [steps(eps_placement, eps).printed.max_rel_error for eps in (0.0, 1e-6, 1e-3, 0.5)]
    assert errors[0] < 1e-14
    assert errors == sorted(errors)
    assert errors[-1] > 0.05
    computed = steps(eps_placement).forward
    x_bar = computed.x_hat * computed.scale / np.sqrt(computed.var)
    dy = steps(eps_placement).nodes["dy"].value
    k = len(dy)
    for i in range(3):
        matrix = k * np.eye(k) - 1 - np.outer(x_bar[:, i], x_bar[:, i])
        printed = dy[:, i] @ matrix * computed.gamma[i] / (k * np.sqrt(computed.var[i]))
        np.testing.assert_allclose(steps(eps_placement).printed.dx[:, i], printed, atol=1e-13)


def test_a_constant_feature_beside_the_deviation_has_the_true_derivative():
    dy = np.array([[1.0, 0.0], [2.0, 1.0], [6.0, 1.0]])
    computed = derivation([[7.0, 1.0], [7.0, 2.0], [7.0, 4.0]], [3.0, 1.0], dy=dy, eps=0.25, eps_placement="deviation")
    np.testing.assert_array_equal(computed.nodes["dx"].value[:, 0], 12 * (dy[:, 0] - 3))
    assert all(np.isfinite(node.value).all() for node in computed.nodes.values())
    assert computed.printed.features == (0,)


@each(("eps", "eps_placement", "expected"), [
    (0.25, "deviation", {"dvar": "sigma", ("sigma", "var"): "sigma", ("dvar", "dsigma"): "sigma"}),
    (0.25, "variance", {}),
    (0.0, "variance", {
        "x_hat": "scale", "dscale": "scale", "dvar": "scale", "dmean": "scale", "dx_direct": "scale",
        ("scale", "var"): "scale", ("scale", "eps"): "scale", ("x_hat", "centred"): "scale",
        ("x_hat", "scale"): "scale", ("dscale", "dx_hat"): "scale", ("dvar", "dscale"): "scale",
        ("dmean", "dx_hat"): "scale", ("dx_direct", "dx_hat"): "scale",
    }),
])  # fmt: skip
def test_what_would_be_divided_by_0_is_said_to_be_none(eps, eps_placement, expected):
    computed = derivation([[7.0, 1.0], [7.0, 2.0]], dy=[[1.0, 0.0], [2.0, 1.0]], eps=eps, eps_placement=eps_placement)
    nodes = computed.nodes.values()
    undefined = {node.name: node.undefined for node in nodes}
    undefined |= {(node.name, local.parent): local.undefined for node in nodes for local in node.local}
    assert {key: value.divisor for key, value in undefined.items() if value} == expected
    assert all(value.features == (0,) for value in undefined.values() if value)


@placements
def test_every_formula_that_divides_by_a_deviation_names_it(eps_placement):
    own, local = divisors_of(eps_placement)
    divided = re.compile(r"\\frac\{(?:[^{}]|\{[^{}]*\})*\}\{2?(s|\\sigma)_\{i\}(?:\^\{2\})?\}")
    names = {"s": "scale", r"\sigma": "sigma"}
    for name, step in formulas_of(eps_placement).items():
        divisor = divided.search(step.formula["frameworks"])
        assert own.get(name) == (names[divisor[1]] if divisor and name != "dx" else None), name
    for name, parts in locals_of(eps_placement).items():
        for formula in parts.values():
            divisor = divided.search(formula["frameworks"])
            assert local.get(name) == (names[divisor[1]] if divisor else None), name


def test_the_values_are_those_of_forward():
    computed = steps("variance")
    result = forward(computed.nodes["x"].value, [1.5, -2.0, 0.5], [0.5, 1.0, -1.0], eps=0.5)
    np.testing.assert_array_equal(computed.nodes["y"].value, result.y)


def test_a_batch_of_other_than_two_axes_is_refused():
    with pytest.raises(ShapeMismatch, match="two axes"):
        derivation(np.ones((2, 2, 2)), dy=np.ones((2, 2, 2)))
