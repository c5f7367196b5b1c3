"""`POST /doctor`: a file is taken in as it comes, kept under the hash of its bytes, and reported on."""

from typing import Annotated, Any

import orjson
from anyio import to_thread
from fastapi import APIRouter, Depends, Request, Response
from starlette.requests import ClientDisconnect

from app.batches.models import FEWER, ModelStore
from app.batches.uploads.store.receive import Received
from app.errors import InvalidQuery, UserError, as_user_error
from app.models.kinds import kind_of
from app.views.doctor.query import DoctorFields
from app.web.answers import JSON, to_json
from app.web.leaving import LEFT, ClientLeft, while_waited_for
from app.web.reading import query_of
from app.web.respond import Asked, known
from app.web.uploads.described import GONE, WRONG_KEY, DeleteKey, body, by_hash, refusals
from app.web.uploads.taken import taken
from app.web.view import Place, View
from bncore.errors import BatchNormError

EXAMPLES = [{"curl": ["-F file=@model.safetensors"]}, {"curl": ["--data-binary @model.safetensors"]}]
REFUSALS = refusals("It cannot be read, or the form is broken.", "models")
Id = Annotated[str, by_hash("The SHA-256 of the file's bytes, in hexadecimal.")]


def posted_to(view: View[Any, Any, Any]) -> APIRouter:
    """The call that takes a file and answers the view's report on it."""
    router = APIRouter(tags=["doctor"])

    @router.post(
        "/doctor", status_code=201, summary="Upload a model and read what is wrong with its norms",
        responses=REFUSALS | {201: {"description": "The report, with the `id` and the `delete_key` of the upload."}},
        openapi_extra=body() | {"x-examples": EXAMPLES},
    )  # fmt: skip
    async def doctor(request: Request, query: Annotated[DoctorFields, Depends(query_of(DoctorFields))]) -> Response:
        """safetensors, a PyTorch state_dict, ONNX, Keras or NPZ: as a form or as the bare body, of any length.

        The same bytes get the same id; `GET /doctor?model=ID` answers the report again.
        """
        if "model" in query.model_fields_set:
            raise InvalidQuery("The file is the model, so the query names none.", field="model", allowed="nothing")
        await known(Place.of(request), query)
        try:
            limit = request.app.state.settings.model_limit
            file = await taken(request, _store(request), limit, kind_of, FEWER)
            return await _reported(request, view, query, file.received, file.key)
        except (ClientDisconnect, ClientLeft):
            return Response(status_code=LEFT)

    router.add_api_route(
        "/doctor/models/{id}", _deleted, methods=["DELETE"], status_code=204, responses=GONE | WRONG_KEY,
        summary="Delete one's model",
    )  # fmt: skip
    return router


async def _deleted(
    request: Request,
    id: Id,
    delete_key: DeleteKey = "",
) -> None:
    """Give up one's model. The bytes are deleted with the last key."""
    await to_thread.run_sync(_store(request).delete, id, delete_key)


async def _reported(
    request: Request, view: View[Any, Any, Any], query: DoctorFields, received: Received, key: str
) -> Response:
    """The report, as `GET /doctor` answers it, with what the upload is called; a file that is no model goes again."""
    asked = Asked(request, view, query.model_copy(update={"model": received.id}))
    try:
        told = orjson.loads(await _report(asked))
    except (UserError, BatchNormError) as error:
        await to_thread.run_sync(_store(request).delete, received.id, key)
        refused = error if isinstance(error, UserError) else as_user_error(error)
        refused.field = refused.field if refused.field in DoctorFields.model_fields.keys() - {"model"} else "file"
        raise refused from error
    answer = to_json({"id": received.id, "delete_key": key, **told})
    return Response(answer, 201, {"Location": f"/api/v1/doctor?model={received.id}"}, JSON)


async def _report(asked: Asked) -> bytes:
    """The answer, kept or computed."""
    held = asked.answers.held(asked.etag)
    if held is not None:
        return held.plain
    with asked.work.here.floor.join(asked.errand, asked.client) as flight:
        result = await while_waited_for(asked.request.receive, flight.outcome)
    return await to_thread.run_sync(result.plain)


def _store(request: Request) -> ModelStore:
    store: ModelStore = request.app.state.uploads.models
    return store
