"""The panel that most views are made of: one row a feature, each row that feature's distribution."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.figures.dots import DOTS_UP_TO, dot_heights, dot_trace, room_of
from app.figures.linked import Kind, bands
from app.figures.numbers import counted
from app.figures.outlines import edges_on, on_axis, placed, step_outlines
from app.figures.theme import colour_of, translucent
from app.figures.words import one_value, words_beside
from bncore.distributions.axis import Axis
from bncore.distributions.histogram import Bins, heights, joined
from bncore.distributions.summary import Floats
from bncore.playground.stages import Stage

WORD = 0.5  # height of the words in a row without a shape
FLOOR = 0.15  # of a row below its shape
MARK = 0.16  # height of a row's mean and whisker above its floor
BELOW = 0.02  # the same where they lie below dots
HOVER = (
    "%{text}<br>mean %{customdata[0]:.3g}, deviation %{customdata[1]:.3g}<br>"
    "%{customdata[2]:.3g} to %{customdata[4]:.3g}, median %{customdata[3]:.3g}<extra></extra>"
)
NEW_LINE = "<br>"
ASINH = "asinh scale"
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
Figure = dict[str, Any]


@dataclass(frozen=True)
class Panel:
    """A row panel to be drawn: its stage, the rows to show, their names, the texts around them."""

    stage: Stage
    features: Sequence[int]
    names: Sequence[str]
    title: str
    value: str  # what the horizontal axis shows, as a symbol
    example: str = "example"
    noun: str = "feature"  # what a row is
    of: Kind | None = "feature"  # what is lit where a row is pointed at

    @property
    def axis(self) -> Axis:
        """The horizontal axis."""
        return self.stage.histogram.axis

    @cached_property
    def index(self) -> slice | list[int]:
        """The features as an index, which is cheaper where it is a slice."""
        first, last = self.features[0], self.features[-1]
        return slice(first, last + 1) if len(self.features) == last - first + 1 else list(self.features)

    @property
    def numbers(self) -> int:
        """How many values a row has."""
        return len(self.stage.values[0])

    @property
    def few(self) -> bool:
        """Whether a row's values are dots."""
        return dotted(self.stage)

    @property
    def mark(self) -> float:
        """The height of a row's mean and whisker above its floor."""
        return BELOW if self.few else MARK

    @property
    def counts(self) -> NDArray[np.int64]:
        """The counts in the rows (R, bins) that are drawn: none of values that are dots."""
        counts = self.stage.histogram.counts[self.index]
        return np.zeros_like(counts) if self.few else counts

    @cached_property
    def bins(self) -> Bins:
        """The bins of the rows."""
        return self.stage.histogram.bins.take(self.index)

    @cached_property
    def constant(self) -> Floats:
        """The value of each row that is one value, NaN of the others (R,)."""
        return np.where(self.bins.width == 0.0, self.bins.low, np.nan)

    @cached_property
    def moments(self) -> Floats:
        """Mean, deviation, smallest, median and largest of each row (R, 5)."""
        s = self.stage.summary
        rows = np.array([s.mean, s.sd, s.low, s.quantiles[2], s.high]).T
        return np.ascontiguousarray(rows[self.index])


def row_panels(panels: dict[str, Panel]) -> dict[str, Figure]:
    """Histograms as rows, or dots where a row has few values, with the mean and ± one deviation of each.

    Panels that share an axis are computed together, because a call to NumPy costs more than its numbers.
    """
    drawn: dict[str, Figure] = {}
    for axis, numbers in dict.fromkeys((panel.axis, panel.numbers) for panel in panels.values()):
        sharing = {name: panel for name, panel in panels.items() if (panel.axis, panel.numbers) == (axis, numbers)}
        together = list(sharing.values())
        parts = zip(together, _outlines(axis, together), _marks(axis, together), _dots(axis, together), strict=True)
        drawn |= {name: _figure(*part) for name, part in zip(sharing, parts, strict=True)}
    return drawn


def dotted(stage: Stage) -> bool:
    """Whether the values of a row are dots."""
    return len(stage.values[0]) <= DOTS_UP_TO


def _figure(panel: Panel, outline: tuple[Floats, Floats], marks: Floats, dots: Sequence[Figure]) -> Figure:
    shapes = [] if np.isnan(outline[0]).all() else [_shapes(panel, *outline)]
    traces = [*shapes, _whiskers(panel, marks), _means(panel, marks[:, 3].copy())]
    words = _words(panel)
    if any(words):
        traces.append(_told(panel, words))
    return {"data": [*traces, *dots], "layout": _layout(panel)}


