"""The norms view's answer: the lineup as plain data."""

from functools import partial
from typing import Any

from app.figures.notation import SYMBOLS, in_notation
from app.figures.numbers import counted, finite, significant
from app.query.title import source_title
from app.views.norms.compute import Lineup, Outcome
from app.views.norms.cube import DIGITS, cube_of, row_names, summary_of
from app.views.norms.figures import Rows, figures
from app.views.norms.stage.answer import headline, stage_of
from app.views.norms.stage.compute import scene_of
from app.views.norms.words import seen as words
from app.views.norms.words import situations
from bncore.norms import NORMS
from bncore.norms.divisors import automatic_ghosts, automatic_groups, divisors, ghost_sizes
from bncore.norms.reference import WU_HE_2018, Published

LISTED = 12  # remarks' statistics that are listed


def answer_of(lineup: Lineup) -> dict[str, Any]:
    """The answer of `GET /norms`."""
    query, outcomes = lineup.query, lineup.outcomes
    scene = scene_of(query, lineup.blocks, outcomes)
    told = {norm: _told(lineup, norm, outcome) for norm, outcome in outcomes.items()}
    results = {norm: outcome.result for norm, outcome in outcomes.items()}
    known = [t for t in told.values() if t is not None]
    title = situations.title_of(query.situation, query.huge_factor)
    return {
        "batch": _batch(lineup),
        "headline": headline(scene),
        "stage": stage_of(scene),
        "summary": situations.headline(
            query.situation, lineup.blocks.now.shape, known, list(results.values()), title
        ),
        "situation": {
            "name": query.situation, "title": title, "channel": lineup.blocks.changed,
            "label": _label(lineup),
        },
        "norms": [_norm(lineup, norm, outcome, told[norm]) for norm, outcome in outcomes.items()],
        "rows": query.rows,
        "divisors": _divisors(lineup),
        "cube": cube_of(lineup),
        "reference": reference_of(WU_HE_2018),
        "conventions": [in_notation(text, query.notation) for text in words.conventions(
            list(results.values()), len(lineup.blocks.pool.x), query.stride if lineup.blocks.convolved else None
        )],
        "terms": words.terms(set(outcomes), query.eps, query.notation),
        "symbols": SYMBOLS[query.notation],
        "query": query.stated(),
        "figures": figures(lineup.stages, results, _rows(lineup), WU_HE_2018),
    }  # fmt: skip


def _rows(lineup: Lineup) -> Rows:
    """What a row is, and a number in it: with one position an example of a channel, or a channel of an example."""
    query, positions = lineup.query, lineup.blocks.now.shape[2]
    number = {"channel": "example", "example": "channel"}[query.rows] if positions == 1 else "cell"
    return Rows(query.rows, row_names(lineup), query.notation, number)


def _told(lineup: Lineup, norm: str, outcome: Outcome) -> situations.Told | None:
    usual = lineup.blocks.usual
    return situations.told_of(norm, outcome.result, outcome.effect, usual.labels, len(usual.x))


def _divisors(lineup: Lineup) -> dict[str, Any]:
    """What groups and sizes of ghost batches are offered, in numbers and words, and which of them `auto` takes."""
    examples, channels, _ = lineup.blocks.now.shape
    groups, sizes = divisors(channels), ghost_sizes(examples, lineup.query.ghost_size)
    return {
        "groups": {"all": groups, "texts": list(map(str, groups)), "auto": automatic_groups(channels)},
        "ghost_size": {
            "all": list(sizes), "texts": [_size_text(*size) for size in sizes.items()],
            "auto": automatic_ghosts(examples),
        },
    }  # fmt: skip


def _size_text(size: int, last: int) -> str:
    return str(size) if last == size else f"{size} (the last {last})"


def _batch(lineup: Lineup) -> dict[str, Any]:
    blocks = lineup.blocks
    examples, channels, positions = blocks.now.shape
    title = source_title(lineup.query)
    size = f"{counted(examples, 'example')} × {counted(channels, 'channel')}"
    image = " of " + " × ".join(map(str, blocks.now.x.shape[2:])) if blocks.now.x.ndim > 2 else ""
    return {
        "title": title,
        "text": f"{title}: {size}{image}",
        "shape": list(blocks.now.x.shape),
        "examples": examples,
        "usual_examples": len(blocks.usual.x),
        "total": blocks.total,
        "positions": positions,
        "channel_names": blocks.channel_names[: lineup.shown[1]],
        "warnings": [*blocks.batch.warnings, *lineup.notes],
    }


def _label(lineup: Lineup) -> str | None:
    label, names = lineup.blocks.label, lineup.blocks.batch.label_names
    if label is None:
        return None
    return names[label] if label < len(names) else str(label)


def _norm(lineup: Lineup, norm: str, outcome: Outcome, told: situations.Told | None) -> dict[str, Any]:
    row, result, effect = NORMS[norm], outcome.result, outcome.effect
    said = partial(in_notation, notation=lineup.query.notation)
    return {
        "name": norm, "title": row.title, "over": row.over, "learned": said(words.learned_text(result)),
        "parameters": len(row.learned) * result.gamma.size, "batch": row.batch, "source": row.source,
        "settings": lineup.settings[norm], "statistics": result.statistics, "count": result.count,
        "counted": words.statistics_text(result), "shape": list(result.var.shape),
        "text": said(situations.situation_text(lineup.query.situation, told, result)),
        "effect": None if effect is None else {
            "moved": effect.moved, "offset": effect.offset, "offset_before": effect.offset_before,
            "apart": effect.apart, "by_chance": finite(effect.by_chance), "others": effect.others,
            "squeezed": effect.squeezed, "least_kept": effect.least_kept, "from_instance": effect.from_instance,
        },
        "r": None if result.r is None else significant(result.r[: lineup.shown[1]].tolist(), DIGITS),
        "d": None if result.d is None else significant(result.d[: lineup.shown[1]].tolist(), DIGITS),
        "remarks": [
            {"name": remark.name, "text": said(remark.text), "statistics": list(remark.statistics[:LISTED])}
            for remark in result.remarks
        ],
        "after": summary_of(lineup, norm),
    }  # fmt: skip


def reference_of(published: Published) -> dict[str, Any]:
    """A published table."""
    return {
        "title": published.title, "source": published.source, "batch_sizes": list(published.batch_sizes),
        "errors": {norm: list(errors) for norm, errors in published.errors.items()},
    }  # fmt: skip
