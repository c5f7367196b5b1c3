"""The playground in words: what is seen right now, and the conventions in force. Every number is the result's own."""

from collections.abc import Sequence

import numpy as np

from app.figures.numbers import counted, three
from app.figures.playground import Shown
from bncore.playground import Playground


def headline(result: Playground, shown: Shown) -> str:
    """One sentence: the deviations before, and what batch norm made of them."""
    return f"{_before(result, shown)} {_after(result, shown)}"


def _before(result: Playground, shown: Shown) -> str:
    sd = result.stages["x"].summary.sd
    low, high = int(np.argmin(sd)), int(np.argmax(sd))
    if len(sd) == 1:
        return f"{shown.names[0]} has mean {three(result.stages['x'].summary.mean[0])} and deviation {three(sd[0])}."
    text = f"Deviations run from {three(sd[low])} ({shown.names[low]}) to {three(sd[high])} ({shown.names[high]})"
    return f"{text}, {three(float(sd[high]) / float(sd[low]))}-fold." if sd[low] > 0 else f"{text}."


def _after(result: Playground, shown: Shown) -> str:
    x_hat, x = result.stages["x_hat"].summary, result.stages["x"].summary
    symbol = shown.symbol("x_hat")
    if result.layer.mode == "inference":
        return (
            f"By the running statistics, {symbol} has means from {three(x_hat.mean.min())} to "
            f"{three(x_hat.mean.max())} and deviations from {three(x_hat.sd.min())} to {three(x_hat.sd.max())}."
        )
    if undone(result):
        largest = float(np.abs(result.stages["y"].values - result.stages["x"].values).max())
        return (
            f"{shown.symbol('gamma')} = {shown.symbol('sd')} and {shown.symbol('beta')} = {shown.symbol('mean')} undo "
            f"the normalization: {shown.symbol('y')} differs from {shown.symbol('x')} by at most {three(largest)}."
        )
    live = x_hat.sd[x.sd > 0]
    if not live.size:
        return f"No feature varies, so every {symbol} is 0."
    least = float(live.min())
    exactly = (
        "deviation 1" if least > 0.9995 else f"deviation 1, down to {three(least)} where {shown.symbol('eps')} weighs"
    )
    return (
        f"Normalized, every {'feature' if live.size == x.sd.size else 'feature that varies'} has mean 0 and {exactly}."
    )


def undone(result: Playground) -> bool:
    """Whether gamma and beta are those that undo the normalization."""
    return isinstance(result.layer.gamma, str) and isinstance(result.layer.beta, str)


def laws(result: Playground, shown: Shown) -> list[dict[str, str]]:
    """The conservation laws with their numbers: a title and a sentence each, for the feature that keeps them worst."""
    kept, dx, x_hat = result.conservation, shown.symbol("dx"), shown.symbol("x_hat")
    sums = {"sum": f"Σ {dx} over the batch", "overlap": f"Σ {dx}·{x_hat} over the batch"}
    if kept.expected_sum_dx_x_hat is None:
        text = "No law in inference: the statistics are constants, and the gradient passes straight through."
        return [{"title": title, "text": text} for title in sums.values()]
    worst = int(np.argmax(np.abs(kept.sum_dx)))
    lean = int(np.argmax(np.abs(kept.sum_dx_x_hat)))
    return [
        {
            "title": f"{sums['sum']} = 0",
            "text": f"largest {three(kept.sum_dx[worst])} ({shown.names[worst]}), of Σ |{dx}| = "
            f"{three(kept.scale[worst])}: shifting every example alike changes nothing.",
        },
        {
            "title": f"{sums['overlap']} → 0 as {shown.symbol('eps')} → 0",
            "text": f"largest {three(kept.sum_dx_x_hat[lean])} ({shown.names[lean]}), predicted from "
            f"{shown.symbol('eps')} {three(kept.expected_sum_dx_x_hat[lean])}: scaling the feature changes next to "
            "nothing.",
        },
    ]


def conventions(result: Playground, running_variance: str, momentum: float) -> list[str]:
    """The conventions in force, a sentence each."""
    layer = result.layer
    where = {
        "variance": "ε is added to the variance, √(σ²+ε), as in Ioffe & Szegedy 2015 and the frameworks",
        "deviation": "ε is added to the deviation, σ+ε, as in the lecture",
    }
    by = {
        "train": "normalized by this batch's mean and biased variance (divided by N)",
        "inference": f"normalized by the running statistics ({running_variance} variance, new batch weighed "
        f"{momentum:g})",
    }
    return [f"{where[layer.eps_placement]}; ε = {layer.eps:g}", by[layer.mode]]


def batch_text(
    title: str, examples: int, total: int | None, features: int, positions: int, warnings: Sequence[str]
) -> str:
    """What the batch is: its source, how many examples of how many, how many features."""
    of = f" of {total:,}" if total is not None and total != examples else ""
    what = "channels" if positions > 1 else "features"
    where = f" at {counted(positions, 'position')}" if positions > 1 else ""
    noun = counted(features, what[:-1], what)
    dropped = " (see the notes)" if warnings else ""
    return f"{title}: {examples:,}{of} examples × {noun}{where}{dropped}"