@lru_cache(maxsize=256)
def _bases(count: int, above: float = 0.0) -> Floats:
    """A height above each row's floor; the first row is at the top."""
    return _kept(np.arange(count - 1, -1, -1, dtype=np.float64) + above)


@lru_cache(maxsize=256)
def _tripled(count: int, above: float) -> Floats:
    """The height of each row's whisker, once for each of its ends and once for the gap behind it."""
    return _kept(np.repeat(_bases(count, above), 3))


def _kept(values: Floats) -> Floats:
    """Values that several figures share."""
    values.flags.writeable = False
    return values


def _outlines(axis: Axis, panels: Sequence[Panel]) -> list[tuple[Floats, Floats]]:
    """The step outlines of each panel's rows, and lines at rows of one value."""
    bins = joined([panel.bins for panel in panels])
    shapes = heights(np.concatenate([panel.counts for panel in panels]), bins.edges)
    bases = np.concatenate([_bases(len(panel.features)) for panel in panels])
    edges = edges_on(axis, bins)
    marks = placed(axis, on_axis(axis, np.concatenate([panel.constant for panel in panels])))
    x, y = step_outlines(edges, shapes, bases, marks)
    rows = accumulate(len(panel.features) for panel in panels)
    ends = (np.flatnonzero(np.isnan(y))[[row - 1 for row in rows]] + 1).tolist()
    return [(x[start:end], y[start:end]) for start, end in zip([0, *ends], ends, strict=False)]


def _shapes(panel: Panel, x: Floats, y: Floats) -> Figure:
    colour = colour_of(panel.stage.name)
    return {
        "type": "scatter", "mode": "lines", "name": panel.title, "x": x, "y": y, "fill": "toself",
        "fillcolor": translucent(colour, 0.38), "line": {"color": colour, "width": 1, "shape": "hv"},
        "hoverinfo": "skip", "showlegend": False, "meta": {"term": panel.stage.name},
    }  # fmt: skip


