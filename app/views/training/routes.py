"""The calls of the training view: the stream of its records, the plan of them, and all of them as a file."""

from functools import partial
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Depends, Request, Response

from app.views.training.answer import answer_of
from app.views.training.attempts.query import AttemptQuery
from app.views.training.attempts.tried import tried
from app.views.training.call import ATTEMPT, CLAIM, PLAN, RECORDS, STEP, STEPS
from app.views.training.claims.answer import respond as respond_with_claim
from app.views.training.claims.query import ClaimQuery
from app.views.training.compute import Prepared, prepare
from app.views.training.export.formats import FORMATS, steps_of
from app.views.training.export.query import RecordsQuery
from app.views.training.query import TrainingQuery
from app.views.training.runs.documents import check_document
from app.views.training.steps.query import StepQuery
from app.views.training.steps.told import told_at
from app.web.answers import answer_from, etag_of, to_json
from app.web.pages.link import linked
from app.web.reading import query_of
from app.web.respond import known
from app.web.respond import respond as respond_with_view
from app.web.runs.following import Row
from app.web.runs.respond import respond, rows_of, takes_json
from app.web.runs.run import Run
from app.web.view import Place, View

Query = Annotated[TrainingQuery, Depends(query_of(TrainingQuery))]


def routes_of(view: View[Any, Any, Any]) -> APIRouter:
    """The calls, of the view whose plan they tell."""
    router = APIRouter(tags=["training"])

    @router.get("/training", **STEPS)
    async def training(request: Request, query: Query) -> Response:
        """Up to four variants of a small network in training, side by side, as a stream of their steps."""
        prepared = await prepared_of(request, query)
        if takes_json(request):
            check_document(prepared.specs, Place.of(request).settings)
        runs, plan = await begun(prepared)
        return await respond(request, etag_of("training-steps", query.stated()), runs, plan)

    @router.get("/training/plan", **PLAN)
    async def plan(request: Request, query: Query) -> Response:
        """What is trained on what, in which variants, without training it."""
        return await respond_with_view(request, query, view)

    @router.get("/training/records", **RECORDS)
    async def records(request: Request, query: Annotated[RecordsQuery, Depends(query_of(RecordsQuery))]) -> Response:
        """Every record of every variant, once they have ended; what is kept of them is not computed again."""
        await known(Place.of(request), query)
        form = FORMATS[query.format]

        async def whole() -> bytes:
            rows = await all_rows(request, await prepared_of(request, query.of_the_view))
            return await anyio.to_thread.run_sync(lambda: form.write(steps_of(rows)))

        answer = await answer_from(request, etag_of("training-records", query.stated()), whole, form.media_type)
        answer.headers["Content-Disposition"] = f'attachment; filename="bnscope-training.{query.format}"'
        answer.headers.update(linked(request, view))
        return answer

    @router.get("/training/attempt", **ATTEMPT)
    async def attempt(request: Request, query: Annotated[AttemptQuery, Depends(query_of(AttemptQuery))]) -> Response:
        """One update on its batch, by the true gradient and by the one that takes the statistics for constants."""

        async def whole() -> bytes:
            return await tried(request, query, await prepared_of(request, query.of_the_view))

        await known(Place.of(request), query)
        return await answer_from(request, etag_of("training-attempt", query.stated()), whole)

    @router.get("/training/step", **STEP)
    async def step(request: Request, query: Annotated[StepQuery, Depends(query_of(StepQuery))]) -> Response:
        """The record of a single step, such as one that lies between two that the stream tells of."""

        async def whole() -> bytes:
            return await told_at(request, query.at, await prepared_of(request, query.of_the_view))

        await known(Place.of(request), query)
        return await answer_from(request, etag_of("training-step", query.stated()), whole)

    @router.get("/training/claim", **CLAIM)
    async def claim(request: Request, query: Annotated[ClaimQuery, Depends(query_of(ClaimQuery))]) -> Response:
        """A claim of the literature, as it is recorded, or by its many runs now."""
        return await respond_with_claim(request, query)

    return router


async def prepared_of(request: Request, query: TrainingQuery) -> Prepared:
    """The query with its data, which may have to be read. Raises what `prepare` refuses."""
    place = Place.of(request)
    return await anyio.to_thread.run_sync(partial(prepare, query, place.uploads, place.settings))


async def begun(prepared: Prepared) -> tuple[dict[str, Run], bytes]:
    """The run of each variant and the plan as JSON, by a thread: names of many segments and points take a while."""
    return await anyio.to_thread.run_sync(lambda: (prepared.runs, to_json(answer_of(prepared))))


async def all_rows(request: Request, prepared: Prepared) -> list[Row]:
    """All rows, once the runs have ended. Raises InvalidQuery where they are too many for one document."""
    check_document(prepared.specs, Place.of(request).settings)
    return await rows_of(request, await anyio.to_thread.run_sync(lambda: prepared.runs))
