"""The network: a deep network without and with batch norm, as one answer or as a stream that tells its progress."""

from typing import Any

from app.settings import Settings
from app.views.network.answer import answer_of
from app.views.network.call import CALL
from app.views.network.claims import PRESETS
from app.views.network.compute import Comparison, comparison_of
from app.views.network.page import PAGE
from app.views.network.prepare import Prepared, prepare
from app.views.network.query import NetworkFields, NetworkQuery
from app.views.network.stage.answer import staged_answer
from app.views.network.stage.compute import Staged, is_light, staged
from app.web.view import Place, View
from bncore.network.layers.initializations import INITIALIZATIONS
from bncore.network.losses import LOSSES
from bncore.progress import Said

LARGE = 200_000_000  # steps of work from which on a network waits for its turn


def _prepared(place: Place, query: NetworkFields) -> Prepared:
    return prepare(query, place.uploads, place.settings)


def _computed(ready: Prepared, say: Said) -> Comparison | Staged:
    return staged(ready) if ready.query.is_stage else comparison_of(ready, say)


def _answered(computed: Comparison | Staged) -> dict[str, Any]:
    return staged_answer(computed) if isinstance(computed, Staged) else answer_of(computed)


def _is_light(query: NetworkFields, _settings: Settings) -> bool:
    return is_light(query)


CATALOGUE = {
    "initializations": [
        {"name": name, "title": i.title, "formula": i.formula, "source": i.source}
        for name, i in INITIALIZATIONS.items()
    ],
    "losses": list(LOSSES),
    "claims": [
        {"name": name, "title": p.title, "claim": p.claim, "setting": p.setting, "query": p.link(name)}
        for name, p in PRESETS.items()
    ],
}
VIEW = View(
    name="network", title="Network", query=NetworkQuery, prepare=_prepared, compute=_computed, answer=_answered,
    call=CALL, catalogued="network", page=PAGE, is_light=_is_light, large=LARGE, catalogue=CATALOGUE,
)  # fmt: skip
