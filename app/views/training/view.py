"""Training: networks that learn side by side. The view itself is their plan; its further calls train them."""

from typing import Any

from app.batches.datasets import DATASETS
from app.settings import Settings
from app.views.training.answer import answer_of
from app.views.training.claims.links import query_of
from app.views.training.compute import Prepared, planned, prepare
from app.views.training.page import PAGE
from app.views.training.query import TrainingQuery
from app.views.training.routes import routes_of
from app.web.view import Place, View
from bncore.training import ARCHITECTURES, NORMS, OPTIMIZERS, ORDERS, SCHEDULES, SHAPES, TRAINED
from bncore.training.claims import CLAIMS

LIGHT = 2000  # points of the plane, that the event loop draws


def _prepared(place: Place, query: TrainingQuery) -> Prepared:
    return prepare(query, place.uploads, place.settings)


def _is_light(query: TrainingQuery, _settings: Settings) -> bool:
    """A plan needs the data, and no step of the training."""
    return query.source in DATASETS or (query.source in SHAPES and query.examples <= LIGHT)


CATALOGUE: dict[str, Any] = {
    "optimizers": [
        {"name": name, "title": o.title, "formula": o.formula, "source": o.source} for name, o in OPTIMIZERS.items()
    ],
    "schedules": [{"name": name, "title": s.title, "formula": s.formula} for name, s in SCHEDULES.items()],
    "orders": [{"name": name, "title": o.title, "description": o.description} for name, o in ORDERS.items()],
    "architectures": [{"name": name, "title": title} for name, title in ARCHITECTURES.items()],
    "training_norms": [
        {"name": name, "title": n.title, "settings": list(n.settings), "architectures": list(n.architectures),
         "running_statistics": n.running}
        for name, n in NORMS.items()
    ],
    "trained": [{"name": name, "title": title} for name, title in TRAINED.items()],
    "shapes": [{"name": name, "title": s.title, "classes": s.classes} for name, s in SHAPES.items()],
    "training_claims": [
        {"number": c.number, "name": name, "title": c.title, "source": c.source, "query": query_of(c.runs, c.data)}
        for name, c in CLAIMS.items()
    ],
}  # fmt: skip

VIEW = View(
    name="training", title="Training", query=TrainingQuery, prepare=_prepared, compute=planned, answer=answer_of,
    page=PAGE, is_light=_is_light, catalogued="training", catalogue=CATALOGUE, further=routes_of, has_figures=False,
)  # fmt: skip
