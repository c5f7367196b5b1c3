"""The playground's figures: the chain forward and backward, the parameters' gradients, a pair of features."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.figures.linked import bands
from app.figures.notation import STAGE_TITLES, drawn_text, symbol
from app.figures.numbers import apart, counted, significant, span, three
from app.figures.overview import overview_panel, stroked
from app.figures.rows import Figure, Panel, dotted, name_margin, outside_text, row_panels
from app.figures.theme import MEANINGS, colour_of
from bncore.distributions.axis import SMALLEST
from bncore.distributions.summary import Floats
from bncore.playground.chain import Playground
from bncore.playground.stages import BACKWARD, FORWARD, PATHS, READOUT, Stage

SHOWN_AT_ONCE = 16
PAIR_POINTS = 512
PLURALS = {"feature": "features", "class": "classes", "output": "outputs"}


@dataclass(frozen=True)
class Selection:
    """Which features are drawn, and how things are called."""

    names: Sequence[str]
    selected: tuple[int, ...]
    notation: str
    pair: tuple[int, int]
    correlations: tuple[float, float] = (0.0, 0.0)  # of the pair, before and after
    class_names: Sequence[str] = ()  # of the read-out's rows
    class_noun: str = "output"  # what such a row is

    @cached_property
    def rows(self) -> tuple[int, ...]:
        """The features with a row of their own; none where the overview stands for all."""
        if self.selected:
            return self.selected
        return tuple(range(len(self.names))) if len(self.names) <= SHOWN_AT_ONCE else ()

    @cached_property
    def drawn_names(self) -> tuple[str, ...]:
        """The features' names as they enter a figure."""
        return tuple(drawn_text(name) for name in self.names)

    def symbol(self, name: str) -> str:
        """A symbol in the notation in force."""
        return symbol(name, self.notation)


def figures(result: Playground, selection: Selection) -> dict[str, Figure]:
    """All figures of the playground, by name; stages have their own names."""
    panels = {
        name: _panel(stage, result, selection) for name, stage in result.stages.items() if _has_rows(name, selection)
    }
    rows = row_panels(panels)
    drawn = {
        name: rows.get(name) or _overview(stage, selection, _point(result)) for name, stage in result.stages.items()
    }
    for name, figure in drawn.items():
        figure["layout"]["meta"] |= _words(result.stages[name], result, selection)
    drawn["parameters"] = _parameters(result, selection)
    if len(selection.names) > 1:
        drawn["pair"] = _pair(result, selection)
    return drawn


def _has_rows(name: str, selection: Selection) -> bool:
    return name in READOUT or bool(selection.rows)


def _panel(stage: Stage, result: Playground, selection: Selection) -> Panel:
    title, value = _title(stage, selection), _value(stage, selection)
    if stage.name in READOUT:
        names = [drawn_text(name) for name in selection.class_names]
        return Panel(stage, range(len(names)), names, title, value, noun=selection.class_noun, of=None)
    return Panel(
        stage, selection.rows, [selection.drawn_names[i] for i in selection.rows], title, value, _point(result)
    )


def _point(result: Playground) -> str:
    """What each number of a feature stands for."""
    return "example" if result.positions == 1 else "position"


def _overview(stage: Stage, selection: Selection, point: str) -> Figure:
    return overview_panel(stage, selection.drawn_names, _title(stage, selection), _value(stage, selection), point)


def _title(stage: Stage, selection: Selection) -> str:
    return f"{selection.symbol(stage.name)}: {STAGE_TITLES[stage.name]}"


def _value(stage: Stage, selection: Selection) -> str:
    """What the horizontal axis shows; each path is a part of dx."""
    return selection.symbol("dx" if stage.name in PATHS else stage.name)


def _words(stage: Stage, result: Playground, selection: Selection) -> dict[str, str]:
    """What stands beside the panel: its summary, its note, and what its rows are."""
    note = _note(stage, result, selection)
    return {"summary": _summary(stage, selection, note), "note": note, "rows": _noun(stage, selection)}


def _noun(stage: Stage, selection: Selection) -> str:
    """What a row of the panel is."""
    return selection.class_noun if stage.name in READOUT else "feature"


def _note(stage: Stage, result: Playground, selection: Selection) -> str:
    """What must be known to read the panel rightly: values left out, an axis that moved."""
    notes = [outside_text(stage)]
    if result.axis_widened and stage.histogram.axis == result.stages["x"].histogram.axis and stage.name in FORWARD:
        notes.append(f"axis widened for {selection.symbol('y')}, here as in the panels beside")
    if result.gradients_widened and stage.name in (*BACKWARD, *PATHS):
        notes.append(f"axis widened for {selection.symbol('gamma')}, here as in the panels beside")
    return "; ".join(note for note in notes if note)


def _summary(stage: Stage, selection: Selection, note: str) -> str:
    """The panel in words, for those who cannot see it."""
    s, noun = stage.summary, _noun(stage, selection)
    at = list(selection.selected) if selection.selected and stage.name not in READOUT else slice(None)
    mean, sd, low, high = (values[at].tolist() for values in (s.mean, s.sd, s.low, s.high))
    drawn = _drawn_as(stage, selection)
    text = (
        f"{selection.symbol(stage.name)}, {STAGE_TITLES[stage.name]}: {drawn} of "
        f"{counted(len(mean), noun, PLURALS[noun])}. Means {span(mean, max(map(abs, low + high)))}, deviations "
        f"{span(sd)}, values {span(low + high)}."
    )
    return f"{text} {note[:1].upper()}{note[1:]}." if note else text


def _drawn_as(stage: Stage, selection: Selection) -> str:
    """What the values of a row are in the panel."""
    if _has_rows(stage.name, selection):
        return "dots" if dotted(stage) else "histograms"
    return "strokes" if stroked(stage) else "a map"


