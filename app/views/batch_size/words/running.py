"""The running statistics in words: where they stand, and what they go towards."""

import math

from app.figures.numbers import apart, counted, three
from app.views.batch_size.words.seen import percent
from bncore.batch_size.running import Gap, Path

LEAST = 1e-4  # a share of the cold start that is worth a number


def running_text(path: Path, gap: Gap, mean: float) -> str:
    """Where the running statistics stand after the last step, and what the modes make of it."""
    steps = len(path.mean) - 1
    whole = f"population {three(mean)}" if math.isfinite(mean) else "the population has none"
    return (
        f"After {counted(steps, 'step')} {_cold(float(path.cold[-1]))}: running mean {three(float(path.mean[-1]))} "
        f"({whole}){_jitter(path)}. On one batch of {path.size} the two modes differ by {three(gap.typical)} "
        f"typically, {three(gap.largest)} at most."
    )


def _cold(left: float) -> str:
    """How much of the start is left."""
    start = "of the cold start (mean 0, variance 1) is left"
    if left == 0:
        return f"nothing {start}"
    return f"{percent(left) if left >= LEAST else 'less than 0.01 %'} {start}"


def _jitter(path: Path) -> str:
    """What the running mean does once the start is forgotten; nothing where theory does not know."""
    if path.momentum == 0:
        return "; at momentum 0 they never move"
    if path.momentum is None:
        return _alike(path)
    if path.mean_sd > 0:
        return f"; once the start is forgotten the running mean keeps jittering by ±{three(path.mean_sd)}"
    return "; every batch has the same mean, and nothing jitters" if path.mean_sd == 0 else ""


def _alike(path: Path) -> str:
    """What the mean of all batches, each weighed alike, does."""
    steps = len(path.mean) - 1
    if steps == 0 or math.isnan(path.mean_sd):
        return ""
    if path.mean_sd == 0:
        return "; all batches have the same mean, and so has their average"
    return (
        f"; all batches weigh alike, and the average of {counted(steps, 'batch', 'batches')} is uncertain by "
        f"±{three(path.mean_sd)}, less with each"
    )


def biased_text(path: Path, sd: float) -> str:
    """What the two conventions of the running variance come to."""
    if not math.isfinite(sd):
        return "This distribution has no variance that the running one could settle around."
    if path.momentum == 0:
        return "At momentum 0 the running variance stays 1, where it starts: no batch has a weight."
    var = sd**2
    if sd == 0:
        return "The feature does not vary: the running variance only forgets the 1 that it starts at, towards σ² = 0."
    if var == 0:
        return "σ² is smaller than float64 holds: the running variance only forgets the 1 that it starts at."
    if math.isnan(path.short):
        return (
            "The examples of a batch of this source depend on each other: the running variance goes towards the "
            "average variance of such batches, and theory does not know it."
        )
    if path.short == 0:
        told = f"The biased running variance goes towards σ² = {three(var)} itself, as the batch is all there is"
    else:
        how = "jumps" if path.momentum == 1 else "settles"
        biased, population = apart(path.var_limit["biased"], var)
        where = f"{biased}, {percent(path.short)} below σ² = {population}"
        told = (
            f"All batches weigh alike, and the biased running variance goes towards {where}"
            if path.momentum is None
            else f"Once the start is forgotten, the biased running variance {how} around {where}"
        )
    if "unbiased" not in path.var_limit:
        return f"{told}."
    unbiased = three(path.var_limit["unbiased"])
    return f"{told}; the unbiased one {'towards' if path.momentum is None else 'around'} {unbiased}."
