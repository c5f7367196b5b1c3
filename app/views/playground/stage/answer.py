"""The playground's stage as plain data: dots, an affine map a step and feature, rulers, marks, arrows, sentences.

A dot's x is sent as a whole number of 1/999 of its feature's range, and so is its f; a step maps that number to its
value. An arrow is sent in hundredths of its feature's longest one.
"""

from typing import Any

import numpy as np

from app.figures.notation import symbol
from app.figures.numbers import is_rounding, significant, stated, three
from app.views.playground.compute import Staged
from app.views.playground.stage.words import sentences
from app.views.playground.words.headline import Told, headline
from bncore.distributions.axis import Axis
from bncore.distributions.summary import Floats
from bncore.playground.steps import STEPS, Backward, Step

SYMBOLS = ("gamma", "beta", "mean", "sd", "x", "x_hat", "y", "dx")
DIGITS = 6  # of the numbers that place things
MOST_DOTS = 180  # of a feature
MOST_ARROWED = {"dx": 48, "paths": 24}  # of its dots: by path, each has three arrows
MOST_BY_FEATURE = 64  # features of which a mark moves one's own gamma and beta: the address then names those of all
PARTS, HUNDRED = 999, 99


def told_of(staged: Staged) -> Told:
    """What words are made of."""
    return Told(staged.walked, staged.batch.feature_names, staged.query.notation, staged.query.x_scale)


def stage_answer(staged: Staged) -> dict[str, Any]:
    """The answer where nothing but the stage is asked for."""
    return {"headline": headline(told_of(staged)), "stage": stage_of(staged), "query": staged.query.stated()}


def stage_of(staged: Staged) -> dict[str, Any]:
    """What the stage shows."""
    told, steps, backward = told_of(staged), staged.steps, staged.backward
    values = staged.walked.rows.shape[1]
    shown = min(MOST_DOTS, values)
    arrowed = {kind: most if shown > most else None for kind, most in MOST_ARROWED.items()}
    said = sentences(told, staged.lanes, steps, backward, each_has_its_arrow=shown == values and not arrowed["dx"])
    return {
        "shown": shown,
        "of": values,
        "counted": _counted(staged, shown),
        "arrowed": arrowed,
        "examples": staged.walked.positions == 1,
        "classes": _classes(staged, shown),
        "class_names": list(staged.batch.label_names),
        "lanes": [_lane(staged, i, shown) for i in range(len(staged.lanes))],
        "steps": {name: _step(steps[name], said[name], told.unit) for name in STEPS},
        "symbols": {name: symbol(name, told.notation) for name in SYMBOLS},
        "gradient": said["dx"],
        "by_path": said["by_path"],
        "by_feature": told.walk.forward.gamma.size <= MOST_BY_FEATURE,
    }


def _counted(staged: Staged, shown: int) -> str:
    """How many dots there are of how many, and of what."""
    noun = "example" if staged.walked.positions == 1 else "value"
    whole = staged.walked.rows.shape[1]
    return f"a dot is one {noun}" + (f"; {shown:,} of {whole:,} are drawn" if shown < whole else "")


def _classes(staged: Staged, shown: int) -> list[int] | None:
    """The class of each dot."""
    if staged.batch.labels is None:
        return None
    return [int(label) for label in np.repeat(staged.batch.labels, staged.walked.positions)[:shown]]


def _lane(staged: Staged, i: int, shown: int) -> dict[str, Any]:
    feature, walk = staged.lanes[i], staged.walked
    x, f = walk.rows[feature], staged.steps["activation"].values[i]  # type: ignore[index]
    low, high, f_low, f_high = significant((float(end) for row in (x, f) for end in (row.min(), row.max())), DIGITS)
    return {
        "feature": feature, "name": staged.batch.feature_names[feature],
        "x": _parts(x[:shown], low, high, PARTS), "low": low, "high": high,
        "f": _parts(f[:shown], f_low, f_high, PARTS), "f_low": f_low, "f_high": f_high,
        "parts": PARTS,
        "gamma": float(walk.forward.gamma[feature]), "beta": float(walk.forward.beta[feature]),
        **_arrows(staged.backward, i, shown),
    }  # fmt: skip


def _arrows(backward: Backward, i: int, shown: int) -> dict[str, Any]:
    """The arrows of a feature in hundredths of the longest, the path through the mean, and the factor of x_hat."""
    dx, direct = (rows[i][:shown].astype(np.float64) for rows in (backward.dx, backward.direct))
    longest = max(float(np.abs(dx).max(initial=0.0)), float(np.abs(direct).max(initial=0.0)))
    unit = longest or 1.0
    return {
        "dx": _whole(dx / unit * HUNDRED), "direct": _whole(direct / unit * HUNDRED),
        "through_mean": _hundredths(backward.mean[i], unit),
        "through_variance": _hundredths(backward.variance[i], unit),
        "longest": three(longest), "hundred": HUNDRED,
    }  # fmt: skip


def _hundredths(value: float, unit: float) -> float:
    return significant([float(value) / unit * HUNDRED])[0]


def _parts(values: Floats, low: float, high: float, parts: int) -> list[int]:
    span = high - low
    return _whole((values.astype(np.float64) - low) / span * parts) if span > 0 else [0] * len(values)


def _whole(values: Floats) -> list[int]:
    return [int(value) for value in np.rint(np.nan_to_num(values))]


def _step(step: Step, sentence: str, unit: float) -> dict[str, Any]:
    sizes = np.maximum(np.abs(step.low), np.abs(step.high))
    moments = zip(step.mean.tolist(), sizes.tolist(), step.sd.tolist(), strict=True)
    placed = {name: significant(getattr(step, name), DIGITS) for name in ("slope", "offset", "mean", "sd")}
    return placed | {
        "told": [f"mean {_told(mean, size, unit)}, deviation {three(sd)}" for mean, size, sd in moments],
        "ruler": _ruler(step.axis), "sentence": sentence,
    }  # fmt: skip


def _told(mean: float, size: float, unit: float) -> str:
    return "0" if is_rounding(mean, size, unit) else three(mean)


def _ruler(axis: Axis) -> dict[str, Any]:
    power = f" × 10^{axis.exponent}" if axis.exponent else ""
    return {
        "low": axis.low, "high": axis.high, "ticks": [[at, text] for at, text in axis.ticks()],
        "text": f"from {stated(axis.low)} to {stated(axis.high)}", "power": power,
    }  # fmt: skip
