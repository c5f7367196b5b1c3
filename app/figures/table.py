"""What a figure shows, as a table: a line for each mark that it draws."""

import csv
import io
import math
import re
from collections.abc import Iterable, Iterator
from typing import Any

from app.figures.rows import Figure

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for the start of a formula
TAG = re.compile(r"<[^>]*>")
ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
Row = list[Any]


def csv_of(figure: Figure) -> str:
    """CSV with a header: the series, x and y by the titles of their axes, and z of a figure that has any.

    >>> axes = {"xaxis": {"title": {"text": "depth"}}, "yaxis": {"title": {"text": "deviation"}}}
    >>> csv_of({"data": [{"type": "bar", "name": "with <b>BN</b>", "x": [1, 2], "y": [0.5, None]}], "layout": axes})
    'series,depth,deviation\\nwith BN,1,0.5\\nwith BN,2,\\n'
    """
    is_map = any("z" in trace for trace in figure["data"])
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(["series", *_titles(figure["layout"]), *(["z"] if is_map else [])])
    names = _tick_names(figure["layout"])
    for trace in figure["data"]:
        lines.writerows(_lines(trace, names, is_map))
    return text.getvalue()


def _titles(layout: dict[str, Any]) -> list[str]:
    """Of both axes; plainly x and y where there is none, or several pairs of axes."""
    if "xaxis2" in layout:
        return ["x", "y"]
    return [_text(layout.get(f"{axis}axis", {}).get("title", {}).get("text", "")) or axis for axis in ("x", "y")]


def _tick_names(layout: dict[str, Any]) -> list[dict[Any, str]]:
    """What the ticks of both axes are called, by their places: a row's name in place of its number."""
    axes = [layout.get(f"{axis}axis", {}) for axis in ("x", "y")]
    return [dict(zip(_list(a.get("tickvals")), map(_text, _list(a.get("ticktext"))), strict=False)) for a in axes]


def _lines(trace: dict[str, Any], names: list[dict[Any, str]], is_map: bool) -> Iterator[Row]:
    series = _text(trace.get("name") or trace["type"])
    marks = list(_map(trace) if "z" in trace else _marks(trace))
    called = [all(mark[axis] in names[axis] for mark in marks) for axis in (0, 1)]
    for x, y, z in marks:
        if trace["type"] != "scatter" or not (x is None or y is None):  # where a line is broken
            place = [names[axis][at] if called[axis] else at for axis, at in enumerate((x, y))]
            yield [series, *place, *([z] if is_map else [])]


def _marks(trace: dict[str, Any]) -> Iterator[Row]:
    xs, ys = _values(trace.get("x")), _values(trace.get("y"))
    for i in range(max(len(xs), len(ys))):
        yield [xs[i] if i < len(xs) else i, ys[i] if i < len(ys) else i, None]


def _map(trace: dict[str, Any]) -> Iterator[Row]:
    rows = [_values(row) for row in _list(trace["z"])]
    xs, ys = _values(trace.get("x")), _values(trace.get("y"))
    for i, row in enumerate(rows):
        for j, z in enumerate(row):
            yield [xs[j] if xs else j, ys[i] if ys else i, z]


def _values(given: Any) -> Row:
    return [_cell(value) for value in _list(given)]


def _list(given: Any) -> list[Any]:
    if given is None:
        return []
    listed = given.tolist() if hasattr(given, "tolist") else list(given)
    return listed if isinstance(listed, list) else [listed]


def _cell(value: Any) -> Any:
    """What a cell holds: nothing in place of not-a-number, text as it is read."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Iterable):
        return " ".join(str(_cell(part)) for part in value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _text(text: str) -> str:
    """Text without Plotly's markup, that no spreadsheet runs: names come from uploads.

    >>> _text("a &lt; <i>b</i>"), _text("=1+1")
    ('a < b', "'=1+1")
    """
    plain = " ".join(TAG.sub(" ", text).split())
    for entity, sign in ENTITIES.items():
        plain = plain.replace(entity, sign)
    return f"'{plain}" if plain.startswith(FORMULA) else plain
