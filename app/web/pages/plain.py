"""The pages without a view: the reference of the REST API, what is not there, and whether the server answers."""

from fastapi import APIRouter, Request, Response

from app.release import fingerprint
from app.web.pages.reference import calls_of
from app.web.pages.rendering import html, render
from bncore import __version__

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """Whether the server answers; with its version and release."""
    return {"status": "ok", "version": __version__, "release": fingerprint()}


@router.get("/docs")
async def docs(request: Request) -> Response:
    """The REST API's reference, from its OpenAPI description; it loads nothing from elsewhere."""
    api = request.app.openapi()
    calls = calls_of(api, str(request.base_url).rstrip("/"))
    return html(render("docs.html", request.app.state.navigation, api=api, calls=calls))


def not_found(request: Request) -> Response:
    """The page of an address that does not exist."""
    return html(render("not_found.html", request.app.state.navigation), 404)
