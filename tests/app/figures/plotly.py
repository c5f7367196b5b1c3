"""Whether Plotly takes a figure, which it looks at value by value."""

from typing import Any

import plotly.graph_objects as go
import plotly.io

MANY = 16  # numbers or words in a list, of which Plotly sees a few: by the thousand they cost it seconds


plotly.io.templates.default = "none"  # a look of its own, of some hundred values that it would check each time


def taken(figure: dict[str, Any]) -> go.Figure:
    """The figure as Plotly has it, with a few values in the place of many. Raises ValueError."""
    return go.Figure(_few(figure))


def _few(part: Any) -> Any:
    if isinstance(part, dict):
        return {name: _few(value) for name, value in part.items()}
    if not isinstance(part, list):
        return part
    if len(part) > MANY and not any(isinstance(value, dict | list) for value in part):
        return _kinds(part)
    return [_few(value) for value in part]


def _kinds(values: list[Any]) -> list[Any]:
    """Every word, the least and the largest of each type of numbers, and what is neither."""
    numbers = {kind: [value for value in values if type(value) is kind] for kind in (int, float)}
    ends = [end for some in numbers.values() if some for end in (min(some), max(some))]
    return [*ends, *{value: None for value in values if type(value) not in numbers}]
