"""The paths of the pages, from the registry: a view that is registered is tested wherever all pages are."""

from app.query.source import BatchFields
from app.registry import VIEWS, navigation

QUICK = {
    "network": "?depth=2&width=8", "batch-size": "?draws=100", "training": "?source=iris&widths=8,8&steps=30",
}  # fmt: skip
"""What makes a view's page come sooner."""
SHOWN = [(view.name, view.page.path, view.query) for view in VIEWS if view.page]

EVERY = [door.path for door in navigation(VIEWS)]
"""Every page that the navigation names."""

OF_A_SOURCE = [path for _, path, query in SHOWN if issubclass(query, BatchFields)]
"""The pages that look at a mini-batch of a source."""

WITH_A_SOURCE = [path + QUICK.get(name, "") for name, path, _ in SHOWN if path in OF_A_SOURCE]
"""The same, made quick."""
