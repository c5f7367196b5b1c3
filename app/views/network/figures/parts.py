"""What batch norm takes out of the gradient, block by block, as stacked bars; and the same of a disturbed pass."""

from collections.abc import Sequence

from app.figures.numbers import three
from app.figures.rows import Figure
from app.figures.theme import MEANINGS
from app.views.network.figures.depth import LEGEND, MARGIN, blocks, depth_axis
from bncore.distributions.axis import nice_ceiling, tick_text
from bncore.network.measures.gradient_parts import GradientParts

PARTS = {"by_mean": "mean", "by_variance": "variance", "kept": "direct"}
TERMS = PARTS | {"by_mean": "by_mean"}  # the mean of a joint is another one
PART_WORDS = {"kept": "kept and rescaled", "by_mean": "removed by the mean", "by_variance": "removed by the variance"}
PATTERNS = {"kept": "", "by_mean": "/", "by_variance": "x"}
TWICE = 2.0  # as much as is removed is shown
WHOLE = 100.0
BESIDE = 3 / 16  # of a block's room: where the bars before and after a disturbance stand; exact in binary, as x is
WIDTHS = {False: 0.75, True: 0.35}  # of a bar alone and of one of two
EDGED = "the right bar of each block, edged in red, is the disturbed pass"
Parts = Sequence[GradientParts]


def parts_figure(before: Parts, after: Parts | None, depth: int, when: str = "", dy: str = "dy") -> Figure:
    """Stacked bars a block: the two components of ||dy||^2 that batch norm removes, and above them what it keeps.

    Where little is removed the axis ends soon above it, and says so. Two bars a block where there is a disturbed pass.
    `dy` is the symbol of the gradient that arrives.
    """
    bars = [_bars(name, before, place=0.0 if after is None else -BESIDE) for name in PARTS]
    bars += [] if after is None else [_bars(name, after, place=BESIDE, disturbed=True) for name in PARTS]
    told = _told(before) if after is None else f"{_told(before)}; disturbed, {_told(after)}"
    removed = max((100.0 * (p.by_mean + p.by_variance) for p in (*before, *(after or ()))), default=WHOLE)
    top = min(nice_ceiling(TWICE * removed), WHOLE)
    cut = "" if top == WHOLE else f"the axis ends at {tick_text(top)} %; what is kept reaches up to 100 %"
    note = "; ".join(part for part in ("" if after is None else EDGED, cut) if part)
    layout = {
        "title": {"text": f"What batch norm takes out of the gradient{when}"}, "xaxis": depth_axis(depth),
        "yaxis": {"title": {"text": f"% of ‖{dy}‖²"}, "range": [0, top], "fixedrange": True}, "barmode": "stack",
        "margin": MARGIN, "height": 320, "showlegend": True, "legend": LEGEND,
        "meta": {
            "summary": f"Stacked bars of the parts of ‖{dy}‖² batch norm keeps and removes. {told}.", "note": note,
            "linked": blocks(depth),
        },
    }  # fmt: skip
    return {"data": bars, "layout": layout}


def _bars(name: str, parts: Parts, *, place: float, disturbed: bool = False) -> Figure:
    """`place` is where a block's bar stands beside the block's number."""
    behind = ", disturbed" if disturbed else ""
    edge = {"color": MEANINGS["disturbed"], "width": 1.5} if disturbed else {"width": 0}
    blocks = [str(part.block) for part in parts]
    return {
        "type": "bar", "name": f"{PART_WORDS[name]}{behind}", "x": [part.block + place for part in parts],
        "y": [float(f"{100.0 * getattr(part, name):.5g}") for part in parts], "ids": blocks, "hovertext": blocks,
        "width": WIDTHS[place != 0.0],
        "marker": {"color": MEANINGS[PARTS[name]], "pattern": {"shape": PATTERNS[name]}, "line": edge},
        "hovertemplate": f"block %{{hovertext}}{behind}: %{{y:.3g}} % {PART_WORDS[name]}<extra></extra>",
        "showlegend": not disturbed, "meta": {"term": TERMS[name]},
    }  # fmt: skip


def _told(parts: Parts) -> str:
    if not parts:
        return "No batch norm has a gradient that is finite and not 0"
    return "; ".join(
        f"block {part.block}: {three(100.0 * part.by_mean)} % by the mean, {three(100.0 * part.by_variance)} % by the "
        "variance" for part in (parts[0], parts[-1])
    )  # fmt: skip
