"""The network: a deep network without and with batch norm, as one answer or as a stream that tells its progress."""

from app.views.network.answer import answer_of
from app.views.network.call import CALL
from app.views.network.claims import PRESETS
from app.views.network.compute import Prepared, comparison_of, prepare
from app.views.network.page import PAGE
from app.views.network.query import NetworkFields, NetworkQuery
from app.web.view import Place, View
from bncore.network.layers.initializations import INITIALIZATIONS
from bncore.network.losses import LOSSES

LARGE = 200_000_000  # steps of work from which on a network waits for its turn


def _prepared(place: Place, query: NetworkFields) -> Prepared:
    return prepare(query, place.uploads, place.settings)


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
    name="network", title="Network", query=NetworkQuery, prepare=_prepared, compute=comparison_of, answer=answer_of,
    call=CALL, catalogued="network", page=PAGE, large=LARGE, catalogue=CATALOGUE,
)  # fmt: skip
