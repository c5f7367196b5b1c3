"""The views, in the order of the navigation: routes, pages, navigation and catalogue are made from this list."""

from typing import Any

from app.views.batch_size import view as batch_size
from app.views.derivation import view as derivation
from app.views.doctor import view as doctor
from app.views.gradient_check import view as gradient_check
from app.views.network import view as network
from app.views.norms import view as norms
from app.views.playground import view as playground
from app.views.training import view as training
from app.web.figure import with_figures
from app.web.pages.door import Door, door_of
from app.web.view import View

Views = tuple[View[Any, Any, Any], ...]

ROOMS = (playground, derivation, network, batch_size, norms, training, doctor, gradient_check)
VIEWS: Views = tuple(with_figures(room.VIEW) for room in ROOMS)


def navigation(views: Views) -> list[Door]:
    """The pages that the navigation names."""
    return [
        *(door_of(view.page.path, view.title, view.query, view.page.takes) for view in views if view.page),
        Door("/docs", "REST API", {}),
    ]


def by_name(views: Views) -> dict[str, View[Any, Any, Any]]:
    """Each view, and what is beside it, under its name."""
    return {each.name: each for view in views for each in (view, *view.beside(view))}
