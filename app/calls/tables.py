"""`POST /tables`: numbers typed or pasted as text, read as every view reads them, before they fill a table."""

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.batches.inline import MAX_COLUMNS, MAX_ROWS
from app.batches.text.cells import one_cell, rows_of
from app.batches.text.refusal import Unreadable
from app.errors import UnreadableBatch
from app.web.answers import to_json
from app.web.arrays import read
from app.web.posted import answered

router = APIRouter(tags=["batches"])

LONGEST = 20_000
"""Characters, as many as the query's own tables."""

ALLOWED = (
    f"at most {MAX_ROWS} rows of {MAX_COLUMNS} numbers: cells of a spreadsheet, CSV, or numbers with gaps between, "
    "every row as long as the first"
)
EXAMPLE: dict[str, Any] = {"text": "1,5\t2,5\n3,5\t\u22124,5"}


class TableBody(BaseModel):
    """A text and whether it is a single cell."""

    model_config = ConfigDict(strict=True, extra="forbid", json_schema_extra={"example": EXAMPLE})

    text: str = Field(
        max_length=LONGEST,
        description="Rows of numbers as a spreadsheet copies them, as CSV, or with gaps between. A comma is a decimal "
        "point between tabs or semicolons; what can be read in two ways is refused with both readings.",
    )
    cell: bool = Field(False, description="Whether the text is one cell, in which a comma is a decimal point.")


class TableAnswer(BaseModel):
    """The numbers as words with a point for decimals and all their digits."""

    rows: list[list[str]] = Field(description='The words of each row, `[["1.5", "2.5"], ["3.5", "-4.5"]]`.')


REQUEST_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": TableBody.model_json_schema(), "example": EXAMPLE}},
    }
}
EXAMPLES = [{"curl": ["-H 'content-type: application/json'", """-d '{"text": "1, 2; 3, 4"}'"""]}]


@router.post(
    "/tables",
    summary="Numbers of a pasted text, row by row",
    responses={200: {"model": TableAnswer}},
    openapi_extra=REQUEST_BODY | {"x-examples": EXAMPLES},
)
async def tables(request: Request) -> Response:
    """Read rows of numbers from text, as the tables of the pages take a pasted block."""
    return await answered(request, _answer)


def _answer(body: bytes) -> bytes:
    """JSON to JSON; without the event loop, so that a thread can do it."""
    query = read(body, TableBody)
    try:
        rows = [[one_cell(query.text)]] if query.cell else rows_of(query.text)
    except Unreadable as error:
        raise error.told(UnreadableBatch, "text", ALLOWED) from error
    _check_shape(rows)
    return to_json({"rows": rows})


def _check_shape(rows: list[list[str]]) -> None:
    """Raises UnreadableBatch for a ragged table and for one that is too large."""
    if len(rows) > MAX_ROWS or len(rows[0]) > MAX_COLUMNS:
        size = f"{len(rows)} rows of {len(rows[0])} numbers"
        detail = f"The table has {size}; at most {MAX_ROWS} of {MAX_COLUMNS} are taken."
        raise UnreadableBatch(detail, field="text", given=size, allowed=ALLOWED)
    for number, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            detail = f"Row {number} has another number of columns than row 1: {len(row)}, not {len(rows[0])}."
            raise UnreadableBatch(detail, field="text", given=len(row), allowed=ALLOWED)
