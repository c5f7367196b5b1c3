"""A small batch's computation, forward and backward, as named nodes that can be walked one by one.

Every node holds its formula, its value, the derivative by each of its parents and the gradient that arrives at it. Both
placements of epsilon, exactly. Ioffe & Szegedy 2015, algorithm 1 and section 3; `derivation_formulas` has the formulas.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bncore.arguments import Array, Float64
from bncore.batch_norm import Forward, forward
from bncore.derivation.formulas import divisors_of, formulas_of, locals_of
from bncore.epsilon import reciprocal
from bncore.errors import ShapeMismatch
from bncore.gradient import Gradients, backward
from bncore.playground.vanishing import rounds_to_zero

Formula = dict[str, str]
"""LaTeX by notation: "frameworks" and "lecture"."""


@dataclass(frozen=True)
class Undefined:
    """The `features` where a formula divides by 0, its `divisor` ("scale" or "sigma"); the value counts as 0 there."""

    divisor: str
    features: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Local:
    """The derivative of a node by one of its parents, with everything else held fixed.

    Of a forward node: d(node)/d(parent). Of a backward node: the factor that the parent's gradient is multiplied with.
    """

    parent: str
    formula: Formula
    value: Array
    undefined: Undefined | None = None


@dataclass(frozen=True, eq=False)
class Node:
    """One step. `side` is "forward" or "backward"; `upstream` is dL/d(node) of a forward node, and of a backward one
    the gradient that arrives at it, that of its first parent (None for the first, dy, and for the sum, dx)."""

    name: str
    side: str
    formula: Formula
    value: Array
    parents: tuple[str, ...]
    local: tuple[Local, ...]
    upstream: Array | None
    undefined: Undefined | None = None


@dataclass(frozen=True, eq=False)
class Printed:
    """The lecture's last formula as printed, without epsilon, and how far it is from the gradient.

    `max_rel_error` is relative to the largest |dx|, None where dx is 0 up to rounding; `features` without a deviation
    have no value.
    """

    dx: Float64
    max_abs_error: float
    max_rel_error: float | None
    features: tuple[int, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class Derivation:
    """The nodes in the order of computation, first forward, then backward, and the results that they came from."""

    nodes: dict[str, Node]
    forward: Forward
    gradients: Gradients
    printed: Printed


def derivation(
    x: ArrayLike,
    gamma: ArrayLike | None = None,
    beta: ArrayLike | None = None,
    *,
    dy: ArrayLike,
    eps: float = 1e-5,
    eps_placement: str = "variance",
) -> Derivation:
    """The graph of L = sum dy y for a batch x (K, D): any loss whose gradient at y is dy.

        forward   x, gamma, beta, eps, mean, centred, var (, sigma), scale, x_hat, scaled, y, loss
        backward  dy, dbeta, dgamma, dx_hat, dscale (, dsigma), dvar, dmean, dx_direct, dx_mean, dx_variance, dx

    `sigma` stands between var and scale where eps sits on the deviation. A constant feature with eps > 0 has the true
    derivative (gamma / s)(dy - <dy>), also where 1/sigma, and with it dvar, does not exist: `undefined` says so, and it
    counts as 0, as everything that divides by an s of 0 does.

    >>> steps = derivation([[1.0], [3.0], [5.0]], dy=[[1.0], [0.0], [0.0]], eps=0.0).nodes
    >>> steps["mean"].value, steps["dmean"].parents
    (array([3.]), ('dx_hat', 'scale'))

    Raises ShapeMismatch unless x has two axes, and what `bncore.forward` and `bncore.backward` raise.
    """
    batch = np.asarray(x)
    if batch.ndim != 2:
        raise ShapeMismatch(f"x has shape {batch.shape}; give two axes: examples and features.", parameter="x")
    result = forward(batch, gamma, beta, eps=eps, eps_placement=eps_placement, dtype="float64")
    gradients = backward(np.asarray(dy, dtype=np.float64) if np.asarray(dy).dtype.kind in "iubf" else dy, result)
    values = _values(batch.astype(np.float64), result, gradients)
    nodes = {node.name: node for node in _nodes(values, result)}
    return Derivation(nodes, result, gradients, printed(batch, result.gamma, exact=gradients))


def printed(x: ArrayLike, gamma: Float64, *, exact: Gradients) -> Printed:
    """The lecture's formula, which drops epsilon, for the same dy against `exact`, the gradients with it.

        dL/dZ_ij = sum_k dL/dZhat_ik  G_i/(K sigma_i)  ( K delta_jk - 1 - (Z_ik - mu_i)(Z_ij - mu_i)/sigma_i^2 )

    A feature with deviation 0, where the formula divides by 0, is left out and named in `features`.
    """
    without = forward(x, gamma, eps=0.0, dtype="float64")
    dx = backward(exact.terms.dy, without).dx
    constant = without.scale == 0
    error = float(np.abs(dx - exact.dx)[:, ~constant].max(initial=0.0))
    share = None if rounds_to_zero(exact).all() else error / float(np.abs(exact.dx).max())
    return Printed(dx, error, share, tuple(int(i) for i in np.flatnonzero(constant)))


def _values(x: Float64, result: Forward, gradients: Gradients) -> dict[str, Array]:
    """The value of every node by its name, in the order of computation."""
    dy, dx_hat = gradients.terms.dy, gradients.dx_hat
    inverse, sigma = reciprocal(result.scale), result.sigma
    beside = result.eps_placement == "deviation"
    dscale = -inverse * result.gamma * gradients.dgamma
    dvar = dscale * reciprocal(2 * (sigma if beside else result.scale))
    values: dict[str, Array] = {
        "x": x, "gamma": result.gamma, "beta": result.beta, "eps": np.array(result.eps), "mean": result.mean,
        "centred": result.x_hat * result.scale if result.scale.all() else x - result.mean, "var": result.var,
    }  # fmt: skip
    values |= {"sigma": sigma} if beside else {}
    values |= {
        "scale": result.scale, "x_hat": result.x_hat, "scaled": result.gamma * result.x_hat, "y": result.y,
        "loss": np.array((dy * result.y).sum()), "dy": dy, "dbeta": gradients.dbeta, "dgamma": gradients.dgamma,
        "dx_hat": dx_hat, "dscale": dscale,
    }  # fmt: skip
    values |= {"dsigma": dscale} if beside else {}
    paths = {name: getattr(gradients, name) for name in ("dx_direct", "dx_mean", "dx_variance", "dx")}
    return values | {"dvar": dvar, "dmean": -inverse * result.gamma * gradients.dbeta} | paths


BACKWARD_UPSTREAM = {
    "dbeta": "dy", "dgamma": "dy", "dx_hat": "dy", "dscale": "dx_hat", "dsigma": "dscale", "dmean": "dx_hat",
    "dx_direct": "dx_hat", "dx_mean": "dmean", "dx_variance": "dvar",
}  # fmt: skip


def _nodes(values: dict[str, Array], result: Forward) -> Iterator[Node]:
    formulas, local = formulas_of(result.eps_placement), _locals(values, result)
    arriving, (divisors, _) = _arriving(values, result), divisors_of(result.eps_placement)
    for name, value in values.items():
        step, undefined = formulas[name], _undefined(values, divisors.get(name))
        yield Node(
            name, step.side, step.formula, value, step.parents, local.get(name, ()), arriving.get(name), undefined
        )


def _undefined(values: dict[str, Array], divisor: str | None) -> Undefined | None:
    """Where there is no such value, because its divisor is 0; None if it is 0 nowhere."""
    features = np.flatnonzero(values[divisor] == 0) if divisor else ()
    return Undefined(divisor, tuple(int(i) for i in features)) if divisor and len(features) else None


def _arriving(values: dict[str, Array], result: Forward) -> dict[str, Array]:
    """The gradient that arrives at each node: dL/d(node) going forward, the first parent's value going backward."""
    beside = result.eps_placement == "deviation"
    centred = values["dx_hat"] * reciprocal(result.scale) + values["dx_variance"]
    own = {
        "x": values["dx"], "gamma": values["dgamma"], "beta": values["dbeta"], "eps": values["dscale"] * _deps(result),
        "mean": values["dmean"], "centred": centred, "var": values["dvar"], "scale": values["dscale"],
        "x_hat": values["dx_hat"], "scaled": values["dy"], "y": values["dy"], "loss": np.array(1.0),
    }  # fmt: skip
    own |= {"sigma": values["dscale"]} if beside else {}
    passed = BACKWARD_UPSTREAM | {"dvar": "dsigma" if beside else "dscale"}
    return own | {name: values[source] for name, source in passed.items() if name in values}


