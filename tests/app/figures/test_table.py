"""A figure as a table: a line for each mark, in words that no spreadsheet runs."""

import csv
import io

import numpy as np

from app.figures.table import csv_of
from tests.each import each


def rows(figure):
    return list(csv.reader(io.StringIO(csv_of({"layout": {}} | figure))))


def test_each_series_has_its_marks_in_order():
    scatter = {"type": "scatter", "name": "a", "x": np.array([1.5, 2.5]), "y": [3, 4]}
    assert rows({"data": [scatter, scatter | {"name": "b"}]}) == [
        ["series", "x", "y"], ["a", "1.5", "3"], ["a", "2.5", "4"], ["b", "1.5", "3"], ["b", "2.5", "4"],
    ]  # fmt: skip


def test_where_a_line_is_broken_there_is_no_mark_and_a_missing_bar_is_an_empty_cell():
    line = {"type": "scatter", "name": "a", "x": [1, None, 2, 3], "y": [1, None, 2, float("nan")]}
    bars = {"type": "bar", "name": "b", "x": [1, 2], "y": [float("nan"), 5]}
    assert rows({"data": [line, bars]})[1:] == [["a", "1", "1"], ["a", "2", "2"], ["b", "1", ""], ["b", "2", "5"]]


def test_a_map_has_a_line_for_each_cell():
    figure = {"data": [{"type": "heatmap", "z": np.array([[1.0, 2.0], [3.0, np.nan]]), "x": ["p", "q"]}]}
    assert rows(figure) == [
        ["series", "x", "y", "z"], ["heatmap", "p", "0", "1.0"], ["heatmap", "q", "0", "2.0"],
        ["heatmap", "p", "1", "3.0"], ["heatmap", "q", "1", ""],
    ]  # fmt: skip


def test_columns_are_called_as_the_axes_and_rows_as_their_ticks():
    axis = {"title": {"text": "<i>feature</i> &amp; more"}, "tickvals": [0, 1], "ticktext": ["hue", "ash"]}
    bars = {"type": "bar", "name": "∂L/∂γ", "x": [0.5, 0.7], "y": [0, 1], "orientation": "h"}
    outline = {"type": "scatter", "name": "outline", "x": [0.5, 0.7], "y": [0, 0.5]}
    told = rows({"data": [bars, outline], "layout": {"yaxis": axis}})
    assert told[0] == ["series", "x", "feature & more"]
    assert [row[2] for row in told[1:]] == ["hue", "ash", "0", "0.5"]


@each("name", ["=1+1", "+1", "-1", "@sum"])
def test_no_name_is_a_formula(name):
    assert rows({"data": [{"type": "bar", "name": name, "x": [name], "y": [-1]}]})[1] == [f"'{name}", f"'{name}", "-1"]
