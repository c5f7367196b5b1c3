"""The network view's answer: the comparison as plain data."""

from typing import Any

from app.figures.numbers import counted, finite
from app.query.title import source_title
from app.views.network.claims import PRESETS, Preset
from app.views.network.compute import Comparison
from app.views.network.disturbed import disturbance
from app.views.network.figures.by_name import Subject, figures
from app.views.network.numbers import mean_text, moments_of, unit_of
from app.views.network.schematic import schematic
from app.views.network.stage.answer import headline, stage_answer
from app.views.network.standing import standing_of
from app.views.network.words import seen as words
from app.views.network.words.claims import HOLDS_IF, measured_text
from app.views.network.words.findings import findings
from app.views.network.words.terms import may_stand, terms
from bncore.network.claims import CLAIMS
from bncore.network.measures.curves import kind_in
from bncore.network.measures.survey import Surveyed


def answer_of(comparison: Comparison) -> dict[str, Any]:
    """The answer of `GET /network`."""
    query, contrast = comparison.query, comparison.contrast
    subject = Subject(contrast, query.shown, query.opened, query.notation)
    standing, fed = standing_of(query), _fed(comparison)
    return {
        "batch": _batch(comparison),
        "headline": headline(comparison.stage, query),
        "stage": stage_answer(comparison.stage, query),
        "run": words.headline(contrast, fed, query.notation),
        "network": schematic(comparison),
        "columns": {name: _column(comparison, name) for name in ("without", "with")},
        "disturb": disturbance(comparison),
        "findings": findings(contrast, fed, query.notation),
        "presets": [_preset(name, preset, query.notation) for name, preset in PRESETS.items()],
        "preset": _preset_in_force(comparison),
        "conventions": words.conventions(contrast, fed, query.notation),
        "terms": terms(standing),
        "may_stand": may_stand(standing),
        "symbol": subject.value,
        "shown": query.shown,
        "shown_in": _kinds_in(comparison, query.shown),
        "joint": {
            "kind": query.opened[0], "block": query.opened[1], "id": "{}{}".format(*query.opened),
            "kind_in": _kinds_in(comparison, query.opened[0]),
            "columns": {name: _opened(comparison, name) for name in contrast.columns},
        },
        "query": query.stated(),
        "figures": figures(subject, comparison.distributions, comparison.joint, comparison.curves),
    }  # fmt: skip


def _fed(comparison: Comparison) -> words.Fed:
    inputs = comparison.prepared.inputs
    return words.Fed(comparison.query.standardize == "on", inputs.constant, inputs.seeded)


def _batch(comparison: Comparison) -> dict[str, Any]:
    batch, inputs = comparison.prepared.batch, comparison.prepared.inputs
    title, examples = source_title(comparison.query), len(inputs.x)
    what = "channel" if inputs.x.ndim == 4 else "feature"
    image = f" of {inputs.x.shape[2]} × {inputs.x.shape[3]}" if inputs.x.ndim == 4 else ""
    total = comparison.prepared.total
    of = counted(examples, "example") if total in (None, examples) else f"{examples:,} of {total:,} examples"
    return {
        "title": title,
        "text": f"{title}: {of} × {counted(inputs.x.shape[1], what)}{image}",
        "shape": list(inputs.x.shape),
        "examples": examples,
        "total": comparison.prepared.total,
        "classes": inputs.outputs,
        "seeded_labels": inputs.seeded,
        "label_names": list(batch.label_names),
        "warnings": list(batch.warnings),
    }


def _kinds_in(comparison: Comparison, kind: str) -> dict[str, str]:
    """The kind of joint that each column shows where `kind` is asked for."""
    return {name: kind_in(comparison.contrast, name, kind) for name in comparison.contrast.columns}


def _column(comparison: Comparison, name: str) -> dict[str, Any] | None:
    if name not in comparison.contrast.columns:
        return None
    column, notation = comparison.contrast.columns[name], comparison.query.notation
    diverged = column.survey.diverged
    return {
        "loss": finite(column.survey.loss),
        "diverged": None if diverged is None else {
            "block": diverged.block, "joint": diverged.kind, "side": diverged.side,
            "text": words.diverged_text(comparison.contrast, name, diverged, notation),
        },
        "joints": [_joint(joint) for joint in column.survey.joints],
        "weights": [
            {"block": w.block, "norm": finite(w.norm), "gradient": finite(w.gradient), "ratio": finite(w.ratio),
             "alignment": finite(w.alignment)}
            for w in column.survey.weights
        ],
        "gradient_parts": [
            {"block": p.block, "kept": p.kept, "by_mean": p.by_mean, "by_variance": p.by_variance,
             "predicted": finite(p.predicted), "measured": finite(p.measured)}
            for p in column.parts
        ],
    }  # fmt: skip


def _opened(comparison: Comparison, name: str) -> dict[str, Any] | None:
    """The opened joint's numbers in a column, and those of the disturbed pass; None where it has no such joint."""
    kind, block = comparison.query.opened
    own = kind_in(comparison.contrast, name, kind)
    surveyed = [survey.at(own).get(block) for survey in comparison.contrast.columns[name].surveys]
    told = [_joint(joint) for joint in surveyed if joint is not None]
    return {"before": told[0], "after": told[1] if len(told) > 1 else None} if told else None


def _joint(surveyed: Surveyed) -> dict[str, Any]:
    joint = surveyed.joint
    return {
        "block": joint.block, "kind": joint.kind, "joint": joint.id,
        **moments_of(surveyed), "saturated": surveyed.saturated if surveyed.forward.finite else None,
        "gradient_mean": finite(surveyed.backward.mean),
        "gradient_mean_text": mean_text(surveyed.backward, unit_of(surveyed)),
        "gradient_sd": finite(surveyed.backward.sd), "gradient_norm": finite(surveyed.backward.norm),
    }  # fmt: skip


def _preset(name: str, preset: Preset, notation: str) -> dict[str, Any]:
    told = {"title": preset.title, "claim": preset.claim, "holds_if": HOLDS_IF[name], "fails_when": preset.fails_when}
    return {
        "id": name, **{part: words.in_symbols(text, notation) for part, text in told.items()},
        "setting": preset.setting, "query": preset.link(name), "source": preset.source,
    }  # fmt: skip


def _preset_in_force(comparison: Comparison) -> dict[str, Any] | None:
    """The claim of the query, measured on the network of the query, whether or not that is the preset's own."""
    name = comparison.query.preset
    if name not in PRESETS:
        return None
    measured = comparison.stage.measured or CLAIMS[name](comparison.contrast)
    asked = comparison.query.model_dump()
    told = {
        "title": PRESETS[name].title, "claim": PRESETS[name].claim, "text": measured_text(name, measured),
        "holds_if": HOLDS_IF[name],
    }  # fmt: skip
    return {
        "id": name, **{part: words.in_symbols(text, comparison.query.notation) for part, text in told.items()},
        "numbers": measured.numbers, "holds": measured.holds,
        "as_set": all(asked[field] == value for field, value in PRESETS[name].setting.items()),
    }  # fmt: skip
