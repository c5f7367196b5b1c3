"""The stage as plain data: places on its rulers, and texts."""

from typing import Any

import numpy as np

from app.figures.numbers import is_rounding, three
from app.views.network.numbers import moved_text, unit_of
from app.views.network.query import NetworkFields
from app.views.network.stage.claims import LOOK, claim_headline
from app.views.network.stage.compute import Stage, Staged
from app.views.network.stage.words import (
    beyond_text,
    block_text,
    emptied_headline,
    gradient_text,
    pull_headline,
    pull_text,
    row_text,
    run_headline,
    size_text,
)  # fmt: skip
from app.views.network.words.seen import AT_THE_START, joint_symbol
from bncore.distributions.axis import tick_text
from bncore.network.claims import ENDS, YANG
from bncore.network.contrast import Column
from bncore.network.measures.bells import RULER, Bell
from bncore.network.measures.decades import Decades
from bncore.network.measures.movement import Moved
from bncore.network.measures.survey import Survey, Surveyed

TICKS = (-10.0, -5.0, 0.0, 5.0, 10.0)  # deviations
NOWHERE: tuple[list[str], str] = ([], "")
WORDS = {"spread": "deviation", "gradient": "gradient"}
ROUNDING = "no more than rounding"
LEAST_BEYOND = 1e-3  # of a block's numbers: that it is told
FARTHEST = 2.0  # lengths of the ruler: how far beyond it a place is told
OTHER = {"off": "same weights with residual connections", "on": "same weights without residual connections"}


def staged_answer(staged: Staged) -> dict[str, Any]:
    """The answer of `parts=stage`."""
    query = staged.prepared.query
    return {
        "stage": stage_answer(staged.stage, query), "headline": headline(staged.stage, query),
        "query": query.stated(),
    }  # fmt: skip


def headline(stage: Stage, query: NetworkFields) -> str:
    """One sentence that concludes: of what is disturbed, else of the claim, else of the network as it is."""
    shown, d = stage.contrast, stage.contrast.setup.disturbance
    if not shown.setup.x.any():
        return emptied_headline(shown, standardized=query.standardize == "on")
    if d is not None:
        return pull_headline(shown, d)
    told = claim_headline(shown, query.preset, stage.measured, query.notation)
    return told or run_headline(shown, query.notation)


def stage_answer(stage: Stage, query: NetworkFields) -> dict[str, Any]:
    """What the stage draws. A place is a share of its ruler, from 0 at its low end to 1."""
    shown = stage.contrast
    z, d = joint_symbol(shown, "without", "z", query.notation), shown.setup.disturbance
    marks, look = LOOK.get(query.preset, NOWHERE) if "with" in shown.columns else NOWHERE
    return {
        "depth": shown.setup.depth,
        "pulled": None if d is None else {"block": d.block, "text": pull_text(d)},
        "ruler": {"title": f"{z}, in deviations at rest", "ticks": [[_share(tick), tick_text(tick)] for tick in TICKS]},
        "strips": {
            "spread": {"title": f"deviation of {z}, log scale", "ticks": _ticks(stage.at_rest.spread)},
            "gradient": {"title": f"gradient at {z}, log scale", "ticks": _ticks(stage.at_rest.gradient)},
        },
        "rows": [_row(stage, name, query) for name in shown.columns],
        "marks": marks,
        "look": look,
    }  # fmt: skip


def _row(stage: Stage, name: str, query: NetworkFields) -> dict[str, Any]:
    column, d = stage.contrast.columns[name], stage.contrast.setup.disturbance
    beyond = max((bell.beyond for bell in _shown(stage, name).values()), default=0.0)
    notes = (beyond_text(beyond) if beyond >= LEAST_BEYOND else "", gradient_text(column.surveys[-1]))
    return {
        "name": name, "title": AT_THE_START[name], "told": row_text(column, d, stage.contrast.setup.depth),
        "beyond": "; ".join(filter(None, notes)),
        "blocks": [_block(stage, name, block) for block in range(1, column.survey.depth + 1)],
        **(_lines(stage, query) if name == "with" else {}),
    }  # fmt: skip


def _shown(stage: Stage, name: str) -> dict[int, Bell]:
    """The bells of a row as it is now."""
    return stage.bells.get(name, stage.at_rest.bells[name])


