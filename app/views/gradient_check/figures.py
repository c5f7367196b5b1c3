"""The gradient check's figures: the factors of the student's dx, and the student's dx against the correct one."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.figures.numbers import apart, counted, significant, three
from app.figures.theme import MEANINGS
from bncore.diagnosis import FACTORS, Case, Coefficients, Printed, Report, factors_in_words
from bncore.diagnosis.given.answers import answer_of
from bncore.diagnosis.mistakes.places import row_name
from bncore.diagnosis.mistakes.triple import NAMES, number

Figure = dict[str, Any]
MARKS = {
    "overall": ("gradient", "circle", "dx"), "mean_path": ("mean", "square", "dx_mean"),
    "variance_path": ("variance", "diamond", "dx_variance"),
}  # fmt: skip
MEANING = {name: mark[0] for name, mark in MARKS.items()}
ROWS = {name: title.removeprefix("the path through ").removeprefix("the ") for name, title in FACTORS.items()}
OF_DX = {"tensor": ["dx"]}
MOST_POINTS = 2000
MOST_UNITS = 64
SYMBOLS = ("circle", "square", "diamond", "cross", "x", "triangle-up", "star", "hexagon")


@dataclass(frozen=True, eq=False)
class Given:
    """What is drawn: the batch, what was found, and the student's dx as it was sent."""

    case: Case
    report: Report
    dx: NDArray[Any] | Printed | None


def figures(given: Given) -> dict[str, Figure]:
    """`factors` where dx is a combination of its three paths, `against` where dx was given."""
    drawn: dict[str, Figure] = {}
    coefficients = given.report.coefficients
    if coefficients is not None and coefficients.fits and np.isfinite(coefficients.per_unit).any():
        noun = "unit" if given.case.convention.norm == "batch" else "statistic"
        drawn["factors"] = _factors(coefficients, factors_in_words(given.report), noun)
    if given.dx is not None:
        drawn["against"] = _against(given.case, answer_of(given.case, "dx", given.dx).values)
    return drawn


def _factors(coefficients: Coefficients, words: dict[str, str], noun: str) -> Figure:
    """A row a factor, a mark a unit, or a `noun` of another norm; 1 is right, 0 is missing."""
    drawn = coefficients.per_unit[:, :MOST_POINTS]
    traces = [_row(name, values, place, noun) for place, (name, values) in enumerate(zip(NAMES, drawn, strict=True))]
    left_out = coefficients.per_unit.shape[1] - drawn.shape[1]
    said = "; ".join(f"{FACTORS[name]}: {words[name]}" for name in NAMES)
    line = {
        "type": "line",
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "x0": 1,
        "x1": 1,
        "line": {"color": MEANINGS["neutral"], "width": 2},
    }
    layout = {
        "title": {"text": f"Factors of your dx, a mark a {noun}"},
        "xaxis": {
            "title": {"text": "times what it should be: 1 is right, 0 is missing"}, "zeroline": True,
            "fixedrange": True, "range": _range(drawn),
        },
        "yaxis": {
            "title": {"text": "factor"}, "range": [len(NAMES) - 0.5, -0.5], "tickvals": list(range(len(NAMES))),
            "ticktext": list(ROWS.values()), "fixedrange": True, "showgrid": False, "zeroline": False,
        },
        "shapes": [line], "showlegend": False, "hovermode": "closest", "margin": {"l": 104, "r": 14, "t": 36, "b": 42},
        "height": 230,
        "meta": {
            "summary": f"Factors of your dx: {said}.", "units": drawn.shape[1], "about": OF_DX,
            "note": f"The first {drawn.shape[1]:,} {noun}s; {left_out:,} more are not drawn." if left_out else "",
        },
    }  # fmt: skip
    return {"data": traces, "layout": layout}


