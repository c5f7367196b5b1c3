"""`GET /catalog`: what there is to choose from, with parameters, ranges and defaults."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request, Response

from app.batches.datasets import DATASETS
from app.batches.generators import GENERATORS, Generator
from app.query.control import schema_of
from app.web.answers import answer_from, etag_of, to_json
from app.web.view import View
from bncore.activations import ACTIVATIONS
from bncore.norms.table import NORMS, SETTINGS
from bncore.upstream import UPSTREAMS

router = APIRouter(tags=["catalog"])


@router.get(
    "/catalog",
    summary="Generators, data sets, activations, norms, optimizers: parameters, ranges and defaults",
    responses={
        200: {
            "description": "What a query may name. `playground`, `derivation`, `network`, `batch_size`, "
            "`norms_view`, `training` and `doctor` have each field of their query: title, help, default, what is "
            "allowed, and how the page draws its control.",
            "content": {"application/json": {"example": {
                "data_sets": [{"name": "wine", "title": "Wine", "examples": 178, "features": 13, "classes": 3}],
                "activations": [{"name": "relu", "title": "ReLU"}],
                "playground": {"eps": {"title": "Epsilon", "default": 1e-5, "type": "number", "low": 0, "high": 1e6}},
            }}},
        },
        304: {"description": "The ETag in If-None-Match still holds."},
    },
    openapi_extra={"x-examples": [{}]},
)  # fmt: skip
async def catalog(request: Request) -> Response:
    """Everything that a query may name. It changes with the release, and with the large arrays that the owner lists."""
    listed = await to_thread.run_sync(request.app.state.uploads.large.listed)
    large = [{"source": source, "title": file.name, "bytes": file.size} for source, file in listed.items()]
    return await answer_from(
        request, etag_of("catalog", {"large": large}), partial(_written, request.app.state.views, large)
    )


async def _written(views: Sequence[View[Any, Any, Any]], large: list[dict[str, Any]]) -> bytes:
    return to_json(_catalog(views) | {"large": large})


def _catalog(views: Sequence[View[Any, Any, Any]]) -> dict[str, Any]:
    shared: dict[str, Any] = {
        "data_sets": [
            {"name": d.name, "title": d.title, "description": d.description, "examples": d.examples,
             "features": d.features, "classes": d.classes}
            for d in DATASETS.values()
        ],
        "generators": [_generator(generator) for generator in GENERATORS.values()],
        "activations": [
            {"name": name, "title": a.title, "formula": a.formula, "saturation_rule": a.saturation_rule}
            for name, a in ACTIVATIONS.items()
        ],
        "norms": [
            {"name": name, "title": n.title, "statistics_over": n.over, "learned": list(n.learned),
             "parameters": "one a channel" if n.per_channel else "one for each cell of an example",
             "running_statistics": n.running, "settings": [_setting(setting) for setting in n.settings],
             "source": n.source}
            for name, n in NORMS.items()
        ],
        "upstreams": [
            {"name": name, "title": u.title, "formula": u.formula, "needs_labels": u.reads_labels}
            for name, u in UPSTREAMS.items()
        ],
    }  # fmt: skip
    for view in views:
        shared |= view.catalogue
    return shared | {view.catalogued: schema_of(view.query) for view in views if view.catalogued}


def _setting(name: str) -> dict[str, Any]:
    return {"name": name, "help": SETTINGS[name].help, "default": SETTINGS[name].default}


def _generator(generator: Generator) -> dict[str, Any]:
    parameters = [
        {"name": p.name, "title": p.title, "symbol": p.symbol, "default": p.default, "low": p.low, "high": p.high,
         "help": p.help, "integer": p.integer}
        for p in generator.parameters
    ]  # fmt: skip
    return {
        "name": generator.name, "title": generator.title, "description": generator.description,
        "parameters": parameters,
    }  # fmt: skip