def _block(stage: Stage, name: str, block: int) -> dict[str, Any]:
    """A block: its bell now and before, its deviation and its gradient, and whether it notices."""
    column = stage.contrast.columns[name]
    was, now = column.survey.at("z")[block], column.surveys[-1].at("z")[block]
    disturbed, lost = column.disturbed is not None, block in column.vanished
    before, after = stage.at_rest.bells[name].get(block), _shown(stage, name).get(block)
    sizes = {"spread": (now.forward.sd, was.forward.sd), "gradient": (now.backward.norm, was.backward.norm)}
    rulers = {"spread": stage.at_rest.spread, "gradient": stage.at_rest.gradient}
    moved = _moved(column, block)
    stands = moved is not None and not moved.noticed
    noticed = moved.noticed if moved and now.forward.finite and was.forward.finite else None
    return {
        "bell": None if after is None else _bell(after),
        **({"before": _bell(before)} if disturbed and before is not None and not stands else {}),
        **{of: _sized(rulers[of], *size, disturbed=disturbed) for of, size in sizes.items()},
        **({"gradient": [ROUNDING, *[None] * (1 + disturbed)]} if lost else {}),
        **({} if moved is None else {"notices": noticed, "moved": _briefly(moved, unit_of(was))}),
        "text": block_text(name, block, _told(sizes, disturbed=disturbed, lost=lost), _by(moved, noticed, was)),
    }  # fmt: skip


def _moved(column: Column, block: int) -> Moved | None:
    """How far a block behind the disturbed one moved."""
    moved = [] if column.disturbed is None else [m for m in column.disturbed.moved if m.kind == "z"][1:]
    return next((m for m in moved if m.block == block), None)


def _briefly(moved: Moved, unit: float) -> str | None:
    """How far, in a word: what is rounding is about 0."""
    rounding = moved.distribution != 0.0 and is_rounding(moved.distribution, 1.0, unit)
    return "≈ 0" if rounding else moved_text(moved.distribution, unit)


def _by(moved: Moved | None, noticed: bool | None, was: Surveyed) -> str:
    if moved is None or noticed is None:
        return ""
    far = moved_text(moved.distribution, unit_of(was))
    by = "" if far is None else f"; moved by {far} deviations"
    return f"{by}: it {'notices' if noticed else 'does not notice'}"


def _told(sizes: dict[str, tuple[float, float]], *, disturbed: bool, lost: bool) -> dict[str, str]:
    told = {WORDS[of]: size_text(now, was if disturbed else None) for of, (now, was) in sizes.items()}
    return told | ({"gradient": ROUNDING} if lost else {})


def _sized(ruler: Decades, now: float, was: float, *, disturbed: bool) -> list[Any]:
    """The place of a size and its text; the place that it had, where a block is disturbed."""
    places = [ruler.share(now), *([ruler.share(was)] if disturbed else [])]
    text = three(now) if np.isfinite(now) else "–"
    return [text, *(None if place is None else round(place, 3) for place in places)]


def _share(units: float) -> float:
    share = (units / RULER + 1.0) / 2.0
    return round(min(max(share, -FARTHEST), 1.0 + FARTHEST), 4)


def _bell(bell: Bell) -> dict[str, Any]:
    """Ends of the numbers, and the outline's steps in percent of its highest, as far as they are on the ruler."""
    ends = {"ends": [_share(bell.low), _share(bell.high)]}
    if bell.values is not None:
        return ends | {"dots": [_share(value) for value in bell.values]}
    edges = bell.start + bell.step * np.arange(len(bell.heights) + 1)
    seen = (edges[1:] > -RULER) & (edges[:-1] < RULER)
    if not seen.any():
        return ends
    first = float(edges[:-1][seen][0])
    steps = [round(100.0 * float(height)) for height in bell.heights[seen]]
    return ends | {"from": _share(first), "step": round(bell.step / RULER / 2.0, 5), "steps": steps}


def _ticks(ruler: Decades) -> list[list[Any]]:
    return [[round(ruler.place(10.0**power), 3), tick_text(float(f"1e{power}"))] for power in ruler.ticks()]


def _lines(stage: Stage, query: NetworkFields) -> dict[str, Any]:
    """What stands beside the gradient with the norm: the law's line where the claim is in force, and the other way."""
    lines: dict[str, Any] = {}
    if query.preset == "gradient_growth":
        lines["law"] = _law(stage.contrast.columns["with"].survey, stage.at_rest.gradient)
    if stage.at_rest.other is not None:
        shares = [stage.at_rest.gradient.share(size) for size in stage.at_rest.other.values()]
        places = [None if share is None else round(share, 3) for share in shares]
        lines["other"] = {"text": OTHER[query.residual], "places": places}
    return lines


def _law(survey: Survey, ruler: Decades) -> dict[str, Any] | None:
    """1.211^n from the last block that a growth factor counts, back to the first one, and on to both ends."""
    joints, depth = survey.at("z"), survey.depth
    last = depth - ENDS if depth > 2 * ENDS + 1 else depth
    size = joints[last].backward.norm
    if ruler.share(size) is None or depth == 1:
        return None
    ends = [ruler.place(size * YANG ** (last - block)) for block in (1, depth)]
    return {"text": f"{YANG:.3f}ⁿ", "places": [round(end, 3) for end in ends]}
