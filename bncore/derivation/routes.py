"""The same gradient by three routes that share nothing but the forward pass, held against each other."""

from dataclasses import dataclass

import numpy as np

from bncore.arguments import Array, Float64
from bncore.derivation.nodes import Derivation, Node
from bncore.numeric import Numeric, numeric_gradients

GRADIENTS = {"dx": "x", "dgamma": "gamma", "dbeta": "beta"}


@dataclass(frozen=True, eq=False)
class Route:
    """One gradient by each route, all of one shape.

    `analytic` is the formula, `staged` the chain rule node by node, `numeric` central differences with the most that
    they should be off by. `staged_error` and `numeric_error` are the distances from `analytic`.
    """

    analytic: Float64
    staged: Float64
    numeric: Numeric

    @property
    def staged_error(self) -> Float64:
        return np.abs(self.staged - self.analytic)

    @property
    def numeric_error(self) -> Float64:
        return np.abs(self.numeric.value - self.analytic)


def routes(steps: Derivation) -> dict[str, Route]:
    """`dx`, `dgamma` and `dbeta` of a derivation by each of the three routes.

    >>> from bncore.derivation import derivation
    >>> agreement = routes(derivation([[1.0], [3.0], [8.0]], dy=[[1.0], [0.0], [0.0]]))
    >>> bool(agreement["dx"].staged_error.max() < 1e-15)
    True
    """
    result = steps.forward
    numeric = numeric_gradients(
        steps.nodes["x"].value, result.gamma, result.beta, dy=steps.nodes["dy"].value, eps=result.eps,
        eps_placement=result.eps_placement,
    )  # fmt: skip
    arrived = staged(steps.nodes)
    return {
        name: Route(np.asarray(getattr(steps.gradients, name)), arrived[node], numeric[name])
        for name, node in GRADIENTS.items()
    }


def staged(nodes: dict[str, Node]) -> dict[str, Array]:
    """dL/d(node) of every forward node by the chain rule alone: from the loss back, each node hands every parent what
    has arrived at it times its local derivative, and what arrives along several edges is added up.
    """
    forward = [node for node in nodes.values() if node.side == "forward"]
    arrived = {node.name: np.zeros(np.shape(node.value)) for node in forward}
    arrived["loss"] = np.array(1.0)
    for node in reversed(forward):
        for local in node.local:
            arrived[local.parent] = arrived[local.parent] + _handed_on(
                arrived[node.name], local.value, arrived[local.parent]
            )
    return arrived


def _handed_on(upstream: Array, local: Array, parent: Array) -> Array:
    """What a parent receives, in its own shape: summed over what it was broadcast along."""
    product = np.asarray(upstream * local)
    while product.ndim > parent.ndim:
        product = product.sum(axis=0)
    return np.broadcast_to(product, parent.shape)