def _marks(axis: Axis, panels: Sequence[Panel]) -> list[Floats]:
    """For each row of each panel where its mean lies, one deviation to either side, and a gap: low, high, gap, mean."""
    mean, sd = np.concatenate([panel.moments[:, :2] for panel in panels]).T
    places = np.full((len(mean), 4), np.nan)
    places[:, [0, 1, 3]] = placed(axis, _inside(axis, np.array([mean - sd, mean + sd, mean]))).T
    ends = list(accumulate(len(panel.features) for panel in panels))
    return [places[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def _whiskers(panel: Panel, marks: Floats) -> Figure:
    """A line of one deviation to either side of each mean, parted by NaN; cheaper to draw than error bars."""
    return {
        "type": "scatter", "mode": "lines", "name": "± one deviation",
        "x": marks[:, :3].ravel(), "y": _tripled(len(marks), panel.mark),
        "line": {"color": colour_of(panel.stage.name), "width": 2},
        "hoverinfo": "skip", "showlegend": False, "meta": {"term": "sd"},
    }  # fmt: skip


def _means(panel: Panel, place: Floats) -> Figure:
    """A dot at each mean, among dots a diamond, which tells the row's numbers."""
    look = {"symbol": "diamond", "size": 8} if panel.few else {"size": 6}
    return {
        "type": "scatter", "mode": "markers", "name": "mean", "x": place, "y": _bases(len(place), panel.mark),
        "marker": look | {"color": colour_of(panel.stage.name), "line": {"width": 1, "color": "#ffffff"}},
        "text": list(panel.names), "customdata": panel.moments,
        "hovertemplate": HOVER, "showlegend": False, "meta": {"term": "mean"},
    }  # fmt: skip


def _words(panel: Panel) -> list[str]:
    """What is said in each row that has no shape: that it is one value, or that none of its values is on the axis."""
    stage, at = panel.stage, panel.index
    numbers = stage.values.shape[1]
    hidden = (stage.histogram.below + stage.histogram.above)[at] == numbers
    if not (hidden.any() or (panel.bins.width == 0.0).any()):
        return []
    rounding = np.zeros(len(hidden), dtype=bool) if stage.rounding is None else stage.rounding[at]
    return [
        "beyond the axis" if beyond else "zero up to rounding" if noise else one_value(value, numbers)
        for value, beyond, noise in zip(panel.constant.tolist(), hidden.tolist(), rounding.tolist(), strict=True)
    ]


def _told(panel: Panel, words: Sequence[str]) -> Figure:
    """The words of rows without a shape, beside their marks."""
    places = np.where(np.isnan(panel.constant), panel.stage.summary.mean[panel.index], panel.constant)
    inside = places.clip(panel.axis.low, panel.axis.high)
    return words_beside(panel.axis, inside, _bases(len(words), WORD), words, panel.stage.name)


def _inside(axis: Axis, values: Floats) -> Floats:
    """Positions of the values, those beyond the axis at its end."""
    return axis.position(values.clip(axis.low, axis.high))


def _dots(axis: Axis, panels: Sequence[Panel]) -> list[list[Figure]]:
    """The dots of each panel, of rows that are several values; none where the values are many."""
    if not panels[0].few:
        return [[] for _ in panels]
    values = np.concatenate([panel.stage.values[panel.index].astype(np.float64) for panel in panels])
    several = np.isnan(np.concatenate([panel.constant for panel in panels]))
    places = np.where(several[:, None], placed(axis, on_axis(axis, values)), np.nan)
    ends = list(accumulate(len(panel.features) for panel in panels))[:-1]
    room = room_of(values.shape[1])
    rows = zip(panels, np.split(places, ends), np.split(dot_heights(axis, places, room), ends), strict=True)
    return [
        [dot_trace(place, _bases(len(place))[:, None] + above, panel.stage.name, panel.example, room)]
        for panel, place, above in rows
    ]


@lru_cache(maxsize=256)
def axis_layout(axis: Axis, value: str, *, narrow: bool = False) -> Figure:
    """A horizontal axis: range, ticks, and a title that names a logarithmic scale. Shared: never change it.

    A narrow one has the scale on a line of its own.
    """
    ticks = axis.ticks()
    return {
        "range": list(axis.limits()), "tickvals": [p for p, _ in ticks], "ticktext": [t for _, t in ticks],
        "tickangle": 0, "title": {"text": axis_title(axis, value, narrow=narrow)}, "fixedrange": True,
    }  # fmt: skip


def axis_title(axis: Axis, value: str, *, narrow: bool = False) -> str:
    """What the axis shows and on which scale.

    >>> axis_title(Axis("symlog", -1.0, 1.0, 2e-4), "dx"), axis_title(Axis("linear", -0.002, 0.002), "dx")
    ('dx (asinh scale)', 'dx (in 10⁻³)')
    """
    scale = f"in 10{str(axis.exponent).translate(RAISED)}" if axis.exponent else ""
    if axis.kind == "symlog":
        scale = ASINH
    in_one_line = f" ({scale})" if scale else ""
    return f"{value}{NEW_LINE}{scale}" if narrow and scale else f"{value}{in_one_line}"


def room_below(xaxis: Figure) -> int:
    """Pixels below a panel for the ticks and the lines of the title."""
    return 58 if NEW_LINE in xaxis["title"]["text"] else 42


def outside_text(stage: Stage) -> str:
    """How many values the axis leaves out, "" if none."""
    outside = stage.histogram.outside
    return f"{counted(outside, 'value')} outside the axis" if outside else ""


def name_margin(names: Sequence[str]) -> int:
    """Pixels that the longest name takes on the left, within reason."""
    return int(min(150, max(60, 26 + 6 * max(len(name) for name in names))))


def _layout(panel: Panel) -> Figure:
    count, xaxis = len(panel.features), axis_layout(panel.axis, panel.value, narrow=True)
    return {
        "title": {"text": panel.title},
        "xaxis": xaxis,
        "yaxis": {
            "range": [-0.25, count], "tickvals": _bases(count, 0.3), "ticktext": list(panel.names),
            "title": {"text": panel.noun}, "fixedrange": True, "zeroline": False, "showgrid": False,
        },
        "margin": {"l": name_margin(panel.names), "r": 8, "t": 36, "b": room_below(xaxis)},
        "height": 42 + room_below(xaxis) + max(count, 3) * 27,
        "hovermode": "closest",
        "showlegend": False,
        "meta": {"linked": bands(panel.of, panel.features, start=count - FLOOR, step=-1.0) if panel.of else []},
    }  # fmt: skip
