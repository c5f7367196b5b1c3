"""The plan of a query as plain data: what is trained on what, in which variants, and where the records are."""

from typing import Any
from urllib.parse import urlencode

from app.figures.numbers import counted
from app.views.training.compute import Prepared
from app.views.training.export.formats import FORMATS
from app.views.training.export.snippet import snippet
from app.views.training.variants.fields import SpecFields
from app.views.training.variants.titles import called, titles_of
from app.views.training.words.conventions import conventions_of
from bncore.training import NORMS, Data, Spec

MOST_POINTS = 1000  # of the plane, that are drawn


def answer_of(prepared: Prepared) -> dict[str, Any]:
    """The plan, without any record."""
    query, data, specs = prepared.query, prepared.dealt.data, prepared.specs
    first = next(iter(specs.values()))
    titles, total = titles_of(prepared.variants), max(spec.steps for spec in specs.values())
    return {
        "query": query.stated(),
        "headline": headline(list(titles.values()), total),
        "batch": {"text": batch_text(prepared), "title": prepared.dealt.examples.title,
                  "warnings": [*prepared.dealt.examples.warnings, *prepared.notes],
                  "label": prepared.dealt.examples.label, "labels": list(prepared.dealt.examples.able_labels)},
        "total": total,
        "batch_size": first.batch_size,
        "variants": {
            variant.letter: _variant(titles[variant.letter], variant.own, specs[variant.letter])
            for variant in prepared.variants
        },
        "blocks": _blocks(specs),
        "classes": list(data.label_names),
        "guess": data.guess,
        "plane": _plane(prepared),
        "unit": f"unit {first.unit} of block {first.observed_block + 1}",
        "conventions": conventions_of(list(specs.values())),
        "captions": {},
        "figures": {},
        "terms": {},
        "files": {name: f"/api/v1/training/records?{urlencode(query.stated() | {'format': name})}" for name in FORMATS},
        "python": snippet(prepared),
    }  # fmt: skip


def headline(titles: list[str], steps: int) -> str:
    """What is about to be seen, before there is any step.

    >>> headline(["Without norm", "Batch norm"], 2000)
    'Without norm beside batch norm, over 2,000 steps.'
    """
    return f"{' beside '.join([titles[0], *map(called, titles[1:])])}, over {counted(steps, 'step')}."


def _variant(title: str, own: dict[str, str], spec: Spec) -> dict[str, Any]:
    return {
        "title": title, "called": called(title), "norm": spec.norm, "norm_title": NORMS[spec.norm].title, "stated": own,
        "fields": {name: getattr(spec, name) for name in SpecFields.model_fields},
        "rate": spec.rate, "steps": spec.steps, "blocks": spec.blocks, "running": NORMS[spec.norm].running,
    }  # fmt: skip


def batch_text(prepared: Prepared) -> str:
    """What is trained on, in a line.

    The batch line of every page begins with the source's title; of an upload it names the column of the classes.
    """
    data, title, label = prepared.dealt.data, prepared.dealt.examples.title, prepared.dealt.examples.label
    shape = " × ".join(map(str, data.x.shape[1:]))
    what = f"images of {shape}" if data.x.ndim == 4 else "feature" if data.x.shape[1] == 1 else "features"
    numbers = what if data.x.ndim == 4 else f"{shape} {what}"
    return (
        f"{title}: {len(data.labels):,} training and {len(data.held_labels):,} held-out examples, {numbers}, "
        f"{data.classes} classes{f' of {label}' if label else ''}"
    )


def _blocks(specs: dict[str, Spec]) -> list[str]:
    """What the blocks of the deepest variant are called, and the read-out behind them."""
    return [*(f"block {number + 1}" for number in range(max(spec.blocks for spec in specs.values()))), "read-out"]


def _plane(prepared: Prepared) -> dict[str, Any] | None:
    """The points of data of two features, as the network reads them; None of any other data."""
    data, names = prepared.dealt.data, prepared.dealt.examples.features
    if data.x.shape[1:] != (2,):
        return None
    return {
        "names": list(names), "train": _points(data, "x", "labels"), "held": _points(data, "held_x", "held_labels"),
    }  # fmt: skip


def _points(data: Data, x: str, labels: str) -> list[list[float]]:
    points, of = getattr(data, x)[:MOST_POINTS], getattr(data, labels)[:MOST_POINTS]
    return [[float(f"{a:.4g}"), float(f"{b:.4g}"), int(label)] for (a, b), label in zip(points, of, strict=True)]
