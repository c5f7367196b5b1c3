"""The playground's figures, over everything that a query can ask for, held against Plotly's own schema."""

import numpy as np
import orjson
import pytest

from app.batches.datasets import DATASETS
from app.batches.generators import GENERATORS
from app.figures.notation import SYMBOLS
from app.views.playground.answer import answer_of
from app.views.playground.compute import walk_of
from app.views.playground.figures import Selection, figures
from app.views.playground.query import PlaygroundQuery
from app.web.answers import to_json
from bncore.activations import ACTIVATIONS
from bncore.playground.chain import NormLayer, playground
from bncore.playground.stages import STAGES
from bncore.upstream import UPSTREAMS
from tests.app.figures.plotly import check_taken
from tests.app.sentences.states import states
from tests.each import each

SOURCES = [{"source": name} for name in (*DATASETS, *GENERATORS)]
INLINE = [
    {"source": "inline", "values": values} for values in ("1,10;2,30;4,20;5,40", "3", "7;7;7", "1e150,1;2,-1e-300")
]
LAYERS = [
    {"source": "class_sorted", "activation": activation, "upstream": upstream}
    for one, activation in enumerate(ACTIVATIONS)
    for other, upstream in enumerate(UPSTREAMS)
    if (one + other) % 2 == 0
]
VIEWS = states(
    {"notation": (*SYMBOLS,), "mode": ("train", "inference"), "eps_placement": ("variance", "deviation")},
    {"axis": ("auto", "linear", "symlog"), "running_steps": ("3",)},
)
OTHERS = [
    {"source": "normal", "features": "1"}, {"source": "normal", "features": "16"},
    {"source": "normal", "features": "17"},
    {"source": "normal", "features": "65"}, {"source": "normal", "features": "200", "selected": "3,199"},
    {"source": "digits", "selected": "20,21,22,40", "pair": "63,2"}, {"gamma": "100"},
    {"gamma": "sigma", "beta": "mean"},
    {"batch_size": "1"}, {"batch_size": "2", "eps": "0"}, {"source": "dead_feature", "eps": "0"}, {"layer_width": "5"},
    {"source": "iris", "gamma": "1e-9"}, {"source": "iris", "upstream": "squared_error", "batch_size": "64"},
]  # fmt: skip


def viewed(**query):
    """The view of a query that needs no upload."""
    asked = PlaygroundQuery.model_validate(query)
    return walk_of(asked, asked.open(None))


def drawn(**query):
    """The figures of a query as they leave: out of JSON."""
    answer = answer_of(viewed(**query))
    return orjson.loads(to_json(answer))["figures"]


def check(name, figure):
    """A figure that Plotly takes, with titles on its axes, words for those who cannot see it, and no empty trace."""
    check_taken(figure)
    axes = {key: axis for key, axis in figure["layout"].items() if key[:5] in ("xaxis", "yaxis")}
    assert len(axes) >= 2
    for key, axis in axes.items():
        assert axis["title"]["text"], f"{name}.{key}"
        if "tickvals" in axis:
            assert len(axis["tickvals"]) == len(axis["ticktext"])
    assert figure["layout"]["title"]["text"]
    summary, note = figure["layout"]["meta"]["summary"], figure["layout"]["meta"]["note"]
    assert summary.endswith(".")
    assert "nan" not in (summary + note).lower().replace("nonflavanoid", "")
    for trace in figure["data"]:
        assert trace["meta"]["term"]


@each("query", [*SOURCES, *INLINE, *LAYERS, *VIEWS, *OTHERS])
def test_every_figure_of_every_query_is_plotlys_and_complete(query):
    made = drawn(**query)
    assert {"x", "x_hat", "y", "activation", "dx", "dx_direct", "dx_mean", "dx_variance", "parameters"} <= set(made)
    assert ("readout" in made) == UPSTREAMS.get(query.get("upstream", "random"), UPSTREAMS["random"]).reads_out
    for name, figure in made.items():
        check(name, figure)


def of(x, layer=None, *, notation="frameworks", selected=(), names=None, **options):
    """The figures and the result for an array."""
    result = playground(x, layer or NormLayer(), rng=np.random.default_rng(0), **options)
    features = result.stages["x"].values.shape[0]
    names = names or tuple(f"x{index}" for index in range(features))
    classes = ("a", "b", "c") if "readout" in result.stages else ()
    selection = Selection(names, selected, notation, (0, min(1, features - 1)), (0.1, 0.2), classes)
    return figures(result, selection), result


@pytest.mark.parametrize("upstream", ["random", "squared_error", "one_example"])
@pytest.mark.parametrize("channels", [3, 20, 70])
def test_a_batch_of_four_axes_is_drawn_too(channels, upstream):
    x = np.random.default_rng(0).standard_normal((4, channels, 3, 2)).astype(np.float32)
    made, _ = of(x, NormLayer(upstream=upstream))
    for name, figure in made.items():
        check(name, orjson.loads(to_json(figure)))
    if channels == 3:
        rug = made["x"]["data"][-1]
        assert "position" in rug["hovertemplate"]


