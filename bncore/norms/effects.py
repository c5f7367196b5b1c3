"""What a change of the batch does to a norm: how one example moves, what is left of means, who is squeezed.

An example is kept, number 0 of the batch before and of the batch after. What is compared is x_hat.
"""

from dataclasses import dataclass
from math import prod

import numpy as np

from bncore.arguments import Float64
from bncore.norms.forward import Normed

SQUEEZED = 0.1  # of its deviation before: a channel below it counts as squeezed
TELLING = 2.0  # times what chance makes of it: means farther apart tell of what the batch was sorted by


@dataclass(frozen=True)
class Effect:
    """`moved` is the root mean square by which the kept example's values move.

    `offset` is the root mean square over the channels of their means after: 0 where the norm takes them away;
    `offset_before` is the same before, `apart` that of the differences between the two, and `by_chance` how far apart
    two batches like the one before would be: with v_c the variance over its examples of an example's mean of channel c,

        by_chance = sqrt( (1/C) sum_c v_c (1/N_before + 1/N_after) )        NaN of a single example

    Means after tell of what the batch was sorted by where `apart` is `TELLING` times as much. Of the
    channels other than `changed`, `squeezed` of `others` have less than a tenth of their deviation left, and
    `least_kept` is the smallest share of it, not-a-number where no channel had any. `from_instance` is the largest
    difference to what instance norm makes of the same batch.
    """

    moved: float
    offset: float
    offset_before: float
    apart: float
    by_chance: float
    others: int
    squeezed: int
    least_kept: float
    from_instance: float


def effect(before: Normed, after: Normed, instance: Normed, changed: int | None = None) -> Effect:
    """The effect on a norm's result, where `instance` is instance norm's result after, of the channel `changed` if any.

    The kept example is compared without that channel. `before` and `after` may have other numbers of examples.
    """
    others = [channel for channel in range(after.y.shape[1]) if channel != changed]
    was, now = before.x_hat_exact[:, others], after.x_hat_exact[:, others]
    shares = _shares(_deviations(was), _deviations(now))
    means_before, means = _means(before.x_hat_exact), _means(after.x_hat_exact)
    return Effect(
        moved=_root_mean_square(now[0] - was[0]),
        offset=_root_mean_square(means),
        offset_before=_root_mean_square(means_before),
        apart=_root_mean_square(means - means_before),
        by_chance=_by_chance(before.x_hat_exact, len(after.x_hat_exact)),
        others=len(shares),
        squeezed=int((shares < SQUEEZED).sum()),
        least_kept=float(shares.min()) if len(shares) else float("nan"),
        from_instance=float(np.abs(after.x_hat_exact - instance.x_hat_exact).max()),
    )


def _means(x: Float64) -> Float64:
    """The mean of each channel, (C,)."""
    means: Float64 = x.mean(axis=(0, *range(2, x.ndim)))
    return means


def _by_chance(x: Float64, examples: int) -> float:
    """How far apart the channels' means of two batches like x are, of which the other has so many `examples`."""
    if len(x) < 2:
        return float("nan")
    of_examples = x.reshape(*x.shape[:2], -1).mean(axis=2)
    return float(np.sqrt(of_examples.var(axis=0, ddof=1).mean() * (1.0 / len(x) + 1.0 / examples)))


def _deviations(x: Float64) -> Float64:
    """Each channel's deviation over the positions of an example, pooled over the examples, (C,).

    Where there is one position, its deviation over the examples. Of equal numbers it is exactly 0.
    """
    cells = x.reshape(*x.shape[:2], prod(x.shape[2:]))
    over = 2 if cells.shape[2] > 1 else 0
    square = np.where(np.ptp(cells, axis=over) > 0.0, cells.var(axis=over), 0.0)
    return np.sqrt(square.mean(axis=0) if over == 2 else square[:, 0])


def _shares(was: Float64, now: Float64) -> Float64:
    """What is left of the deviations, of those that there were."""
    there = was > 0.0
    shares: Float64 = now[there] / was[there]
    return shares


def _root_mean_square(values: Float64) -> float:
    return float(np.sqrt(np.square(values).mean())) if values.size else 0.0