def _parameters(result: Playground, selection: Selection) -> Figure:
    """dgamma and dbeta as bars, a pair a feature."""
    at = list(selection.rows or range(min(len(selection.names), SHOWN_AT_ONCE)))
    names = [selection.drawn_names[i] for i in at]
    gradients = {"dgamma": result.gradients.dgamma[at], "dbeta": result.gradients.dbeta[at]}
    bars = [
        _bars(selection.symbol(name), name[1:], values, names, pattern)
        for (name, values), pattern in zip(gradients.items(), ("", "/"), strict=True)
    ]
    largest = {name: float(np.abs(values).max()) for name, values in gradients.items()}
    summary = (
        f"Bars of {selection.symbol('dgamma')} and {selection.symbol('dbeta')} for {counted(len(at), 'feature')}; the "
        f"largest are {three(largest['dgamma'])} and {three(largest['dbeta'])} in size."
    )
    layout = {
        "title": {"text": f"{selection.symbol('dgamma')} and {selection.symbol('dbeta')}: gradients of the parameters"},
        "xaxis": {"title": {"text": "gradient of the loss"}, "zeroline": True, "fixedrange": True},
        "yaxis": {
            "range": [len(at) - 0.5, -0.5], "tickvals": list(range(len(at))), "ticktext": names,
            "title": {"text": "feature"}, "fixedrange": True, "showgrid": False,
        },
        "barmode": "group", "bargap": 0.3, "showlegend": True,
        "margin": {"l": name_margin(names), "r": 8, "t": 36, "b": 42},
        "legend": {"orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom"},
        "height": 110 + max(len(at), 3) * 27,
        "meta": {"summary": summary, "note": "", "linked": bands("feature", at, start=-0.5, step=1.0)},
    }  # fmt: skip
    return {"data": bars, "layout": layout}


def _bars(name: str, term: str, values: Floats, names: Sequence[str], pattern: str) -> Figure:
    return {
        "type": "bar", "orientation": "h", "name": name, "x": significant(values.tolist(), 5),
        "y": list(range(len(names))), "text": list(names), "textposition": "none",
        "marker": {"color": MEANINGS["gradient"], "pattern": {"shape": pattern}},
        "hovertemplate": f"%{{text}}: {name} = %{{x:.3g}}<extra></extra>", "meta": {"term": term},
    }  # fmt: skip


def _pair(result: Playground, selection: Selection) -> Figure:
    """Two features before and after: the cloud is moved and stretched along its axes, never turned."""
    i, j = selection.pair
    numbers = result.stages["x"].values.shape[1]
    drawn = np.arange(numbers) if numbers <= PAIR_POINTS else np.linspace(0, numbers - 1, PAIR_POINTS).astype(np.intp)
    noun = _point(result)
    traces = [_cloud(result.stages[name], drawn, selection, axis, noun) for name, axis in (("x", ""), ("x_hat", "2"))]
    (a, b), (across, up) = ((names[i], names[j]) for names in (selection.names, selection.drawn_names))
    kept = _correlation_text(*selection.correlations, numbers)
    if len(drawn) < numbers:
        kept += f"; {len(drawn)} of {counted(numbers, 'point')} drawn"
    layout = {
        "title": {"text": f"{across} against {up}"},
        "grid": {"rows": 1, "columns": 2, "pattern": "independent", "xgap": 0.2},
        "xaxis": {"title": {"text": f"{selection.symbol('x')}: {across}"}, "zeroline": False, "nticks": 4},
        "yaxis": {"title": {"text": f"{selection.symbol('x')}: {up}"}, "zeroline": False},
        "xaxis2": {"title": {"text": f"{selection.symbol('x_hat')}: {across}"}, "zeroline": True, "nticks": 4},
        "yaxis2": {"title": {"text": f"{selection.symbol('x_hat')}: {up}"}, "zeroline": True},
        "margin": {"l": 56, "r": 12, "t": 36, "b": 46}, "height": 340, "showlegend": False, "hovermode": "closest",
        "meta": {
            "summary": f"{a} against {b}, before and after: {kept}. Batch norm moves and stretches each axis on its "
            "own; it does not decorrelate.",
            "note": kept, "about": {"feature": [i, j]},
        },
    }  # fmt: skip
    return {"data": traces, "layout": layout}


def _cloud(stage: Stage, drawn: NDArray[np.intp], selection: Selection, axis: str, noun: str) -> Figure:
    x, y = (_rounded(stage.values[feature, drawn].astype(np.float64)) for feature in selection.pair)
    return {
        "type": "scatter", "mode": "markers", "name": selection.symbol(stage.name),
        "x": x, "y": y, "xaxis": f"x{axis}", "yaxis": f"y{axis}",
        "marker": {"color": colour_of(stage.name), "size": 5, "opacity": 0.65}, "customdata": drawn,
        "hovertemplate": f"{noun} %{{customdata}}: %{{x:.3g}}, %{{y:.3g}}<extra></extra>",
        "meta": {"term": stage.name, "of": noun},
    }  # fmt: skip


def _rounded(values: Floats) -> Floats:
    """To a thousandth of their range or finer: a fraction of a pixel."""
    low, high = float(values.min()), float(values.max())
    return values if high - low < SMALLEST else np.round(values, 3 - math.floor(math.log10(high - low)))


def _correlation_text(before: float, after: float, numbers: int) -> str:
    if numbers == 1:
        return "no correlation: there is one point"
    if math.isnan(before) or math.isnan(after):
        return "no correlation, as one of the two is constant"
    texts = apart(before, after)
    return (
        f"correlation {texts[0]} before and after"
        if texts[0] == texts[1]
        else "correlation {} before, {} after".format(*texts)
    )
