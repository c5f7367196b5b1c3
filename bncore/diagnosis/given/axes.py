"""Mistakes in dx about axes: they mix units or examples, so no triple fits; each is computed as it is made."""

from collections.abc import Callable, Iterator
from itertools import permutations

import numpy as np

from bncore.arguments import Array, Float64
from bncore.batch_norm import forward
from bncore.diagnosis.given.case import Case
from bncore.epsilon import reciprocal
from bncore.gradient import backward

MOST_TURNED = 4
"""Axes whose orders are all tried: 23 others for images, thousands for much more."""


def wrong_axis(case: Case) -> Iterator[Float64]:
    """Correct forward pass; the two means taken over the units, divided by n, or by K as of old.

    M is that mean and h = gamma g. The compact formula with gamma outside of M, and inside; the backward pass in stages
    with the powers of s inside of its sums, and outside.
    """
    if case.convention.norm not in ("batch", "layer") or case.convention.frozen:
        return
    h, direct, slope = case.h, case.inverse * case.h, case.gamma * case.inverse
    beside = case.eps_placement == "deviation"
    inner, outer = (case.inverse, reciprocal(case.sigma)) if beside else (case.inverse**2, 1.0)
    paths = (
        slope * (_over_units(case.dy) + case.pull * case.x_hat * _over_units(case.dy * case.x_hat)),
        case.inverse * (_over_units(h) + case.pull * case.x_hat * _over_units(h * case.x_hat)),
        _over_units(direct) + case.centred * outer * _over_units(h * case.x_hat * inner),
        case.inverse * (_over_units(h) + case.pull * case.x_hat * case.inverse * _over_units(h * case.centred)),
    )
    yield from (direct - share * path for share in (1.0, case.units / case.count) for path in paths)


def _over_units(rows: Float64) -> Float64:
    return rows.mean(1, keepdims=True)  # type: ignore[no-any-return]


def layer_norm(case: Case) -> Iterator[Float64]:
    """Layer norm's gradient: statistics of each example over its units; with positions also over those."""
    if case.convention.norm != "batch" or case.convention.frozen:
        return
    dx_hat = case.gamma * case.dy
    for result in case.layer_norms:
        yield backward(dx_hat.reshape(result.x_hat.shape), result).dx.reshape(case.x.shape)


def _normalized_backward(case: Case, x: Float64, dx_hat: Float64) -> Float64:
    """dx of batch norm with gamma 1, each row of x a feature."""
    result = forward(x, eps=case.eps, eps_placement=case.eps_placement, feature_axis=0)
    return backward(dx_hat, result).dx


def channel_batch_only(case: Case) -> Iterator[Float64]:
    """Means over N alone, every position on its own: in the backward pass, or already in the forward."""
    yield from _channel_only(case, 0)


def channel_space_only(case: Case) -> Iterator[Float64]:
    """Means over H and W alone, every example on its own: in the backward pass, or already in the forward."""
    yield from _channel_only(case, 1)


def _channel_only(case: Case, axis: int) -> Iterator[Float64]:
    """Over axis 0 (examples) or 1 (positions) of (N, H W, C)."""
    if len(case.moved) < 3 or case.convention.norm != "batch" or case.convention.frozen:
        return
    shape = (case.moved[0], -1, case.units)
    g, x_hat = case.dy.reshape(shape), case.x_hat.reshape(shape)
    through = g.mean(axis, keepdims=True) + case.pull * x_hat * (g * x_hat).mean(axis, keepdims=True)
    yield (case.gamma * case.inverse * (g - through)).reshape(case.x.shape)
    x, dx_hat = (np.moveaxis(values.reshape(shape), axis, -1) for values in (case.x, case.gamma * case.dy))
    flat = _normalized_backward(case, x.reshape(-1, x.shape[-1]), dx_hat.reshape(-1, x.shape[-1]))
    yield np.moveaxis(flat.reshape(x.shape), -1, axis).reshape(case.x.shape)


def transposed(case: Case) -> Iterator[Float64]:
    """The correct dx with its axes in another order, its numbers then read in the shape of x."""
    dx = case.as_given(case.truth["dx"])
    for order in other_orders(case):
        if _moves_numbers(case, order):
            yield case.rows(np.transpose(dx, order).reshape(case.shape))


def other_orders(case: Case) -> list[tuple[int, ...]]:
    """Every other order of up to 4 axes; of more, the feature axis moved to the end and to the front."""
    axes = tuple(range(len(case.shape)))
    others = tuple(axis for axis in axes if axis != case.axis)
    orders = permutations(axes) if len(axes) <= MOST_TURNED else ((*others, case.axis), (case.axis, *others))
    return [order for order in orders if order != axes]


def _moves_numbers(case: Case, order: tuple[int, ...]) -> bool:
    """Whether the numbers lie in another order: moving an axis of length 1 leaves them where they are."""
    longer = [axis for axis in order if case.shape[axis] > 1]
    return longer != sorted(longer)


def unturned(case: Case, values: Array) -> Array | None:
    """`values` read in the shape of x, if they have the shape of a transposed x; else None."""
    turned = [tuple(case.shape[axis] for axis in order) for order in other_orders(case)]
    return values.reshape(case.shape) if values.shape in turned else None


AXES: dict[str, Callable[[Case], Iterator[Float64]]] = {
    "wrong_axis": wrong_axis,
    "layer_norm": layer_norm,
    "channel_batch_only": channel_batch_only,
    "channel_space_only": channel_space_only,
    "transposed": transposed,
}


def axis_candidates(case: Case) -> Iterator[tuple[str, Float64]]:
    """The id and the dx of each mistake here, one for each way of making it."""
    for name, build in AXES.items():
        yield from ((name, dx) for dx in build(case))