@pytest.mark.parametrize(("features", "kind", "rows"), [(16, "scatter", 16), (17, "heatmap", 17), (200, "heatmap", 50)])
def test_above_sixteen_features_a_map_stands_for_rows(features, kind, rows):
    made, _ = of(np.random.default_rng(0).standard_normal((20, features)))
    trace = made["x"]["data"][0]
    assert trace["type"] == kind
    if kind == "heatmap":
        assert len(trace["z"]) == rows <= 64


def test_selected_features_have_rows_of_their_own_in_order():
    made, _ = of(np.random.default_rng(0).standard_normal((20, 30)), selected=(2, 29))
    assert made["x"]["layout"]["yaxis"]["ticktext"] == ["x2", "x29"]
    assert made["parameters"]["layout"]["yaxis"]["ticktext"] == ["x2", "x29"]


def test_what_lies_outside_the_axis_is_counted_and_said():
    x = np.random.default_rng(0).standard_normal((1000, 2))
    x[0, 0], x[1, 0] = 1e4, -1e4
    made, result = of(x)
    outside = result.stages["x"].histogram.outside
    assert outside == 2
    assert made["x"]["layout"]["meta"]["note"] == "2 values outside the axis"
    assert "2 values outside the axis" in made["x"]["layout"]["meta"]["summary"]


def test_an_axis_that_gamma_widened_says_so():
    x = np.random.default_rng(0).standard_normal((50, 2))
    assert "widened" in of(x, NormLayer(gamma=np.full(2, 9.0)))[0]["y"]["layout"]["meta"]["note"]
    assert "widened" not in of(x)[0]["y"]["layout"]["meta"]["note"]


def test_an_asinh_axis_names_itself():
    made, _ = of(np.random.default_rng(0).standard_normal((50, 2)) * np.array([1, 1000]))
    assert made["x"]["layout"]["xaxis"]["title"]["text"] == "x<br>asinh scale"


def test_nothing_of_relu_is_drawn_left_of_zero():
    for query in ({}, {"source": "digits"}, {"source": "iris"}):
        result = viewed(**query).result
        histogram = result.stages["activation"].histogram
        assert (histogram.bins.edges[:, 0] >= 0.0).all()
        below = histogram.on(np.array([-1e9, 0.0]))
        assert not below.any()


@each("examples", [1, 2, 16, 64, 65])
def test_up_to_64_examples_are_dots_at_their_own_values_and_no_blocks(examples):
    """A dot an example in every panel, named by its number; what is one value keeps its line and word."""
    x = np.random.default_rng(0).standard_normal((examples, 3))
    x[:, 2] = 7.0
    made, result = of(x, NormLayer(activation="identity"))
    for name in result.stages.keys() - {"readout", "d_readout"}:
        traces = {trace["name"]: trace for trace in made[name]["data"]}
        stage, axis = result.stages[name], result.stages[name].histogram.axis
        several = ~stage.histogram.constant
        assert ("examples" in traces) is (examples <= 64)
        assert traces["mean"]["marker"].get("symbol") == ("diamond" if examples <= 64 else None)
        if examples > 64:
            continue
        dots = traces["examples"]
        assert list(dots["customdata"]) == list(range(examples)) * int(several.sum())
        low, high = axis.limits()
        np.testing.assert_allclose(dots["x"], axis.position(stage.values[several]).ravel(), atol=1e-3 * (high - low))
        lines = traces.get(made[name]["layout"]["title"]["text"], {"x": []})["x"]
        assert np.isfinite(lines).sum() == 2 * (~several).sum()


def test_small_gradients_are_not_rounded_away():
    """A loss of a mean over many examples has gradients of a millionth: the picture is the same as of larger ones."""
    x = np.random.default_rng(0).standard_normal((256, 3))
    dy = np.random.default_rng(1).standard_normal((256, 3))
    plain, tiny = (of(x, dy=scale * dy, axis="linear")[0]["dx"]["data"] for scale in (1.0, 1e-9))
    for a, b in zip(plain, tiny, strict=True):
        np.testing.assert_allclose(np.array(b["x"], float) / 1e-9, np.array(a["x"], float), rtol=1e-6, atol=1e-9)


def test_the_pair_is_drawn_at_its_own_values_even_far_from_zero():
    x = np.random.default_rng(0).standard_normal((2000, 3)) + 1e8
    made, _ = of(x)
    cloud = made["pair"]["data"][0]
    np.testing.assert_allclose(cloud["x"], x[cloud["customdata"], 0], atol=2e-3)
    assert len(cloud["x"]) == 512
    assert "512 of 2,000 points drawn" in made["pair"]["layout"]["meta"]["note"]


def test_features_of_the_same_name_keep_their_own_bars():
    made, result = of(np.random.default_rng(0).standard_normal((20, 3)), names=("a", "a", "b"))
    bars = made["parameters"]["data"][0]
    assert bars["y"] == [0, 1, 2]
    np.testing.assert_allclose(bars["x"], result.gradients.dgamma, rtol=1e-4)


@pytest.mark.parametrize("notation", SYMBOLS)
def test_symbols_are_those_of_the_notation(notation):
    made, _ = of(np.random.default_rng(0).standard_normal((20, 3)), notation=notation)
    for name in made.keys() & set(STAGES):
        assert made[name]["layout"]["title"]["text"].startswith(SYMBOLS[notation][name])
    assert SYMBOLS[notation]["dgamma"] in made["parameters"]["layout"]["title"]["text"]
