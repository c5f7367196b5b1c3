"""The pages without a view: the reference of the REST API and what is not there."""

from fastapi import APIRouter, Request, Response

from app.web.pages.reference import calls_of
from app.web.pages.rendering import html, render

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def docs(request: Request) -> Response:
    """The REST API's reference, from its OpenAPI description; it loads nothing from elsewhere."""
    api = request.app.openapi()
    calls = calls_of(api, str(request.base_url).rstrip("/"))
    return html(render("docs.html", request.app.state.navigation, api=api, calls=calls))


def not_found(request: Request) -> Response:
    """The page of an address that does not exist."""
    return html(render("not_found.html", request.app.state.navigation), 404)
