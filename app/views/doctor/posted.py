"""`POST /doctor`: a file is taken in as it comes, kept under the hash of its bytes, and reported on."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated, Any

import orjson
from anyio import to_thread
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from starlette.requests import ClientDisconnect

from app.batches.models import FEWER, ModelStore
from app.batches.uploads.store.multipart import OTHERS, file_in_form, is_form
from app.batches.uploads.store.receive import Received, check_size, receive
from app.errors import InvalidQuery, UserError, as_user_error
from app.models.kinds import kind_of
from app.views.doctor.query import DoctorFields
from app.web.answers import JSON, to_json
from app.web.leaving import LEFT, ClientLeft, while_waited_for
from app.web.operations.clients import client_of
from app.web.reading import query_of
from app.web.respond import Asked, known
from app.web.view import Place, View
from bncore.errors import BatchNormError

BINARY = {"schema": {"type": "string", "format": "binary", "minLength": 1}}
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The file as the form field `file`, or as the body. Its kind is told from its bytes.",
        "content": {
            "multipart/form-data": {
                "schema": {"type": "object", "required": ["file"], "properties": {"file": BINARY["schema"]}}
            },
            "application/octet-stream": BINARY,
        },
    }
}
EXAMPLES = [{"curl": ["-F file=@model.safetensors"]}, {"curl": ["--data-binary @model.safetensors"]}]
REFUSALS: dict[int | str, dict[str, Any]] = {
    413: {"description": "More bytes than the limit, as sent or when unpacked."},
    415: {"description": "A kind of file that is not taken."},
    422: {"description": "It cannot be read, or the form is broken."},
    507: {"description": "It alone is larger than the server's room for models."},
}
GONE: dict[int | str, dict[str, Any]] = {410: {"description": "It is not here, or not any more."}}
WRONG_KEY: dict[int | str, dict[str, Any]] = {403: {"description": "No key, or not one of this upload's."}}
Id = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="The SHA-256 of the file's bytes, in hexadecimal.")]


def posted_to(view: View[Any, Any, Any]) -> APIRouter:
    """The call that takes a file and answers the view's report on it."""
    router = APIRouter(tags=["doctor"])

    @router.post(
        "/doctor", status_code=201, summary="Upload a model and read what is wrong with its norms",
        responses=REFUSALS | {201: {"description": "The report, with the `id` and the `delete_key` of the upload."}},
        openapi_extra=BODY | {"x-examples": EXAMPLES},
    )  # fmt: skip
    async def doctor(request: Request, query: Annotated[DoctorFields, Depends(query_of(DoctorFields))]) -> Response:
        """safetensors, a PyTorch state_dict, ONNX, Keras or NPZ: as a form or as the bare body, of any length.

        The same bytes get the same id; `GET /doctor?model=ID` answers the report again.
        """
        if "model" in query.model_fields_set:
            raise InvalidQuery("The file is the model, so the query names none.", field="model", allowed="nothing")
        await known(Place.of(request), query)
        try:
            received, key = await _kept(request)
            return await _reported(request, view, query, received, key)
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
    delete_key: Annotated[str, Query(description="The key that the upload returned; without it this is a 403.")] = "",
) -> None:
    """Give up one's model. The bytes are deleted with the last key."""
    await to_thread.run_sync(_store(request).delete, id, delete_key)


async def _kept(request: Request) -> tuple[Received, str]:
    """The file of a request, in the store; and its delete key."""
    store, settings = _store(request), request.app.state.settings
    with store.incoming() as folder:
        body = _file(request, settings.model_limit)
        received = await receive(body, folder / "data", settings.model_limit, kind_of, FEWER)
        add = partial(store.add, folder, received, client_of(request.scope))
        readers = request.app.state.readers.of(received.bytes)
        _, key = await while_waited_for(request.receive, lambda: to_thread.run_sync(add, limiter=readers))
    request.app.state.metrics.uploaded(received.bytes)
    return received, key


def _file(request: Request, limit: int) -> AsyncIterator[bytes]:
    """The file's bytes as they arrive. A body that announces too many is refused before the first one."""
    announced = int(request.headers.get("content-length", "0"))
    content_type = request.headers.get("content-type", "")
    if is_form(content_type):
        check_size(announced - OTHERS, limit, FEWER)
        return file_in_form(content_type, request.stream())
    check_size(announced, limit, FEWER)
    return request.stream()


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
