"""Whether Plotly takes a figure, which it looks at value by value."""

from typing import Any

import plotly.graph_objects as go

MANY = 16  # values, of which Plotly sees one of each kind: numbers by the thousand cost it seconds


def taken(figure: dict[str, Any]) -> go.Figure:
    """The figure as Plotly has it, with one value of each kind in the place of many. Raises ValueError."""
    return go.Figure(_few(figure))


def _few(part: Any) -> Any:
    if isinstance(part, dict):
        return {name: _few(value) for name, value in part.items()}
    if isinstance(part, list):
        return [_few(value) for value in (part if len(part) <= MANY else _kinds(part))]
    return part


def _kinds(values: list[Any]) -> list[Any]:
    """One of each type, and every string."""
    return list({(type(value), value if isinstance(value, str) else ""): value for value in values}.values())
