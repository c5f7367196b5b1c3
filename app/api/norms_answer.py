"""The norms view's answer: the view as plain data."""

from typing import Any

import numpy as np

from app.api.norms_query import NormsFields
from app.api.norms_view import Outcome, View, automatic_ghosts, automatic_groups, channel_name, divisors
from app.batches.datasets import DATASETS
from app.batches.generators import GENERATORS
from app.figures import norms_words as words
from app.figures.norms import Rows, figures
from app.figures.numbers import counted, significant
from bncore.norms import NORMS, Normed
from bncore.norms.reference import WU_HE_2018, Published

DIGITS = 4  # of the cells' values
AFTER_LIMIT = 2.0  # size of an x̂ that has the full colour
LISTED = 12  # remarks' statistics that are listed


def answer_of(view: View) -> dict[str, Any]:
    """The answer of `GET /norms`."""
    query, outcomes = view.query, view.outcomes
    told = {norm: _told(view, norm, outcome) for norm, outcome in outcomes.items()}
    results = {norm: outcome.result for norm, outcome in outcomes.items()}
    known = [t for t in told.values() if t is not None]
    return {
        "batch": _batch(view),
        "headline": words.headline(query.situation, view.blocks.now.shape, known, list(results.values())),
        "situation": {
            "name": query.situation, "title": words.TITLES[query.situation], "channel": view.blocks.changed,
            "label": _label(view),
        },
        "norms": [_norm(view, norm, outcome, told[norm]) for norm, outcome in outcomes.items()],
        "rows": query.rows,
        "divisors": _divisors(view),
        "cube": cube_of(view),
        "reference": reference_of(WU_HE_2018),
        "conventions": words.conventions(
            list(results.values()), len(view.blocks.pool.x), convolved=query.source == "digits"
        ),
        "query": query.stated(),
        "figures": figures(view.stages, results, Rows(query.rows, _row_names(view)), WU_HE_2018),
    }  # fmt: skip


def _told(view: View, norm: str, outcome: Outcome) -> words.Told | None:
    if outcome.effect is None:
        return None
    return words.Told(norm, outcome.result, outcome.effect, len(view.blocks.usual.x))


def _divisors(view: View) -> dict[str, Any]:
    """What groups and ghost batches there may be, and which of them `auto` takes."""
    examples, channels, _ = view.blocks.now.shape
    return {
        "groups": {"all": divisors(channels), "auto": automatic_groups(channels)},
        "ghost_size": {"all": divisors(examples), "auto": automatic_ghosts(examples)},
    }


def _batch(view: View) -> dict[str, Any]:
    blocks = view.blocks
    examples, channels, positions = blocks.now.shape
    title = source_title(view.query)
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
        "channel_names": channel_names(view)[: view.shown[1]],
        "warnings": [*blocks.batch.warnings, *view.notes],
    }


def source_title(query: NormsFields) -> str:
    """What a person calls the source."""
    name = query.source
    if name in DATASETS or name in GENERATORS:
        return DATASETS[name].title if name in DATASETS else GENERATORS[name].title
    return "Typed table" if name == "inline" else f"Upload {name[:8]}…"


def channel_names(view: View) -> list[str]:
    """A name each."""
    return [channel_name(view.query, view.blocks, number) for number in range(view.blocks.now.shape[1])]


def _row_names(view: View) -> list[str]:
    if view.query.rows == "channel":
        return channel_names(view)[: len(view.stages["x"].values)]
    return [f"example {number}" for number in range(len(view.stages["x"].values))]


def _label(view: View) -> str | None:
    label, names = view.blocks.label, view.blocks.batch.label_names
    if label is None:
        return None
    return names[label] if label < len(names) else str(label)


def _norm(view: View, norm: str, outcome: Outcome, told: words.Told | None) -> dict[str, Any]:
    row, result, found = NORMS[norm], outcome.result, outcome.effect
    summary = view.stages[norm].summary
    return {
        "name": norm, "title": row.title, "over": row.over, "learned": words.learned_text(result),
        "parameters": len(row.learned) * result.gamma.size, "batch": row.batch, "source": row.source,
        "settings": view.settings[norm], "statistics": result.arrangement.statistics, "count": result.count,
        "counted": words.statistics_text(result), "shape": list(result.var.shape),
        "text": words.situation_text(view.query.situation, told, result),
        "effect": None if found is None else {
            "moved": found.moved, "offset": found.offset, "others": found.others, "squeezed": found.squeezed,
            "least_kept": found.least_kept, "from_instance": found.from_instance,
        },
        "r": None if result.r is None else significant(result.r[: view.shown[1]].tolist(), DIGITS),
        "d": None if result.d is None else significant(result.d[: view.shown[1]].tolist(), DIGITS),
        "remarks": [
            {"name": remark.name, "text": remark.text, "statistics": list(remark.statistics[:LISTED])}
            for remark in result.remarks
        ],
        "after": {"mean": summary.mean, "sd": summary.sd, "min": summary.low, "max": summary.high},
    }  # fmt: skip


# ---- the cube ----


def cube_of(view: View) -> dict[str, Any]:
    """The cells that are shown: x, and for each norm x_hat and the number of the statistic that each cell shares.

    Cells stand in the order example, channel, position. Positions always share theirs: `owner` has one number for each
    example and channel, and `mean` and `sd` (of RMS norm the root mean square) are those of the owners, in their order.
    """
    x = view.part(view.blocks.now.x)
    return {
        "shown": list(view.shown),
        "of": list(view.blocks.now.shape),
        "cell": list(view.cell),
        "x": significant(x.ravel().tolist(), DIGITS),
        "limit": float(np.quantile(np.abs(x), 0.98)) or 1.0,
        "after_limit": AFTER_LIMIT,
        "norms": {norm: _cube_norm(view, outcome.result) for norm, outcome in view.outcomes.items()},
        "before": _before(view),
    }


def _cube_norm(view: View, result: Normed) -> dict[str, Any]:
    owners = view.part(result.arrangement.owners())[:, :, 0]
    numbers, renumbered = np.unique(owners, return_inverse=True)
    mean = np.zeros(result.arrangement.statistics) if result.mean is None else result.mean.ravel()
    return {
        "x_hat": significant(view.part(result.x_hat).ravel().tolist(), DIGITS),
        "owner": renumbered.ravel(),
        "mean": None if result.mean is None else significant(mean[numbers].tolist(), DIGITS),
        "sd": significant(np.sqrt(result.var.ravel()[numbers]).tolist(), DIGITS),
    }


def _before(view: View) -> dict[str, Any]:
    summary = view.stages["x"].summary
    return {"mean": summary.mean, "sd": summary.sd, "min": summary.low, "max": summary.high, "rows": _row_names(view)}


def reference_of(published: Published) -> dict[str, Any]:
    """A published table."""
    return {
        "title": published.title, "source": published.source, "batch_sizes": list(published.batch_sizes),
        "errors": {norm: list(errors) for norm, errors in published.errors.items()},
    }  # fmt: skip
