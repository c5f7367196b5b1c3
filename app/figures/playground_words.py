"""The playground in words: what is seen right now, and the conventions in force. Every number is the result's own."""

import math
from collections.abc import Sequence

import numpy as np

from app.figures.numbers import counted, three
from app.figures.playground import Shown
from bncore.epsilon import reciprocal
from bncore.findings import Finding
from bncore.playground import Playground

NEXT_TO_NOTHING = 1e-3
DENOMINATORS = {"variance": "√(σ²+ε)", "deviation": "σ+ε"}
ROWS = {
    "constant": "always {value}", "single_example": "{value}", "gamma_near_zero": "γ = {value}",
    "saturated": "{percent} saturated", "running_mean_off": "{value} standard errors",
    "running_var_off": "{value} standard errors", "mode_gap": "{value} |γ|",
    "statistics_noise": "x̂ is uncertain by {value}",
}  # fmt: skip


def headline(result: Playground, shown: Shown) -> str:
    """One sentence: the deviations before, and what batch norm made of them."""
    return f"{_before(result, shown)} {_after(result, shown)}"


def _before(result: Playground, shown: Shown) -> str:
    sd = result.stages["x"].summary.sd
    if not sd.any():
        one = result.stages["x"].values.shape[1] == 1
        return "No feature varies: the batch has one example." if one else "No feature varies from example to example."
    low, high = int(np.argmin(sd)), int(np.argmax(sd))
    if len(sd) == 1:
        return f"{shown.names[0]} has mean {three(result.stages['x'].summary.mean[0])} and deviation {three(sd[0])}."
    if three(sd[low]) == three(sd[high]):
        return f"Every feature has deviation {three(sd[high])}."
    text = f"Deviations run from {three(sd[low])} ({shown.names[low]}) to {three(sd[high])} ({shown.names[high]})"
    return f"{text}, {three(float(sd[high]) / float(sd[low]))}-fold." if sd[low] > 0 else f"{text}."


def _after(result: Playground, shown: Shown) -> str:
    x_hat, x = result.stages["x_hat"].summary, result.stages["x"].summary
    symbol = shown.symbol("x_hat")
    if undone(result):
        return _undoing(result, shown)
    if result.layer.mode == "inference":
        return (
            f"By the running statistics, {symbol} has means from {three(x_hat.mean.min())} to "
            f"{three(x_hat.mean.max())} and deviations from {three(x_hat.sd.min())} to {three(x_hat.sd.max())}."
        )
    live = x_hat.sd[x.sd > 0]
    if not live.size:
        return f"So every {symbol} is 0."
    least = float(live.min())
    exactly = (
        "deviation 1"
        if least > 0.9995
        else f"a deviation from {three(least)}, where {shown.symbol('eps')} weighs, to {three(float(live.max()))}"
    )
    return (
        f"Normalized, every {'feature' if live.size == x.sd.size else 'feature that varies'} has mean 0 and {exactly}."
    )


def _undoing(result: Playground, shown: Shown) -> str:
    largest = float(np.abs(result.stages["y"].values - result.stages["x"].values).max())
    running = " of the running statistics" if result.layer.mode == "inference" else ""
    return (
        f"{shown.symbol('gamma')} = {DENOMINATORS[result.layer.eps_placement]} and {shown.symbol('beta')} = "
        f"{shown.symbol('mean')}{running} undo the normalization: {shown.symbol('y')} differs from {shown.symbol('x')} "
        f"by at most {three(largest)}."
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
    share = np.abs(kept.sum_dx_x_hat) * reciprocal(kept.scale)
    lean = int(np.argmax(share))
    return [
        {
            "title": f"{sums['sum']} = 0",
            "text": f"largest {three(kept.sum_dx[worst])} ({shown.names[worst]}), of Σ |{dx}| = "
            f"{three(kept.scale[worst])}: shifting every example alike changes nothing.",
        },
        {
            "title": f"{sums['overlap']} → 0 as {shown.symbol('eps')} → 0",
            "text": f"largest {three(kept.sum_dx_x_hat[lean])} ({shown.names[lean]}), of Σ |{dx}| = "
            f"{three(kept.scale[lean])}, predicted from {shown.symbol('eps')} "
            f"{three(kept.expected_sum_dx_x_hat[lean])}: {_of_scaling(result, shown, lean, float(share[lean]))}",
        },
    ]


def _of_scaling(result: Playground, shown: Shown, feature: int, share: float) -> str:
    """What scaling a feature does to the loss; `share` is |Σ dx·x̂| over Σ |dx|."""
    if share <= NEXT_TO_NOTHING:
        return "scaling the feature changes next to nothing."
    by_variance = result.layer.eps_placement == "variance"
    what, size = "variance", float(result.forward.var[feature])
    if not by_variance:
        what, size = "deviation", math.sqrt(size)
    if result.layer.eps <= NEXT_TO_NOTHING * size:
        dx = shown.symbol("dx")
        return f"so little is left of {dx} here that even this is {three(share)} times Σ |{dx}|."
    beside = three(result.layer.eps / size) if size > 0.0 else "∞"
    return (
        f"{shown.symbol('eps')} is not small beside the {what} here ({beside} of it), so scaling the feature still "
        f"matters: this is {three(share)} times Σ |{shown.symbol('dx')}|."
    )


def measured(finding: Finding, value: float) -> str:
    """What was measured of one feature, in the frameworks' notation."""
    return ROWS.get(finding.id, "{measure} {value}").format(
        measure=finding.measure, value=three(value), percent=percent(value)
    )


def percent(share: float) -> str:
    """A share in whole percent; 100 only where it is all."""
    return f"{round(100.0 * share) if share >= 1.0 else min(round(100.0 * share), 99)} %"


def conventions(result: Playground, running_variance: str, momentum: float, *, own: bool) -> list[str]:
    """The conventions in force, a sentence each; `own` running statistics are an upload's, made nobody knows how."""
    layer = result.layer
    where = {
        "variance": "ε is added to the variance, √(σ²+ε), as in Ioffe & Szegedy 2015 and the frameworks",
        "deviation": "ε is added to the deviation, σ+ε, as in the lecture",
    }
    made = "that the file brought along" if own else f"({running_variance} variance, new batch weighed {momentum:g})"
    by = {
        "train": "normalized by this batch's mean and biased variance (divided by N)",
        "inference": f"normalized by the running statistics {made}",
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
    drawn = f"{examples:,}{of} examples" if of else counted(examples, "example")
    return f"{title}: {drawn} × {noun}{where}{dropped}"
