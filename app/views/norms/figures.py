"""The norms view's figures: the distributions before and after each norm on one axis, and the published errors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.figures.linked import Kind
from app.figures.notation import drawn_text, symbol
from app.figures.numbers import span, three
from app.figures.rows import Figure, Panel, dotted, outside_text, row_panels
from app.figures.theme import MEANINGS
from app.views.norms.words.seen import inside, statistics_text
from bncore.norms import NORMS, Normed
from bncore.norms.reference import Published
from bncore.playground.stages import Stage

COLOURS = {"batch": "with_bn", "group": "neutral"}
DASHES = {"batch": "solid", "group": "dash"}
MARKERS = {"batch": "circle", "group": "square"}


@dataclass(frozen=True)
class Rows:
    """What the rows are called: the noun, and a name each; the notation of what is in them, and what a number is."""

    noun: Kind
    names: Sequence[str]
    notation: str = "frameworks"
    number: str = "cell"

    def title(self, name: str) -> str:
        """Of the rows before any norm ("x"), or behind the norm of that name."""
        where = "Before" if name == "x" else f"After {inside(name)}"
        return f"{where}: {self.symbol(name)}"

    def symbol(self, name: str) -> str:
        """Of what is in the rows."""
        return symbol("x" if name == "x" else "x_hat", self.notation)


def figures(
    stages: dict[str, Stage], results: dict[str, Normed], rows: Rows, published: Published
) -> dict[str, Figure]:
    """All figures by name: `before`, `after_` with each norm's name behind it, and `published`."""
    names = [drawn_text(name) for name in rows.names]
    panels = {
        name: Panel(stage, range(len(names)), names, rows.title(name), rows.symbol(name), rows.number, of=rows.noun)
        for name, stage in stages.items()
    }
    drawn = row_panels(panels)
    for name, figure in drawn.items():
        _finish(figure, stages[name], rows, rows.title(name), results.get(name))
    named = {"before" if name == "x" else f"after_{name}": figure for name, figure in drawn.items()}
    return named | {"published": published_figure(published)}


def _finish(figure: Figure, stage: Stage, rows: Rows, title: str, result: Normed | None) -> None:
    """The words that are this view's own."""
    layout = figure["layout"]
    layout["yaxis"] = layout["yaxis"] | {"title": {"text": rows.noun}}
    note = "; ".join(part for part in (statistics_text(result) if result else "", outside_text(stage)) if part)
    s = stage.summary
    size = max(float(s.high.max()), -float(s.low.min()))  # beside which a mean is rounding
    spans = ", ".join(
        f"{what} {span(values, size)}" for what, values in (("means", s.mean.tolist()), ("deviations", s.sd.tolist()))
    )
    summary = f"{title}: {'dots' if dotted(stage) else 'a histogram'} for each {rows.noun}; {spans}."
    layout["meta"] |= {"summary": f"{summary} {note[:1].upper()}{note[1:]}." if note else summary, "note": note}


def published_figure(published: Published) -> Figure:
    """The error against the batch size, a line a norm; the batch shrinks to the right, as one reads the table."""
    sizes = [str(size) for size in published.batch_sizes]
    told = "; ".join(
        f"{NORMS[norm].title} {three(errors[0])} at {sizes[0]}, {three(errors[-1])} at {sizes[-1]}"
        for norm, errors in published.errors.items()
    )
    layout = {
        "title": {"text": published.title},
        "xaxis": {"title": {"text": "batch size of each worker"}, "type": "category", "fixedrange": True},
        "yaxis": {"title": {"text": "validation error in %"}, "fixedrange": True, "zeroline": False},
        "margin": {"l": 58, "r": 12, "t": 54, "b": 42}, "height": 300, "hovermode": "x unified", "showlegend": True,
        "legend": {"orientation": "h", "x": 1, "xanchor": "right", "y": 1.0, "yanchor": "bottom"},
        "meta": {
            "summary": f"{published.title}: {told}. {published.source}.", "note": published.source,
            "of": published.source,
        },
    }  # fmt: skip
    return {"data": [_line(norm, sizes, errors) for norm, errors in published.errors.items()], "layout": layout}


def _line(norm: str, sizes: Sequence[str], errors: Sequence[float]) -> dict[str, Any]:
    colour = MEANINGS[COLOURS[norm]]
    return {
        "type": "scatter", "mode": "lines+markers", "name": NORMS[norm].title, "x": list(sizes), "y": list(errors),
        "line": {"color": colour, "dash": DASHES[norm], "width": 2},
        "marker": {"symbol": MARKERS[norm], "size": 7, "color": colour}, "hovertemplate": "%{y:.1f} %",
        "meta": {"term": norm},
    }  # fmt: skip
