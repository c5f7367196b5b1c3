"""One update on one batch, tried by the true gradient and by the one that takes the statistics for constants."""

from dataclasses import dataclass, replace

import numpy as np

from bncore.arguments import Array, Float64
from bncore.errors import BadParameter
from bncore.training.parts.columns import ColumnNorm
from bncore.training.run import Work
from bncore.training.state import State


@dataclass(frozen=True, eq=False)
class Attempt:
    """An update from a state that is not kept: what its gradient promises, and what comes of it.

    `loss` is that of the batch before the update, `after` that of the same batch behind it, with the same noise and
    running statistics. `promised` is the loss to first order, loss - <g, what the update subtracts>, by the gradient g
    that the update goes by. `gradient` is the size of g over all that is trained, `cosine` that of the angle between g
    and the true gradient, 1 where one of them is 0.

    `sums` has, for each block, sum_j dL/dx_j (D,) over what enters its norm, which is the gradient of a bias in front
    of it: 0 to rounding by the true gradient of a norm over the batch. None where a block has no such norm.
    """

    through_statistics: bool
    loss: float
    promised: float
    after: float
    gradient: float
    cosine: float
    sums: tuple[Float64 | None, ...]


def attempts(state: State) -> tuple[Attempt, Attempt]:
    """The next update of a state on its batch, by the true gradient and with the statistics as constants.

    Ioffe & Szegedy 2015, section 2: normalizing outside of the gradient step lets a bias grow while the loss stays.
    Of batch renormalization r and d are constants in both, as Ioffe 2017 has it, so neither promise holds exactly.

    >>> from bncore.training import SHAPES, Spec, split, start
    >>> x, labels = SHAPES["moons"].draw(80, np.random.default_rng(0), 0.1)
    >>> spec = Spec(split(x, labels, ("upper", "lower"), 20), widths=(4, 4), batch_size=20, rate=1e-4, dtype="float64")
    >>> true, constant = attempts(start(spec))
    >>> bool(abs(true.promised - true.after) < 1e-6), bool(np.abs(true.sums[0]).max() < 1e-12)
    (True, True)
    >>> constant.cosine < 1, bool(np.abs(constant.sums[0]).max() > 1e-6)
    (True, True)

    Raises BadParameter for a state that has diverged.
    """
    if state.has_diverged:
        raise BadParameter(f"state has diverged at step {state.step}; give one that has not.", parameter="state")
    with np.errstate(all="ignore"):
        true = _gradient(state, through=True)
        return _attempt(state, true, through=True), _attempt(state, true, through=False)


def _work(state: State, *, through: bool) -> Work:
    work = Work(replace(state, spec=replace(state.spec, through_statistics=through)))
    work.look()
    return work


def _gradient(state: State, *, through: bool) -> Float64:
    work = _work(state, through=through)
    gradient: Float64 = work.network.gradients[work.layout.trained].astype(np.float64)
    return gradient


def _attempt(state: State, true: Float64, *, through: bool) -> Attempt:
    work = _work(state, through=through)
    loss, trained = work.loss, work.layout.trained
    g = work.network.gradients[trained].astype(np.float64)
    sums = tuple(_sum(block.norm) for block in work.network.blocks)
    work.update()
    promised = loss - float(g @ work.moved[trained].astype(np.float64))
    return Attempt(through, loss, promised, _loss_again(work, state), _size(g), _cosine(g, true), sums)


def _loss_again(work: Work, state: State) -> float:
    """The loss of a state's batch by the parameters as they are now."""
    network, labels = work.network, work.labels[work.rows(state.step)]
    network.running[...] = state.running
    return network.loss.forward(network.forward(work.batch, state.step), labels)


def _sum(norm: object) -> Float64 | None:
    """Over all rows of what the last backward pass gave to the layer in front of a norm over the batch."""
    if not isinstance(norm, ColumnNorm):
        return None
    total: Float64 = norm.dx.reshape(-1, norm.shape[-1]).sum(0, dtype=np.float64)
    return total


def _size(g: Array) -> float:
    return float(np.linalg.norm(g))


def _cosine(g: Float64, true: Float64) -> float:
    sizes = _size(g) * _size(true)
    return min(1.0, float(g @ true) / sizes) if sizes > 0 else 1.0
