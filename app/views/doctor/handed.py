"""`/doctor/layer`: a layer of a model as a batch of the playground's, with its arrays."""

import io
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

import numpy as np
from anyio import to_thread
from fastapi import APIRouter, Depends, Request, Response
from numpy.typing import NDArray
from starlette.responses import RedirectResponse

from app.batches.uploads import UploadStore
from app.batches.uploads.arrays.origin import FIELDS, ORIGIN, origin_array
from app.batches.uploads.store.receive import receive
from app.errors import InvalidQuery
from app.views.doctor.compute import examined
from app.views.doctor.layer.answer import HANDED as PATH
from app.views.doctor.layer.answer import kept_from_playground
from app.views.doctor.query import DoctorFields
from app.views.doctor.reading import prepared, read
from app.web.reading import query_of
from app.web.respond import known
from app.web.view import Place
from bncore.activations import ACTIVATIONS
from bncore.doctor import Capture, Norm
from bncore.doctor.affine import eps_of
from bncore.progress import unheard

HANDED = APIRouter()
EXAMPLES = 256
SEED = 0


@HANDED.get(PATH)
async def layer(request: Request, query: Annotated[DoctorFields, Depends(query_of(DoctorFields))]) -> Response:
    """On to the playground, whose source is then the layer: an upload under the hash of its arrays."""
    place = Place.of(request)
    await known(place, query)
    norm, content = await to_thread.run_sync(_taken, place, query)
    id = await _uploaded(place.uploads, content, place.settings.upload_limit)
    return RedirectResponse(f"/?{urlencode({'source': id} | _setting(norm))}", 303)


def _taken(place: Place, query: DoctorFields) -> tuple[Norm, bytes]:
    """The layer that a query opens, and its file. Raises InvalidQuery for one that the playground does not take."""
    ready = prepared(place, query)
    row = examined(ready, unheard).opened
    if row is None or row.norm is None:
        raise InvalidQuery("The model has no norm layer.", field="model", given=query.model)
    if why := kept_from_playground(row.norm):
        raise InvalidQuery(why, field="norm", given=query.norm or row.name)
    with read(ready) as files:
        return row.norm, arrays_of(row.norm, files.capture, _shown_by(query, row.norm))


def _shown_by(query: DoctorFields, norm: Norm) -> dict[str, str]:
    """The fields by which the page shows the layer."""
    stated = {name: value for name, value in query.stated().items() if name in FIELDS}
    return {"model": query.model} | stated | {"norm": norm.name}


def arrays_of(norm: Norm, capture: Capture | None, shown_by: Mapping[str, str]) -> bytes:
    """A layer as an NPZ file, with the batch of its first step of a capture, and by which fields the doctor shows it.

    A file of weights has no batch: without a capture of the layer, x is drawn from its own running statistics, and
    the file says so.
    """
    mean, variance = (np.asarray(array, dtype=np.float64) for array in (norm.mean, norm.variance))
    watched = _watched(norm, capture)
    given = watched or {"x": _drawn(mean, variance)}
    given |= {ORIGIN: origin_array(shown_by, drawn=not watched)}
    given |= {"running_mean": mean, "running_var": variance}
    learned = {"gamma": norm.gamma, "beta": norm.beta}
    given |= {name: np.asarray(array, np.float64) for name, array in learned.items() if array is not None}
    file = io.BytesIO()
    np.savez(file, **given)
    return file.getvalue()


def _drawn(mean: NDArray[np.float64], variance: NDArray[np.float64]) -> NDArray[np.floating]:
    """In float32, unless the statistics are beyond it."""
    drawn = mean + np.sqrt(variance) * np.random.default_rng(SEED).standard_normal((EXAMPLES, len(mean)))
    return drawn.astype(np.float32) if np.abs(drawn).max(initial=0.0) <= np.finfo(np.float32).max else drawn


def _watched(norm: Norm, capture: Capture | None) -> dict[str, Any]:
    """x and dy of the layer's first step; nothing where it was not watched."""
    for watched in capture.norms if capture else ():
        if watched.norm.name == norm.name and watched.ran and watched.norm.channels == norm.channels:
            x, dy = watched.x(watched.ran[0]), watched.dy(watched.ran[0])
            return {"x": x} if dy is None else {"x": x, "dy": dy}
    return {}


def _setting(norm: Norm) -> dict[str, str]:
    told = {"mode": "inference", "eps": repr(float(eps_of(norm)))}
    return told | ({"activation": norm.behind} if norm.behind in ACTIVATIONS else {})


async def _uploaded(store: UploadStore, content: bytes, limit: int) -> str:
    async def pieces() -> Any:
        yield content

    with store.incoming() as folder:
        received = await receive(pieces(), folder / "data", limit)
        await to_thread.run_sync(store.add, folder, received)
    return received.id
