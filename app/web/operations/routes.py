"""The routes of the application: the template that a request met, and the methods that a path takes."""

from collections.abc import Callable

from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.routing import Match
from starlette.types import Scope

NO_ROUTE = "(none)"
"""The template of what met no route: nothing that a client can make up enters the metrics."""

Templates = Callable[[Scope], str | None]


def templates_of(app: FastAPI) -> Templates:
    """What says which template a request met, such as `/api/v1/batches/{id}`, once it has been answered."""
    known: dict[int, str] = {}

    def template(scope: Scope) -> str | None:
        if not known:
            known.update((id(route.original_route), route.path or "") for route in _routes(app))
        return known.get(id(scope.get("route")))

    return template


def allowed_at(app: FastAPI, scope: Scope) -> list[str]:
    """The methods that the path of a request takes, in order; none where there is nothing.

    A path may be several routes, one a method. Whoever answers GET answers HEAD, and whatever is there OPTIONS.
    """
    here = [route for route in _routes(app) if route.matches(scope)[0] is not Match.NONE]
    methods = {method for route in here for method in route.methods or ()}
    methods |= {"HEAD"} if "GET" in methods else set()
    return sorted(methods | {"OPTIONS"}) if methods else []


def _routes(app: FastAPI) -> list[RouteContext]:
    return list(iter_route_contexts(app.routes))
