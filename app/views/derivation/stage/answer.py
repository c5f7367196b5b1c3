"""What the derivation's stage shows, as plain data: a sentence and the numbers of every step at one cell."""

from typing import Any

import numpy as np

from app.views.derivation import formulas as mathml
from app.views.derivation.compute import Walk
from app.views.derivation.stage.backward import BACKWARD
from app.views.derivation.stage.drag import drag
from app.views.derivation.stage.forward import FORWARD
from app.views.derivation.stage.hand_over import hand_over
from app.views.derivation.stage.look import Look
from bncore.derivation.nodes import Node
from bncore.derivation.sizes import sizes

SENTENCES = FORWARD | BACKWARD


def stage_of(walk: Walk) -> dict[str, Any]:
    """The stage of `GET /derivation`: all its steps, so that a walk through them asks nothing."""
    nodes = walk.steps.nodes
    return {
        "step": walk.step,
        "cell": {"example": walk.example, "feature": walk.feature, "name": walk.name},
        "sentences": sentences_of(walk),
        "formula": _formula(walk, nodes[walk.step]),
        "values": {name: _of_feature(node.value, walk.feature) for name, node in nodes.items()},
        "drag": drag(walk),
        "hand_over": hand_over(walk),
    }


def stage_answer_of(walk: Walk) -> dict[str, Any]:
    """The answer of `GET /derivation?parts=stage`."""
    stage = stage_of(walk)
    return {"stage": stage, "headline": stage["sentences"][walk.step], "query": walk.query.stated()}


def sentences_of(walk: Walk) -> dict[str, str]:
    """What each step concludes of the cell that is looked at."""
    look = look_of(walk)
    return {name: SENTENCES[name](look) for name in walk.steps.nodes}


def look_of(walk: Walk) -> Look:
    """Every node's number at the cell."""
    nodes, query = walk.steps.nodes, walk.query
    return Look(
        at={name: _at(node, walk) for name, node in nodes.items()},
        sizes=sizes(walk.steps, walk.example, walk.feature),
        missing={
            name: node.undefined.divisor
            for name, node in nodes.items()
            if node.undefined and walk.feature in node.undefined.features
        },
        name=walk.name, example=walk.example, count=walk.steps.forward.count, notation=query.notation,
        eps_placement=query.eps_placement,
    )  # fmt: skip


def _at(node: Node, walk: Walk) -> float:
    value = np.asarray(_of_feature(node.value, walk.feature))
    return float(value[walk.example] if value.ndim else value)


def _of_feature(value: Any, feature: int) -> Any:
    return value[..., feature] if np.ndim(value) else value


def _formula(walk: Walk, node: Node) -> dict[str, str]:
    """The step's formula with symbols, and with slots for numbers."""
    query = walk.query
    over = "j" if node.name in mathml.SUMMING else ""
    return {
        "symbols": mathml.symbols(node.formula[query.notation], query.notation, over=over),
        "numbers": mathml.numbers(node.name, np.ndim(node.value), query.eps_placement, walk.steps.forward.count),
    }
