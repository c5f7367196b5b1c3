"""The network view's answer: the view as plain data."""

from typing import Any

from app.figures.numbers import counted, finite
from app.query.title import source_title
from app.views.network.claims import PRESETS, Preset
from app.views.network.compute import View
from app.views.network.disturbed import disturbance
from app.views.network.figures.by_name import Shown, figures
from app.views.network.numbers import moments_of
from app.views.network.schematic import schematic
from app.views.network.standing import standing_of
from app.views.network.words import seen as words
from app.views.network.words.claims import HOLDS_IF, measured_text
from app.views.network.words.findings import findings
from app.views.network.words.terms import may_stand, terms
from bncore.network.claims import CLAIMS
from bncore.network.measures.curves import kind_in
from bncore.network.measures.survey import Surveyed


def answer_of(view: View) -> dict[str, Any]:
    """The answer of `GET /network`."""
    query, shown = view.query, view.contrast
    drawn = Shown(shown, query.shown, query.opened, query.notation)
    standing, fed = standing_of(query), _fed(view)
    return {
        "batch": _batch(view),
        "headline": words.headline(shown, fed, query.notation),
        "network": schematic(view),
        "columns": {name: _column(view, name) for name in ("without", "with")},
        "disturb": disturbance(view),
        "findings": findings(shown, fed, query.notation),
        "presets": [_preset(name, preset, query.notation) for name, preset in PRESETS.items()],
        "preset": _preset_in_force(view),
        "conventions": words.conventions(shown, fed, query.notation),
        "terms": terms(standing),
        "may_stand": may_stand(standing),
        "symbol": drawn.value,
        "shown": query.shown,
        "shown_in": _kinds_in(view, query.shown),
        "joint": {
            "kind": query.opened[0], "block": query.opened[1], "id": "{}{}".format(*query.opened),
            "kind_in": _kinds_in(view, query.opened[0]),
            "columns": {name: _opened(view, name) for name in shown.columns},
        },
        "query": query.stated(),
        "figures": figures(drawn, view.distributions, view.joint, view.curves),
    }  # fmt: skip


def _fed(view: View) -> words.Fed:
    inputs = view.prepared.inputs
    return words.Fed(view.query.standardize == "on", inputs.constant, inputs.seeded)


def _batch(view: View) -> dict[str, Any]:
    batch, inputs = view.prepared.batch, view.prepared.inputs
    title, examples = source_title(view.query), len(inputs.x)
    what = "channel" if inputs.x.ndim == 4 else "feature"
    image = f" of {inputs.x.shape[2]} × {inputs.x.shape[3]}" if inputs.x.ndim == 4 else ""
    total = view.prepared.total
    of = counted(examples, "example") if total in (None, examples) else f"{examples:,} of {total:,} examples"
    return {
        "title": title,
        "text": f"{title}: {of} × {counted(inputs.x.shape[1], what)}{image}",
        "shape": list(inputs.x.shape),
        "examples": examples,
        "total": view.prepared.total,
        "classes": inputs.outputs,
        "seeded_labels": inputs.seeded,
        "label_names": list(batch.label_names),
        "warnings": list(batch.warnings),
    }


def _kinds_in(view: View, kind: str) -> dict[str, str]:
    """The kind of joint that each column shows where `kind` is asked for."""
    return {name: kind_in(view.contrast, name, kind) for name in view.contrast.columns}


def _column(view: View, name: str) -> dict[str, Any] | None:
    if name not in view.contrast.columns:
        return None
    column, notation = view.contrast.columns[name], view.query.notation
    found = column.survey.diverged
    return {
        "loss": finite(column.survey.loss),
        "diverged": None if found is None else {
            "block": found.block, "joint": found.kind, "side": found.side,
            "text": words.diverged_text(view.contrast, name, found, notation),
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


def _opened(view: View, name: str) -> dict[str, Any] | None:
    """The opened joint's numbers in a column, and those of the disturbed pass; None where it has no such joint."""
    kind, block = view.query.opened
    own = kind_in(view.contrast, name, kind)
    found = [survey.at(own).get(block) for survey in view.contrast.columns[name].surveys]
    told = [_joint(joint) for joint in found if joint is not None]
    return {"before": told[0], "after": told[1] if len(told) > 1 else None} if told else None


def _joint(found: Surveyed) -> dict[str, Any]:
    joint = found.joint
    return {
        "block": joint.block, "kind": joint.kind, "joint": joint.id,
        **moments_of(found.forward), "saturated": found.saturated if found.forward.finite else None,
        "gradient_mean": finite(found.backward.mean), "gradient_sd": finite(found.backward.sd),
        "gradient_norm": finite(found.backward.norm),
    }  # fmt: skip


def _preset(name: str, preset: Preset, notation: str) -> dict[str, Any]:
    told = {"title": preset.title, "claim": preset.claim, "holds_if": HOLDS_IF[name], "fails_when": preset.fails_when}
    return {
        "id": name, **{part: words.in_symbols(text, notation) for part, text in told.items()},
        "setting": preset.setting, "query": preset.link(name), "source": preset.source,
    }  # fmt: skip


def _preset_in_force(view: View) -> dict[str, Any] | None:
    """The claim of the query, measured on the network of the query, whether or not that is the preset's own."""
    name = view.query.preset
    if name not in PRESETS:
        return None
    found = CLAIMS[name](view.contrast)
    asked = view.query.model_dump()
    told = {
        "title": PRESETS[name].title, "claim": PRESETS[name].claim, "text": measured_text(name, found),
        "holds_if": HOLDS_IF[name],
    }  # fmt: skip
    return {
        "id": name, **{part: words.in_symbols(text, view.query.notation) for part, text in told.items()},
        "numbers": found.numbers, "holds": found.holds,
        "as_set": all(asked[field] == value for field, value in PRESETS[name].setting.items()),
    }  # fmt: skip
