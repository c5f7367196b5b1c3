"""The training page: what its template needs beside the query and the plan."""

from functools import cache
from typing import Any

from app.batches.datasets import DATASETS
from app.query.title import bare_title
from app.views.training.claims.replayed import replayed
from app.views.training.claims.told import claims
from app.views.training.export.end import FILES, address_of_end
from app.views.training.page_fields import TrainingPageFields
from app.views.training.query import TrainingQuery
from app.views.training.words.sentences import ATTEMPT, LIMITS, SENTENCES
from app.views.training.words.terms import TERMS
from app.web.pages.rendering import titled_schema
from app.web.view import Page, Place
from bncore.network.layers.initializations import INITIALIZATIONS
from bncore.training import ARCHITECTURES, NORMS, OPTIMIZERS, ORDERS, SCHEDULES, SHAPES, TRAINED


def _context(query: TrainingQuery, result: Any, _place: Place) -> dict[str, Any]:
    return {
        "schema": page_schema() | {"label": _label(result)}, "replayed": replayed(query),
        "groups": GROUPS, "sources": sources(query), "address_of_end": address_of_end(query),
        "terms": TERMS, "sentences": SENTENCES, "limits": LIMITS, "attempt": ATTEMPT, "claims": claims(),
    }  # fmt: skip


def _label(result: dict[str, Any] | None) -> dict[str, Any]:
    """The field of the label, with the columns of the file to choose from; it stands with the data."""
    label = page_schema()["label"]
    batch = result["batch"] if result else {"label": None, "labels": []}
    choices = [("", f"{batch['label'] or 'a column'} (chosen here)"), *((name, name) for name in batch["labels"])]
    return label | {"choices": choices, "control": label["control"] | {"kind": "select", "group": "label"}}


GROUPS = {
    "open": (("network", "Network"), ("optimizer", "Optimizer"), ("batches", "Batches and steps")),
    "folded": (("norm", "Norm"), ("schedule", "Schedule of the rate"), ("noise", "Noise"), ("records", "Records")),
}
"""The groups of fields behind the data and the variants: those that are seen, and those that are folded away."""


def sources(query: TrainingQuery) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Groups of sources, each with its name, its title and what there is to say of it."""
    own = [(query.source, bare_title(query.source), "Read from your file.")] if query.is_upload else []
    return [
        ("Real data", [(data.name, data.title, data.description) for data in DATASETS.values()]),
        ("In the plane", [(name, shape.title, f"{shape.classes} classes.") for name, shape in SHAPES.items()]),
        ("Your own", own),
    ]


@cache
def page_schema() -> dict[str, dict[str, Any]]:
    """The fields, with a title for each choice."""
    tables: dict[str, Any] = {
        "initialization": INITIALIZATIONS, "norm": NORMS, "optimizer": OPTIMIZERS, "schedule": SCHEDULES,
        "order": ORDERS,
    }  # fmt: skip
    titles = {name: {choice: row.title for choice, row in table.items()} for name, table in tables.items()}
    titles |= {"architecture": ARCHITECTURES, "trained": TRAINED}
    schema = {name: dict(field) for name, field in titled_schema(TrainingQuery).items()}
    for name, own in titles.items():
        schema[name]["choices"] = [(choice, own[choice]) for choice, _ in schema[name]["choices"]]
    return schema


CARRIED = frozenset({"source", "seed", "array", "header", "missing", "feature_axis", "label", "drop", "mask"})
"""What the navigation brings along: which data, how a file is read, and what is drawn of it."""

PAGE = Page("/training", "training.html", _context, shown=TrainingPageFields, further=FILES, takes=CARRIED)
