"""GET a page: HTML with the first result inside it, so that it draws without a second round trip."""

from functools import cache, partial
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from pydantic import ValidationError

from app import formulas
from app.answers import answer, etag_of, to_json
from app.api.controls import schema_of
from app.api.playground import is_light, light_view
from app.api.playground_answer import answer_of
from app.api.playground_query import PlaygroundFields, PlaygroundQuery
from app.api.query import repeated
from app.assets import FONT, PLOTLY, address
from app.batches.datasets import DATASETS
from app.batches.generators import GENERATORS
from app.errors import UserError, problem_of
from app.figures import theme
from app.problems import as_user_error, problem_of_validation, validation_rows
from app.reference import calls_of
from app.release import ROOT, fingerprint
from bncore import __version__
from bncore.activations import ACTIVATIONS
from bncore.errors import BatchNormError
from bncore.upstream import UPSTREAMS

router = APIRouter(include_in_schema=False)
NAVIGATION = [("/", "Playground"), ("/gradient-check", "Gradient check"), ("/docs", "REST API")]


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """Whether the server answers; with its version and release."""
    return {"status": "ok", "version": __version__, "release": fingerprint()}


@router.get("/")
async def playground(request: Request) -> Response:
    """The playground. A query that is wrong in a field shows the rest, with the error beside that field."""
    query, problem = lenient(request.query_params.multi_items())
    light = is_light(query, request.app.state.settings)
    try:
        if light and problem is None:
            etag = etag_of("playground-page", query.stated())
            write = partial(_page, request, query)
            return await answer(request, etag, write, inline=True, media_type="text/html; charset=utf-8")
        if light:
            return _html(_page(request, query, problem), 422)
        if query.is_upload:
            await anyio.to_thread.run_sync(request.app.state.uploads.describe, query.source)
    except (UserError, BatchNormError) as error:
        problem = problem_of(error if isinstance(error, UserError) else as_user_error(error))
    return _html(render_playground(query, None, problem), problem["status"] if problem else 200)


def lenient(pairs: list[tuple[str, str]]) -> tuple[PlaygroundFields, dict[str, Any] | None]:
    """The query of an address: fields that are not allowed are left at their defaults and named in a problem."""
    raw = dict(pairs)
    if len(raw) < len(pairs):
        return PlaygroundQuery.model_validate({}), problem_of(repeated([name for name, _ in pairs]))
    try:
        return PlaygroundQuery.model_validate(raw), None
    except ValidationError as error:
        wrong = {row["field"] for row in validation_rows(error)}
        kept = {name: value for name, value in raw.items() if name not in wrong}
        return PlaygroundQuery.model_validate(kept), problem_of_validation(list(error.errors()))


def _page(request: Request, query: PlaygroundFields, problem: dict[str, Any] | None = None) -> bytes:
    return render_playground(query, answer_of(light_view(request.app.state, query)), problem)


def render_playground(query: PlaygroundFields, result: Any, problem: dict[str, Any] | None) -> bytes:
    """The page's HTML; without a result the page asks for one itself, unless there is a problem."""
    page = environment().get_template("playground.html")
    return page.render(
        schema=playground_schema(), query=query, result=result, problem=problem, data_sets=DATASETS.values(),
        generators=GENERATORS.values(),
    ).encode()  # fmt: skip


@cache
def playground_schema() -> dict[str, dict[str, Any]]:
    """The playground's fields, with a title for each choice."""
    schema = schema_of(PlaygroundQuery)
    titles = {name: a.title for name, a in ACTIVATIONS.items()} | {name: u.title for name, u in UPSTREAMS.items()}
    for field in schema.values():
        field["choices"] = [(name, titles.get(name, name.replace("_", " "))) for name in field.get("choices", [])]
    return schema


@router.get("/docs")
async def docs(request: Request) -> Response:
    """The REST API's reference, from its OpenAPI description; it loads nothing from elsewhere."""
    api = request.app.openapi()
    calls = calls_of(api, str(request.base_url).rstrip("/"))
    return _html(environment().get_template("docs.html").render(api=api, calls=calls).encode())


def not_found() -> Response:
    """The page of an address that does not exist."""
    return _html(environment().get_template("not_found.html").render().encode(), 404)


def _html(content: bytes, status: int = 200) -> Response:
    return Response(content, status, headers={"Cache-Control": "no-cache"}, media_type="text/html; charset=utf-8")


@cache
def environment() -> Environment:
    """The templates, with what they call."""
    env = Environment(
        loader=FileSystemLoader(ROOT / "templates"), autoescape=select_autoescape(), undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    env.globals |= {
        "address": address, "variants": formulas.variants, "symbol_math": formulas.symbol_math, "terms": formulas.TERMS,
        "plotly": PLOTLY, "math_font": FONT, "theme": theme, "navigation": NAVIGATION, "version": __version__,
        "templates": {scheme: theme.template(scheme) for scheme in ("light", "dark")},
    }  # fmt: skip
    env.filters |= {"json": embedded, "code": code, "number": number}
    return env


def number(value: float) -> str:
    """A number of a range: thousands set apart, no power of ten where it can be read without.

    >>> number(10_000_000), number(1e-8), number(0.5)
    ('10,000,000', '1e-08', '0.5')
    """
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:g}"


def code(text: str) -> Markup:
    """Text with `names` between backticks as code."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if i % 2 else Markup.escape(part) for i, part in enumerate(parts)
    )


def embedded(value: Any) -> Markup:
    """JSON that may stand inside a script element."""
    text = to_json(value).decode()
    return Markup(text.replace("<", "\\u003c").replace("&", "\\u0026"))
