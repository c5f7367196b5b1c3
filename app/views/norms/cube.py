"""The norms view's cube: the cells that are shown, before and behind each norm, and which of them share a statistic."""

from typing import Any

import numpy as np

from app.figures.numbers import each_beside, significant
from app.views.norms.compute import Lineup
from bncore.norms import Normed

DIGITS = 4  # of the cells' values
AFTER_LIMIT = 2.0  # size of an x̂ that has the full colour


def cube_of(lineup: Lineup) -> dict[str, Any]:
    """The cells that are shown: x, and for each norm x_hat and the number of the statistic that each cell shares.

    Cells stand in the order example, channel, position. Positions always share theirs: `owner` has one number for each
    example and channel, and `mean` and `sd` (of RMS norm the root mean square) are those of the owners, in their order,
    as `counts` is of the cells that share each, where ghost batches differ.
    """
    x = lineup.part(lineup.blocks.now.x)
    return {
        "shown": list(lineup.shown),
        "of": list(lineup.blocks.now.shape),
        "cell": list(lineup.cell),
        "x": significant(x.ravel().tolist(), DIGITS),
        "limit": float(np.quantile(np.abs(x), 0.98)) or 1.0,
        "after_limit": AFTER_LIMIT,
        "norms": {norm: _cube_norm(lineup, outcome.result) for norm, outcome in lineup.outcomes.items()},
        "before": _before(lineup),
    }


def _cube_norm(lineup: Lineup, result: Normed) -> dict[str, Any]:
    owners = lineup.part(result.owners())[:, :, 0]
    numbers, renumbered = np.unique(owners, return_inverse=True)
    mean = np.zeros(result.statistics) if result.mean is None else result.mean.ravel()
    return {
        "x_hat": significant(lineup.part(result.x_hat).ravel().tolist(), DIGITS),
        "owner": renumbered.ravel(),
        "counts": result.counts[numbers].tolist() if result.parts else None,
        "mean": None if result.mean is None else significant(mean[numbers].tolist(), DIGITS),
        "sd": significant(result.sigma[numbers].tolist(), DIGITS),
    }


def _before(lineup: Lineup) -> dict[str, Any]:
    return {**summary_of(lineup, "x"), "rows": row_names(lineup)}


def summary_of(lineup: Lineup, stage: str) -> dict[str, Any]:
    """The rows' means, deviations and ends before ("x") or after a norm; a mean also beside the largest number."""
    summary, unit = lineup.stages[stage].summary, float(np.finfo(lineup.blocks.now.x.dtype).eps)
    sizes = np.maximum(np.abs(summary.low), np.abs(summary.high))
    return {
        "mean": summary.mean, "mean_text": each_beside(summary.mean.tolist(), sizes.tolist(), unit),
        "sd": summary.sd, "min": summary.low, "max": summary.high,
    }  # fmt: skip


def row_names(lineup: Lineup) -> list[str]:
    """What has a row of its own in the distributions, by name."""
    if lineup.query.rows == "channel":
        return lineup.blocks.channel_names[: len(lineup.stages["x"].values)]
    return [f"example {number}" for number in range(len(lineup.stages["x"].values))]
