"""Uploads over REST: POST a mini-batch, GET its description, DELETE it."""

from typing import Annotated, Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from starlette.requests import ClientDisconnect

from app.batches.uploads import UploadStore
from app.settings import Settings
from app.web.answers import JSON, to_json
from app.web.leaving import LEFT, ClientLeft
from app.web.uploads.described import GONE, WRONG_KEY, DeleteKey, body, by_hash, refusals
from app.web.uploads.taken import taken

router = APIRouter(tags=["batches"])

SMALL = 1024**2
"""Bytes up to which an upload does not wait for larger ones."""


class Readers:
    """The threads of a worker that read uploads: large files wait for each other, and nothing else for them."""

    def __init__(self) -> None:
        self._small, self._large = CapacityLimiter(6), CapacityLimiter(2)

    def of(self, size: int) -> CapacityLimiter:
        """Those for an upload of so many bytes."""
        return self._small if size <= SMALL else self._large


Id = Annotated[str, by_hash("The upload's id: the SHA-256 of its bytes, in hexadecimal.")]


class ArrayInfo(BaseModel):
    """An array in an NPZ or safetensors file."""

    name: str
    shape: list[int]
    dtype: str


class MissingInfo(BaseModel):
    """The missing or infinite values of an upload."""

    count: int = Field(description="How many values are missing or infinite.")
    rows: int = Field(
        description="How many rows hold one; `missing=drop` leaves them out, `missing=mask` the positions alone."
    )
    first: str = Field(description="Where the first one stands.")
    value: str = Field(description="What stands there.")


class Description(BaseModel):
    """What was found in an upload when it came, read with the default options wherever they serve."""

    id: str = Field(description="SHA-256 of the bytes: the `source` of the views' queries.")
    kind: str = Field(description="`csv` (whatever its delimiter), `npy`, `npz`, `parquet` or `safetensors`.")
    bytes: int
    shape: list[int] | None = Field(description="Examples first; null where the query must choose an `array`.")
    dtype: str | None
    columns: list[str] = Field(description="The names of the features.")
    labels: list[str] = Field(description="Columns or arrays that can serve as `label`.")
    arrays: list[ArrayInfo] = Field(description="The arrays of an NPZ or safetensors file.")
    missing: MissingInfo | None
    settings: dict[str, float] = Field(
        {}, description="What the file says its layer was set to, by the names of a query: `eps`, `momentum` (the "
        "weight of the new batch, whatever the file's own weighs); `batches`, how many made its running statistics.",
    )  # fmt: skip
    warnings: list[str] = Field(description="What was left out, and which query option makes the upload readable.")
    page_warnings: list[str] = Field([], description="The same in the words of a page.")


class Uploaded(Description):
    """The description, with the key that deletes the upload."""

    delete_key: str = Field(description="Deletes this upload. It is told only once.")


BODY = body(**{"text/csv": {"schema": {"type": "string", "minLength": 1}, "example": "height,width\n1.5,2\n2.5,3\n"}})
REFUSALS = refusals("It can be read in no way, or the form is broken.", "uploads")
UPLOAD_EXAMPLES = [{"curl": ["-F file=@people.csv"]}, {"curl": ["--data-binary @layer.npz"]}]


@router.post(
    "/batches", status_code=201, response_model=Uploaded, responses=REFUSALS,
    openapi_extra=BODY | {"x-examples": UPLOAD_EXAMPLES}, summary="Upload a mini-batch",
)  # fmt: skip
async def upload(request: Request) -> Response:
    """CSV, TSV, NPY, NPZ, safetensors or Parquet, as a form or as the bare body.

    The same bytes get the same id; each upload gets a `delete_key` of its own.
    """
    store: UploadStore = request.app.state.uploads
    settings: Settings = request.app.state.settings
    try:
        file = await taken(request, store, settings.upload_limit)
    except (ClientDisconnect, ClientLeft):
        return Response(status_code=LEFT)
    answer = to_json(file.description | {"delete_key": file.key})
    return Response(answer, 201, {"Location": f"/api/v1/batches/{file.received.id}"}, JSON)


@router.get("/batches", response_model=list[Description], summary="The uploads that are kept for good")
async def pinned(request: Request) -> Any:
    """What the owner of this server has pinned for all to use; other uploads are listed nowhere."""
    store: UploadStore = request.app.state.uploads
    return await to_thread.run_sync(store.pinned)


@router.get("/batches/{id}", response_model=Description, responses=GONE, summary="What an upload holds")
async def description(request: Request, id: Id) -> Any:
    """What an upload holds, and how it can be read."""
    store: UploadStore = request.app.state.uploads
    return await to_thread.run_sync(store.describe, id)


@router.delete("/batches/{id}", status_code=204, responses=GONE | WRONG_KEY, summary="Delete one's upload")
async def delete(
    request: Request,
    id: Id,
    delete_key: DeleteKey = "",
) -> None:
    """Give up one's upload. The bytes are deleted with the last key."""
    store: UploadStore = request.app.state.uploads
    await to_thread.run_sync(store.delete, id, delete_key)
