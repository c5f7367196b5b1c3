"""The derivation's figures, held against Plotly's own schema and the numbers that they show."""

import itertools

import numpy as np
import orjson
import pytest

from app.figures.notation import SYMBOLS
from app.figures.theme import MEANINGS
from app.views.derivation.answer import answer_of
from app.views.derivation.compute import worked_out
from app.views.derivation.query import DerivationQuery
from app.views.derivation.words.seen import terms
from app.web.answers import to_json
from tests.app.figures.plotly import check_taken
from tests.each import each

SETTINGS = [
    {"notation": notation, "eps_placement": placement, "naive": naive}
    for notation, placement, naive in itertools.product(SYMBOLS, ("variance", "deviation"), ("on", "off"))
]
OTHERS = [
    {"source": "wine", "cell": "7,5", "output": "3"}, {"values": "7"}, {"values": "7;7", "eps": "0"},
    {"values": "1e150,1;2,-1e-300"}, {"move_by": "0"}, {"move_by": "10"}, {"gamma": "0"},
]  # fmt: skip


def answered(**query):
    asked = DerivationQuery.model_validate(query)
    workings = worked_out(asked, asked.small_batch(None, 10**6))
    return orjson.loads(to_json(answer_of(workings)))


def drawn(**query):
    return answered(**query)["figures"]


@each("query", [{}, *SETTINGS, *OTHERS])
def test_every_figure_is_plotlys_and_complete(query):
    figures = drawn(**query)
    assert set(figures) == {"paths", "jacobian", "moved"}
    for name, figure in figures.items():
        check_taken(figure)
        layout = figure["layout"]
        assert layout["title"]["text"]
        for axis in ("xaxis", "yaxis"):
            assert layout[axis]["title"]["text"], f"{name}.{axis}"
        assert layout["meta"]["summary"].endswith(".")
        assert "nan" not in layout["meta"]["summary"]
        assert all(trace["meta"]["term"] for trace in figure["data"])


def test_the_bars_stack_to_dx():
    bars, mark = drawn(cell="0,1")["paths"]["data"][:3], drawn(cell="0,1")["paths"]["data"][3]
    assert [bar["type"] for bar in bars] == ["bar"] * 3
    np.testing.assert_allclose(np.sum([bar["y"] for bar in bars], axis=0), mark["y"], atol=1e-14)
    colours = [bar["marker"]["color"] for bar in bars]
    assert colours == [MEANINGS[name] for name in ("direct", "mean", "variance")]
    assert len({bar["marker"]["pattern"]["shape"] for bar in bars}) == 3
    assert drawn()["paths"]["layout"]["barmode"] == "relative"


def test_naive_fades_what_it_forgets_and_marks_what_is_left():
    traces = drawn(naive="on")["paths"]["data"]
    assert [trace.get("opacity") for trace in traces[:3]] == [1, 0.25, 0.25]
    assert traces[-1]["name"] == "naive"
    assert traces[-1]["y"] == traces[0]["y"]


def test_the_heatmaps_colours_are_symmetric_about_zero():
    figure = drawn(cell="2,0", output="1")["jacobian"]
    heatmap, written = figure["data"]
    assert len(written["text"]) == 16
    assert heatmap["zmin"] == -heatmap["zmax"]
    assert heatmap["zmax"] == pytest.approx(np.abs(heatmap["z"]).max())
    assert [at for at, _ in heatmap["colorscale"]] == [0, 0.25, 0.5, 0.75, 1]
    frame = figure["layout"]["shapes"][0]
    assert (frame["x0"], frame["y0"]) == (1.5, 0.5)
    assert figure["layout"]["yaxis"]["range"][0] > figure["layout"]["yaxis"]["range"][1]


def test_the_axis_of_a_moved_example_stays_put():
    ranges = {tuple(drawn(move_by=by)["moved"]["layout"]["yaxis"]["range"]) for by in ("-3", "0", "0.5", "3")}
    assert len(ranges) == 1
    far = drawn(move_by="10")["moved"]["layout"]
    assert "outside the axis" in far["meta"]["note"]


def test_before_after_and_prediction_are_the_answers():
    answer = answered(move_by="1")
    _, before, after, predicted = answer["figures"]["moved"]["data"]
    for trace, name in ((before, "before"), (after, "after"), (predicted, "predicted")):
        assert trace["y"] == answer["moved"][name]


def test_names_that_look_like_html_are_drawn_as_they_are(uploaded, app):
    source = uploaded(x=np.arange(8.0).reshape(4, 2))
    asked = DerivationQuery.model_validate({"source": source})
    workings = worked_out(asked, asked.small_batch(app.state.uploads, 10**6))
    object.__setattr__(workings.batch, "feature_names", ("<b>a</b>", "b"))
    titles = [figure["layout"]["title"]["text"] for figure in answer_of(workings)["figures"].values()]
    assert all("&lt;b&gt;a" in title for title in titles)


def test_a_column_is_a_unit_in_the_lecture_and_a_feature_in_frameworks():
    said = {notation: " ".join(terms(notation).values()) for notation in ("lecture", "frameworks")}
    assert "feature" not in said["lecture"]
    assert "unit" not in said["frameworks"]
