"""A feature's x̂ by statistics in another arithmetic, against the exact one: on the diagonal nothing is lost."""

import numpy as np

from app.figures.rows import Figure
from app.figures.theme import colour_of
from app.views.playground.figures import PAIR_POINTS, Selection
from bncore.doctor.precision import ARITHMETICS
from bncore.playground.arithmetic import InArithmetic


def arithmetic_figure(other: InArithmetic, selection: Selection) -> Figure:
    """Dots of the feature that is off most, up to 512 of them; what is no number is left out and told."""
    step = -(-len(other.exact) // PAIR_POINTS)
    exact, values = other.exact[::step], other.other[::step]
    there = np.isfinite(exact) & np.isfinite(values)
    ends = [float(exact.min()), float(exact.max())] if np.isfinite(exact).all() else [-1.0, 1.0]
    lost = int((~np.isfinite(other.other)).sum())
    note = f"{lost:,} of {len(other.other):,} are no number" if lost else ""
    name, title = selection.drawn_names[other.worst], ARITHMETICS[other.name].title
    x_hat = selection.symbol("x_hat")
    return {
        "data": [
            {
                "type": "scatter", "mode": "lines", "name": "the same", "x": ends, "y": ends, "hoverinfo": "skip",
                "line": {"color": colour_of("x"), "width": 1, "dash": "dot"}, "showlegend": False,
            },
            {
                "type": "scatter", "mode": "markers", "name": title, "x": exact[there], "y": values[there],
                "marker": {"color": colour_of("x_hat"), "size": 6}, "showlegend": False,
                "hovertemplate": "exact %{x:.3g}, " + title + " %{y:.3g}<extra></extra>", "meta": {"term": "x_hat"},
            },
        ],
        "layout": {
            "title": {"text": f"{x_hat} of {name}: {title} against exact"},
            "xaxis": {"title": {"text": f"{x_hat}, exact"}, "zeroline": False},
            "yaxis": {"title": {"text": f"{x_hat}, {title}"}, "zeroline": False},
            "height": 320, "margin": {"l": 64, "r": 8, "t": 36, "b": 48}, "hovermode": "closest", "showlegend": False,
            "meta": {
                "summary": f"{x_hat} of {name} by statistics in {title}, against exact ones. {note}".strip(),
                "note": note,
            },
        },
    }  # fmt: skip