def _deps(result: Forward) -> Float64:
    """ds/deps: 1 beside the deviation, 1/(2s) under the root."""
    return np.ones_like(result.scale) if result.eps_placement == "deviation" else reciprocal(2 * result.scale)


def _locals(values: dict[str, Array], result: Forward) -> dict[str, tuple[Local, ...]]:
    """The local derivatives of each node, in the order of its parents; a value for each formula of `locals_of`."""
    count, inverse, sigma = result.count, reciprocal(result.scale), result.sigma
    one, centred, x_hat, gamma = np.array(1.0), values["centred"], values["x_hat"], values["gamma"]
    root = sigma if result.eps_placement == "deviation" else result.scale
    known: dict[tuple[str, str], Any] = {
        ("mean", "x"): np.array(1 / count), ("centred", "x"): one, ("centred", "mean"): -one,
        ("var", "centred"): 2 * centred / count, ("sigma", "var"): reciprocal(2 * sigma), ("scale", "sigma"): one,
        ("scale", "var"): reciprocal(2 * root), ("scale", "eps"): _deps(result), ("x_hat", "centred"): inverse,
        ("x_hat", "scale"): -x_hat * inverse, ("scaled", "gamma"): x_hat, ("scaled", "x_hat"): gamma,
        ("y", "scaled"): one, ("y", "beta"): one, ("loss", "y"): values["dy"], ("dbeta", "dy"): one,
        ("dgamma", "dy"): x_hat, ("dx_hat", "dy"): gamma, ("dscale", "dx_hat"): -x_hat * inverse,
        ("dsigma", "dscale"): one, ("dvar", "dscale"): reciprocal(2 * root), ("dvar", "dsigma"): reciprocal(2 * root),
        ("dmean", "dx_hat"): -inverse, ("dx_direct", "dx_hat"): inverse, ("dx_mean", "dmean"): np.array(1 / count),
        ("dx_variance", "dvar"): 2 * centred / count, ("dx", "dx_direct"): one, ("dx", "dx_mean"): one,
        ("dx", "dx_variance"): one,
    }  # fmt: skip
    _, divisors = divisors_of(result.eps_placement)
    return {
        name: tuple(
            Local(parent, formula, known[name, parent], _undefined(values, divisors.get(name)))
            for parent, formula in parts.items()
        )
        for name, parts in locals_of(result.eps_placement).items()
    }
