"""The matrix of states: any values of any two axes meet in at least one state, and every state is walked.

An axis is a name with its values. The axes of DATA decide what batch a view is given (`data.py`); every other one is a
field of the page's query, and stands in it where its value is not None.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product
from typing import Any

State = dict[str, Any]
Meeting = tuple[tuple[str, Any], ...]

DATA: dict[str, tuple[Any, ...]] = {
    "door": ("upload", "inline"),  # how the numbers come in; images come by an upload alone
    "axes": (2, 4),  # (N, D), or images (N, D, 2, 2)
    "examples": (1, 2, 3, 12),
    "features": (1, 2, 3, 20),
    "constant": ("none", "some", "all"),  # features that do not vary; "some" is the first one
}
LAYER: dict[str, tuple[Any, ...]] = {
    "mode": ("train", "inference"),
    "eps_placement": ("variance", "deviation"),
    "notation": ("frameworks", "lecture"),
    "eps": (1e-5, 0.5),
}


def states(*axes: Mapping[str, Sequence[Any]], together: int = 2) -> list[State]:
    """States in which any values of any `together` axes meet, but for those of `impossible`. The same ones every time.

    >>> [tuple(state.values()) for state in states({"a": (1, 2), "b": (3, 4), "c": (5, 6)})]
    [(1, 3, 5), (1, 4, 6), (2, 3, 6), (2, 4, 5)]
    """
    values = {name: of for group in axes for name, of in group.items()}
    wanted = dict.fromkeys(meeting for meeting in _wanted(values, together) if not impossible(dict(meeting)))
    chosen: list[State] = []
    while wanted:
        state = _filled(dict(next(iter(wanted))), values, wanted, together)
        for meeting in _meetings(state, together):
            wanted.pop(meeting, None)
        chosen.append(state)
    return chosen


def _wanted(values: Mapping[str, Sequence[Any]], together: int) -> Iterator[Meeting]:
    for names in combinations(values, together):
        for chosen in product(*(values[name] for name in names)):
            yield tuple(zip(names, chosen, strict=True))


def _filled(state: State, values: Mapping[str, Sequence[Any]], wanted: dict[Meeting, None], together: int) -> State:
    """A state with these values; of every other axis the value with which most is met that is still wanted."""
    for name in [name for name in values if name not in state]:
        possible = [state | {name: value} for value in values[name] if not impossible(state | {name: value})]
        ordered = [{axis: each[axis] for axis in values if axis in each} for each in possible]
        state = max(ordered, key=lambda each: sum(meeting in wanted for meeting in _meetings(each, together)))
    return {name: state[name] for name in values}


def _meetings(state: State, together: int) -> Iterator[Meeting]:
    return combinations(state.items(), together)


def impossible(state: State) -> bool:
    """What no door takes: images that are typed, a typed table of more than 16 columns, "some" of a lone feature."""
    typed = state.get("door") == "inline" and (state.get("axes") == 4 or state.get("features", 0) > 16)
    return typed or (state.get("constant") == "some" and state.get("features") == 1)
