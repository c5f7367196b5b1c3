"""`GET /doctor/repaired`: the model mended, in its file's own format; and what that changes, told beforehand."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from anyio import to_thread
from fastapi import APIRouter, Depends, Request, Response

from app.errors import InvalidQuery
from app.models import write_model
from app.models.kinds import HEAD, kind_of
from app.query.control import control
from app.views.doctor.call import REFUSED
from app.views.doctor.changes import changes_of
from app.views.doctor.query import ReportFields
from app.views.doctor.reading import Prepared, Read, read
from app.web.answers import NOT_MODIFIED, to_json
from app.web.reading import parameters_of, query_of
from app.web.respond import respond
from app.web.routes import refusals
from app.web.view import File, Place, View, never_light
from bncore.doctor import Model, Repair, folded, reestimated
from bncore.progress import Said

PIECE = 1024**2
NAMES = {"fold": "folded", "reestimate": "reestimated"}
ENDINGS = {
    "safetensors": "safetensors", "pytorch": "pt", "pytorch legacy": "pt", "onnx": "onnx", "npz": "npz",
    "keras h5": "h5", "keras": "keras",
}  # fmt: skip
"""How the name of a file of each kind ends."""
EXAMPLES = [
    {"query": "model=sound&how=fold&told=only"},
    {"query": "model=sound&how=fold", "curl": ["-o folded.npz"]},
]


class MendedFields(ReportFields):
    """A model, and how it is mended."""

    how: Literal["fold", "reestimate"] = control(
        "fold", "`fold`: each batch norm into the layer in front of it, right only where nothing stands between the "
        "two, which a file without a graph does not tell; `reestimate`: running statistics from the capture, exact "
        "ones.",
        title="How", group="answer", kind="select",
    )  # fmt: skip
    told: Literal["file", "only"] = control(
        "file", "The file, or `only` what it changes, as JSON.", title="Told", group="answer", kind="select",
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Mended:
    """A model, and what is changed of it."""

    model: Model
    repair: Repair


def _folded(files: Read) -> Repair:
    return folded(files.model, files.capture)


def _reestimated(files: Read) -> Repair:
    if files.capture is None:
        raise InvalidQuery(
            "Statistics are estimated again from a capture: send one, and name it.", field="capture", given="",
            allowed="the id of an uploaded capture",
        )  # fmt: skip
    return reestimated(files.model, files.capture)


WAYS: dict[str, Callable[[Read], Repair]] = {"fold": _folded, "reestimate": _reestimated}


def mended(ready: Prepared, _say: Said) -> Mended:
    """The query's model, mended. Raises InvalidQuery where nothing of it can be."""
    query = ready.query
    assert isinstance(query, MendedFields)
    with read(ready) as files:
        if files.of_capture:
            raise InvalidQuery("A capture is no file of a model.", field="model", given=query.model, allowed="a model")
        repair = WAYS[query.how](files)
        if not repair.mended and query.told == "file":
            first = next(iter(repair.left.values()), "The model has no norm.")
            raise InvalidQuery(f"No norm of it can be mended so. {first}", field="how", given=query.how)
        return Mended(files.model, repair)


def _pieces(query: MendedFields, computed: Mended) -> Iterator[bytes]:
    if query.told == "only":
        yield to_json(changes_of(computed.repair))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        write_model(computed.model, computed.repair.changed, path)
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece


def _ending(place: Place, query: MendedFields) -> str:
    """That of the name of the file that came."""
    if "model" not in query.kept:
        return ENDINGS["npz"]
    with place.uploads.models.path(query.model).open("rb") as file:
        return ENDINGS[kind_of(file.read(HEAD))]


FILE: File[MendedFields] = File(
    media_type=lambda query: "application/json" if query.told == "only" else "application/octet-stream",
    name=lambda query: f"bnscope-{NAMES[query.how]}",
    pieces=_pieces,
)


def mending(view: View[Any, Any, Any]) -> View[Any, Any, Any]:
    """The mended model, as a view of its own."""
    return replace(
        view, name="doctor-repaired", query=MendedFields, compute=mended, is_light=never_light, call=None, page=None,
        file=FILE, beside=View.beside, further=View.further,
    )  # fmt: skip


def repaired_of(view: View[Any, Any, Any]) -> APIRouter:
    """The call that answers the mended model."""
    router = APIRouter(tags=["doctor"])
    written = mending(view)

    @router.get(
        "/doctor/repaired",
        summary="The model mended: norms folded, or statistics estimated again",
        responses={
            200: {
                "description": "The file, in the format in which it came, every other tensor byte by byte; or, with "
                "`told=only`, which norms are mended, why others are left, and the largest change of an output on the "
                "capture (null without one). `known_by` says what paired a norm with the `front` that it is folded "
                "into: the file's `graph`, or `names`, between which anything may stand; `notes` say so in sentences.",
                "content": {
                    "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
                    "application/json": {"schema": {"type": "object"}},
                },
            }
        }
        | NOT_MODIFIED
        | refusals(REFUSED),
        openapi_extra={"parameters": parameters_of(MendedFields), "x-examples": EXAMPLES},
    )
    async def repaired(request: Request, query: Annotated[MendedFields, Depends(query_of(MendedFields))]) -> Response:
        """Norms that cannot be mended are left as they are; what is left, and why, is told by `told=only`."""
        response = await respond(request, query, written)
        if query.told == "file":
            ending = await to_thread.run_sync(_ending, Place.of(request), query)
            response.headers["Content-Disposition"] = f'attachment; filename="{FILE.name(query)}.{ending}"'
        return response

    return router
