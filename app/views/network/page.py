"""The network's page: what its template needs beside the query and the result."""

from functools import cache
from typing import Any

from app.views.network.claims import PRESETS
from app.views.network.query import ABSENT_FOR, NetworkFields, NetworkQuery, joint_kinds
from app.views.network.stage.knobs import knobs
from app.views.network.standing import standing_of
from app.views.network.words.claims import HOLDS_IF
from app.views.network.words.seen import in_symbols, kind_symbols
from app.views.network.words.terms import SYMBOL_TERMS, may_stand, terms
from app.web.pages.rendering import titled_schema
from app.web.view import Page, Place
from bncore.network.layers.initializations import INITIALIZATIONS

KIND_TITLES = {
    "z": "the product's output", "norm": "behind the norm", "f": "behind the activation", "sum": "behind the sum",
}  # fmt: skip


def _context(query: NetworkFields, _result: Any, _place: Place) -> dict[str, Any]:
    standing, kinds = standing_of(query), kinds_of(query)
    return {
        "schema": page_schema(), "presets": PRESETS, "holds_if": HOLDS_IF, "kinds": kinds,
        "kind_titles": KIND_TITLES, "kind_symbols": {kind: symbol for kind, (symbol, _) in kinds.items()},
        "standing": may_stand(standing), "terms": terms(standing), "lecture": in_lecture,
        "symbols": SYMBOL_TERMS,
        "stage_own": {"stops": knobs(), "claims": {name: preset.setting for name, preset in PRESETS.items()}},
    }  # fmt: skip


def kinds_of(query: NetworkFields) -> dict[str, tuple[str, bool]]:
    """Every kind of joint with its symbol, and whether this network has it."""
    there = joint_kinds(query.norm, query.residual)
    symbols = kind_symbols("before", query.notation)
    symbols |= kind_symbols("none" if query.norm == "none" else query.norm_place, query.notation)
    return {kind: (symbols[kind], kind in there) for kind in KIND_TITLES}


def in_lecture(text: str) -> str:
    """A sentence in the lecture's notation."""
    return in_symbols(text, "lecture")


@cache
def page_schema() -> dict[str, dict[str, Any]]:
    """The fields, with a title for each choice that has one of its own here, and what leaves out a kind of joint."""
    drawn = {name: i.title for name, i in INITIALIZATIONS.items()}
    claims = {name: preset.title for name, preset in PRESETS.items()}
    titles = {"initialization": drawn, "preset": claims, "norm_place": {"before": "before f", "behind": "behind f"}}
    schema = {name: dict(field) for name, field in titled_schema(NetworkQuery).items()}
    for name, own in titles.items():
        schema[name]["choices"] = [(choice, own.get(choice, title)) for choice, title in schema[name]["choices"]]
    schema["shown"]["absent_for"] = ABSENT_FOR
    return schema


PAGE = Page("/network", "network.html", _context, whole={"parts": "all"})
