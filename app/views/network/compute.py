"""A network's query, computed: both columns, their distributions, and how much work that is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.query.layer import in_terms_of_the_query
from app.views.network.prepare import Prepared, setup_of, weights_rng
from app.views.network.query import NetworkFields
from app.views.network.stage.compute import Stage, stage_of
from bncore.errors import BatchNormError
from bncore.network.contrast import Contrast, contrast
from bncore.network.measures.curves import Curve, curves
from bncore.network.measures.distributions import Distribution, distributions
from bncore.progress import Said, unheard


@dataclass(frozen=True, eq=False)
class Comparison:
    """The network without and with its norm, and what of both is drawn."""

    prepared: Prepared
    contrast: Contrast
    distributions: dict[tuple[str, str], Distribution]
    joint: dict[tuple[str, str], Distribution]
    curves: dict[str, Curve]
    stage: Stage

    @property
    def query(self) -> NetworkFields:
        """The query that was prepared."""
        return self.prepared.query


def comparison_of(prepared: Prepared, say: Said = unheard) -> Comparison:
    """Compute both columns; `say` is told of every step. Raises InvalidQuery where the numerics refuse."""
    query = prepared.query
    of = 0

    def first(done: int, steps: int, text: str) -> None:
        nonlocal of
        of = steps + len(SUMMARIES)
        say(done, of, text)

    try:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"):
            contrasted = contrast(setup_of(prepared), weights_rng(query), first)
            summaries: dict[str, Any] = {}
            for behind, (name, summarize) in enumerate(SUMMARIES.items(), 1):
                summaries[name] = summarize(contrasted, query)
                say(of - len(SUMMARIES) + behind, of, f"drawn, part {behind} of {len(SUMMARIES)}")
            return Comparison(prepared=prepared, contrast=contrasted, **summaries)
    except BatchNormError as error:
        raise in_terms_of_the_query(error, query) from error


SUMMARIES: dict[str, Callable[[Contrast, NetworkFields], Any]] = {
    "distributions": lambda contrasted, query: distributions(contrasted, query.shown),
    "joint": lambda contrasted, query: distributions(contrasted, *query.opened),
    "curves": lambda contrasted, query: curves(contrasted, query.shown),
    "stage": stage_of,
}
