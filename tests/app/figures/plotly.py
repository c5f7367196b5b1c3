"""Whether Plotly takes a figure, which it looks at value by value."""

from typing import Any

import plotly.graph_objects as go
from _plotly_utils.basevalidators import CompoundArrayValidator, CompoundValidator
from plotly.validator_cache import ValidatorCache

MANY = 16  # numbers or words in a list, of which Plotly sees a few: by the thousand they cost it seconds


def check_taken(figure: dict[str, Any]) -> None:
    """Each value is one that Plotly takes in its place. Raises what Plotly raises, or KeyError for another trace.

    Its validators see all of a figure; the objects that `go.Figure` makes of one would cost thrice as much again.
    """
    assert figure["data"]
    traces = ValidatorCache.get_validator("", "data")
    for trace in figure["data"]:
        _check(traces.get_trace_class(trace["type"]), trace)
    _check(go.Layout, figure["layout"])


def _check(kind: Any, part: dict[str, Any]) -> None:
    for name, value in part.items():
        validator = ValidatorCache.get_validator(kind._path_str, name)
        if isinstance(validator, CompoundValidator) and isinstance(value, dict):
            _check(validator.data_class, value)
        elif isinstance(validator, CompoundArrayValidator) and isinstance(value, list):
            for element in value:
                _check(validator.data_class, element)
        else:
            validator.validate_coerce(_few(value))


def _few(part: Any) -> Any:
    """A value with a few in the place of many."""
    if not isinstance(part, list):
        return part
    types = set(map(type, part))
    if len(part) > MANY and types.isdisjoint({dict, list}):
        return _ends(part) if types <= {int} or types <= {float} else _kinds(part)
    return [_few(value) for value in part]


def _kinds(values: list[Any]) -> list[Any]:
    """Every word, the least and the largest of each type of numbers, and what is neither."""
    numbers = {kind: [value for value in values if type(value) is kind] for kind in (int, float)}
    ends = [end for some in numbers.values() if some for end in _ends(some)]
    return [*ends, *{value: None for value in values if type(value) not in numbers}]


def _ends(numbers: list[Any]) -> list[Any]:
    return [min(numbers), max(numbers)]
