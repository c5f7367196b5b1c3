"""A derivation's query, computed: every node, the routes, the Jacobian, the naive gradient, a moved example."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.batches.batch import Batch
from app.query.layer import in_terms_of_the_query
from app.query.small_batch import SmallBatch
from app.streams import Stream
from app.views.derivation.query import DerivationFields, JacobianFields
from bncore.batch_norm import forward
from bncore.derivation.moved import Moved, moved
from bncore.derivation.naive import Naive, naive
from bncore.derivation.nodes import Derivation, derivation
from bncore.derivation.routes import Route, routes
from bncore.epsilon import OfEpsilon
from bncore.errors import BatchNormError
from bncore.jacobian import Blocks, Jacobian, blocks, bracket, contributions, factor, jacobian
from bncore.playground.chain import expected_overlap
from bncore.playground.stages import check_finite
from bncore.upstream import UPSTREAMS

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Walk:
    """Every node of a small batch, which is all that the stage shows; `example` and `feature` are the cell's."""

    query: DerivationFields
    batch: SmallBatch
    steps: Derivation

    @property
    def example(self) -> int:
        return self.query.place[0]

    @property
    def feature(self) -> int:
        return self.query.place[1]

    @property
    def name(self) -> str:
        """The feature's."""
        return self.batch.feature_names[self.feature]

    @property
    def step(self) -> str:
        """The node in force: beside the variance there is no node of the deviation, and its neighbour stands in."""
        name = str(self.query.step)
        return name if name in self.steps.nodes else {"sigma": "var", "dsigma": "dscale"}[name]


@dataclass(frozen=True)
class Workings(Walk):
    """A small batch worked through by hand: its walk, and all that follows from it."""

    routes: dict[str, Route]
    jacobian: Jacobian
    bracket: Jacobian
    factor: float
    """The Jacobian is `factor`, gamma / s, times `bracket`."""
    added: Floats
    """(K, K): what each output adds to the gradient of each input of the cell's feature."""
    blocks: Blocks
    naive: Naive
    moved: Moved
    expected_overlap: Floats
    """sum dx x_hat as epsilon alone makes it, a feature: (D,)."""


@dataclass(frozen=True)
class FeatureJacobian:
    """The Jacobian of one feature, and that there is nothing across features."""

    query: JacobianFields
    batch: SmallBatch
    jacobian: Jacobian
    bracket: Jacobian
    factor: float
    blocks: Blocks


@np.errstate(over="ignore", invalid="ignore")  # what is too large for float64 is looked for, and then named
def worked_out(query: DerivationFields, batch: SmallBatch) -> Walk:
    """A query's small batch: its walk alone for the stage, else its workings. Raises the errors of the query's own
    checks and of the numerics."""
    query.check_place(batch)
    try:
        walk = _walk(query, batch)
        return walk if query.is_stage else _workings(walk)
    except BatchNormError as error:
        raise in_terms_of_the_query(error, query) from error


def _walk(query: DerivationFields, batch: SmallBatch) -> Walk:
    gamma, beta = query.gamma_and_beta(batch)
    layer = _layer(query)
    result = forward(batch.x, gamma, beta, **layer)
    steps = derivation(batch.x, gamma, beta, dy=_dy(query, batch, np.asarray(result.y)), **layer)
    check_finite({name: np.asarray(node.value) for name, node in steps.nodes.items()})
    return Walk(query, batch, steps)


def _layer(query: DerivationFields) -> OfEpsilon:
    return {"eps": query.eps, "eps_placement": query.eps_placement}


def _workings(walk: Walk) -> Workings:
    query, batch, steps, example, feature = walk.query, walk.batch, walk.steps, walk.example, walk.feature
    result = steps.forward
    slopes = jacobian(result, feature)
    by = query.move_by * float(result.scale[feature])
    return Workings(
        query=query,
        batch=batch,
        steps=steps,
        routes=routes(steps),
        jacobian=slopes,
        bracket=bracket(result, feature),
        factor=factor(result, feature),
        added=contributions(slopes, steps.nodes["dy"].value[:, feature]),
        blocks=blocks(batch.x, result.gamma, result.beta, **_layer(query)),
        naive=naive(result, steps.gradients),
        moved=moved(batch.x, result, example=example, feature=feature, by=by),
        expected_overlap=expected_overlap(result, steps.gradients),
    )


def _dy(query: DerivationFields, batch: Batch, y: Floats) -> Floats:
    """The gradient from above: typed, an upload's own, or that of a named loss of y."""
    typed = query.typed_dy(batch)
    if typed is None and query.upstream == "auto":
        typed = batch.given.get("dy")
    if typed is not None:
        return np.asarray(typed, np.float64)
    name = "random" if query.upstream == "auto" else query.upstream
    example = query.upstream_example if name == "one_example" else 0
    drawn = UPSTREAMS[name](y, rng=query.rng(Stream.UPSTREAM), labels=batch.labels, example=example).gradient
    return drawn.round(2) if name == "random" else drawn


@np.errstate(over="ignore", invalid="ignore")
def jacobian_of(query: JacobianFields, batch: SmallBatch) -> FeatureJacobian:
    """Compute the Jacobian of one feature. Raises what `view_of` raises."""
    try:
        gamma, beta = query.gamma_and_beta(batch)
        layer: OfEpsilon = {"eps": query.eps, "eps_placement": query.eps_placement}
        result = forward(batch.x, gamma, beta, **layer)
        slopes = jacobian(result, query.feature)
        check_finite({"dy/dx": slopes.total})
        return FeatureJacobian(
            query, batch, slopes, bracket(result, query.feature),
            factor(result, query.feature), blocks(batch.x, gamma, beta, **layer),
        )  # fmt: skip
    except BatchNormError as error:
        raise in_terms_of_the_query(error, query) from error
