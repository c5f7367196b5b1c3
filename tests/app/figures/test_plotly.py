"""What is held against Plotly's validators is refused where Plotly itself refuses it."""

import plotly.graph_objects as go
import pytest

from tests.app.figures.plotly import check_taken
from tests.each import each

TRACE = {"type": "scatter", "x": [1, 2], "y": [None, 3.5], "line": {"color": "#123456"}, "meta": {"term": "x"}}
AXIS = {"title": {"text": "x"}, "range": [0, 1], "tickvals": [*range(40)]}
LAYOUT = {"title": {"text": "a"}, "xaxis": AXIS, "yaxis2": AXIS, "annotations": [{"text": "a", "x": 1}]}
WRONG = [
    ({"colour": 1}, {}), ({"type": "scattered"}, {}), ({"line": {"color": "reddish"}}, {}), ({"opacity": 2}, {}),
    ({"line": {"colour": "red"}}, {}), ({"marker": {"size": [1.0] * 40 + [-1.0]}}, {}), ({"x": 5}, {}),
    ({"marker": {"color": ["red"] * 40 + ["reddish"]}}, {}), ({"line": 5}, {}),
    ({}, {"xaxes": {}}), ({}, {"yaxis2": {"type": "asinh"}}), ({}, {"yaxis3": {"rang": 1}}), ({}, {"title": []}),
    ({}, {"annotations": [{}, {"y": 1, "wide": 2}]}), ({}, {"annotations": {"text": "a"}}),
]  # fmt: skip


def figure(trace, layout):
    return {"data": [TRACE, TRACE | trace], "layout": LAYOUT | layout}


def test_what_plotly_takes_is_taken():
    check_taken(figure({}, {}))
    assert go.Figure(figure({}, {})).data


@each(("trace", "layout"), WRONG)
def test_what_plotly_refuses_is_refused(trace, layout):
    for judge in (go.Figure, check_taken):
        with pytest.raises((ValueError, TypeError, KeyError)):
            judge(figure(trace, layout))