def _row(name: str, values: NDArray[np.float64], place: int, noun: str) -> Figure:
    meaning, mark, term = MARKS[name]
    known = np.flatnonzero(np.isfinite(values))
    return {
        "type": "scatter", "mode": "markers", "name": ROWS[name], "x": significant(values[known].tolist(), 6),
        "y": [place] * len(known),
        "customdata": [(int(unit), number(value)) for unit, value in zip(known, values[known].tolist(), strict=True)],
        "marker": {"color": MEANINGS[meaning], "symbol": mark, "size": 12, "opacity": 0.75},
        "hovertemplate": f"{ROWS[name]}, {noun} %{{customdata[0]}}: %{{customdata[1]}}<extra></extra>",
        "meta": {"term": term, "of": "feature" if noun == "unit" else noun},
    }  # fmt: skip


def _range(values: NDArray[np.float64]) -> list[float]:
    """From below 0 to beyond 1, and as far as there are marks."""
    known = values[np.isfinite(values)]
    low, high = float(known.min(initial=0.0)), float(known.max(initial=1.0))
    room = 0.08 * (high - low)
    return significant([low - room, high + room], 4)


def _against(case: Case, dx: NDArray[np.float64]) -> Figure:
    """A mark a number of dx: across the correct one, up the student's; right ones lie on the line."""
    of_channels, given = case.table(case.truth["dx"]), case.table(dx)
    units = min(case.channels, MOST_UNITS)
    rows = np.arange(min(len(given), MOST_POINTS // units))
    truth, yours = of_channels[rows, :units], given[rows, :units]
    low, high = _span(truth, yours)
    names = [row_name(case, int(row)) for row in rows]
    traces = [_unit(unit, truth[:, unit], yours[:, unit], names) for unit in range(units)]
    line = {
        "type": "line", "x0": low, "y0": low, "x1": high, "y1": high,
        "line": {"color": MEANINGS["neutral"], "width": 2}, "layer": "below",
    }  # fmt: skip
    drawn = truth.size
    shapes = "A shape is a unit" if units <= len(SYMBOLS) else f"Every {len(SYMBOLS)} units the shapes come again"
    of_units = "" if units == case.channels else f", the first {units} units of {case.channels:,}"
    note = shapes + ("." if drawn == case.x.size else f"; {drawn:,} numbers of {case.x.size:,} drawn{of_units}.")
    summary = (
        f"Your dx against the correct one, {counted(drawn, 'number')}; the correct ones run from {_ends(truth)}, yours "
        f"from {_ends(yours)}."
    )
    layout = {
        "title": {"text": "Your dx against the correct one"},
        "xaxis": {"title": {"text": "correct"}, "zeroline": True, "fixedrange": True},
        "yaxis": {"title": {"text": "yours"}, "zeroline": True, "fixedrange": True},
        "shapes": [line], "showlegend": False, "hovermode": "closest", "margin": {"l": 60, "r": 14, "t": 36, "b": 42},
        "height": 330, "meta": {"summary": summary, "note": note, "about": OF_DX},
    }  # fmt: skip
    return {"data": traces, "layout": layout}


def _ends(values: NDArray[np.float64]) -> str:
    return f"{three(float(values.min()))} to {three(float(values.max()))}"


def _span(truth: NDArray[np.float64], yours: NDArray[np.float64]) -> tuple[float, float]:
    return min(float(truth.min()), float(yours.min())), max(float(truth.max()), float(yours.max()))


def _unit(unit: int, truth: NDArray[np.float64], yours: NDArray[np.float64], names: list[str]) -> Figure:
    """`names` say which number of the unit each is; numbers that differ are told by the digits in which they do."""
    told = [(row, *apart(one, other)) for row, one, other in zip(names, truth.tolist(), yours.tolist(), strict=True)]
    return {
        "type": "scatter", "mode": "markers", "name": f"unit {unit}", "x": significant(truth.tolist(), 5),
        "y": significant(yours.tolist(), 5), "customdata": told,
        "marker": {"color": MEANINGS["gradient"], "symbol": SYMBOLS[unit % len(SYMBOLS)], "size": 8, "opacity": 0.7},
        "hovertemplate": f"unit {unit}, %{{customdata[0]}}: correct %{{customdata[1]}}, yours %{{customdata[2]}}"
        "<extra></extra>",
        "meta": {"term": "dx", "of": "feature", "thing": unit},
    }  # fmt: skip
