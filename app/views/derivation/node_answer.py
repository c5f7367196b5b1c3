"""A node of the derivation as plain data: its formulas, its values, its local derivatives, and where there is none."""

from typing import Any

import numpy as np

from app.views.derivation import formulas as mathml
from app.views.derivation.compute import Workings
from app.views.derivation.figures.graph import colour, places
from app.views.derivation.words import seen as words
from bncore.derivation.nodes import Local, Node, Undefined


def node_of(workings: Workings, node: Node) -> dict[str, Any]:
    query, steps = workings.query, workings.steps
    notation, axes = query.notation, np.ndim(node.value)
    over = "j" if node.name in mathml.SUMMING else ""
    column, row = places(query.eps_placement)[node.name]
    return {
        "name": node.name,
        "side": node.side,
        "symbol": words.node_symbol(node.name, notation),
        "title": words.NODES[node.name].title,
        "meaning": words.meaning(node.name, notation, query.eps_placement),
        "parents": node.parents,
        "column": column,
        "row": row,
        "colour": colour(node.name, node.side),
        "formula": node.formula,
        "mathml": mathml.symbols(node.formula[notation], notation, over=over),
        "numbers": mathml.numbers(node.name, axes, query.eps_placement, steps.forward.count),
        "value": node.value,
        "none": none_of(workings, node.undefined),
        "local": [_local(workings, local) for local in node.local],
        "upstream": node.upstream,
        "arriving": None if node.upstream is None else words.arriving(node, notation),
    }


def none_of(workings: Workings, undefined: Undefined | None) -> dict[str, Any] | None:
    """Where there is no such number, what stands in its place, and why it counts as 0."""
    if undefined is None:
        return None
    scale, notation = workings.steps.forward.scale, workings.query.notation
    return {
        "features": undefined.features,
        "value": words.none_text(undefined.divisor),
        "why": {str(i): words.none_reason(undefined.divisor, float(scale[i]), notation) for i in undefined.features},
    }


def _local(workings: Workings, local: Local) -> dict[str, Any]:
    notation = workings.query.notation
    return {
        "parent": local.parent,
        "symbol": words.node_symbol(local.parent, notation),
        "formula": local.formula,
        "mathml": mathml.symbols(local.formula[notation], notation),
        "value": local.value,
        "none": none_of(workings, local.undefined),
    }
