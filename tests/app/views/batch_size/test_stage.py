"""The stage of batch size: deals, dots, piles and a strip in one short answer, each held against its definition."""

import base64
import re

import numpy as np
import pytest

from app.batches.datasets import load
from app.views.batch_size.query import BatchSizeQuery
from app.views.batch_size.view import VIEW
from tests.app.sentences.brevity import is_brief
from tests.app.strict_json import parsed
from tests.app.views.batch_size.asked import URL, get, refused
from tests.each import each

ALCOHOL = load("wine").x[:, 0].astype(np.float64)
OF_STAGE = {"headline", "stage", "size", "query"}
NONE = chr(0x100)
SIZES = (2, 3, 8, 64, 178)


def stage(client, **query):
    return get(client, parts="stage", **query)["stage"]


def lit(stage):
    """Which dots each deal has, (deals, dots)."""
    packed = [np.frombuffer(base64.b64decode(bits + "=" * (-len(bits) % 4)), dtype=np.uint8) for bits in stage["lit"]]
    return np.unpackbits(np.array(packed), axis=1)[:, : len(stage["population"]["x"])].astype(bool)


def columns(stage, kind):
    """The middle of each draw's column; not-a-number beyond the ruler."""
    half, end = stage["columns"] // 2, stage["ruler"]["range"][1]
    places = [ord(character) - 0x100 for character in kind["column"]]
    return np.array([(place - 1 - half) / half * end if place else np.nan for place in places])


def test_it_is_all_that_is_answered_and_short(server):
    answer = server.get(URL, params={"parts": "stage"})
    assert set(parsed(answer.content)) == OF_STAGE
    assert len(answer.content) < 12_000


@pytest.mark.parametrize(
    "query",
    [{}, {"size": 64}, {"source": "digits", "feature": 20}, {"source": "normal", "size": 16}],
    ids=str,
)
def test_it_is_the_same_in_the_whole_answer_but_for_more_lit_dots(server, query):
    alone, whole = get(server, parts="stage", **query), get(server, **query)
    assert alone["headline"] == whole["headline"]
    lit_alone, lit_whole = alone["stage"].pop("lit"), whole["stage"].pop("lit")
    assert alone["stage"] == whole["stage"]
    assert len(lit_whole) == whole["stage"]["deals"] == 200
    assert lit_whole[: len(lit_alone)] == lit_alone
    assert len(lit_alone) >= 40


@each("size", SIZES)
def test_the_lit_dots_are_a_batch_with_its_mean_and_deviation(server, size):
    told = stage(server, size=size)
    x, is_lit = np.array(told["population"]["x"]), lit(told)
    assert (is_lit.sum(axis=1) == size).all()
    assert is_lit[:, told["population"]["followed"]].all()
    np.testing.assert_allclose(np.sort(x), np.sort(ALCOHOL), rtol=1e-3)
    batches = [x[each] for each in is_lit]
    np.testing.assert_allclose(told["mean"][: len(batches)], [batch.mean() for batch in batches], rtol=1e-3)
    np.testing.assert_allclose(told["sd"][: len(batches)], [batch.std() for batch in batches], rtol=1e-2, atol=1e-3)


@each("size", SIZES)
def test_the_example_falls_where_batch_norm_puts_it(server, size):
    told = stage(server, size=size)
    x = ALCOHOL[np.argsort(ALCOHOL, kind="stable")][told["population"]["followed"]]
    exact = np.array(told["sd"]) > 0.2  # of three digits, as the means have
    assert exact.mean() > 0.6
    mean, sd, values = (np.array(told[name])[exact] for name in ("mean", "sd", "values"))
    np.testing.assert_allclose(values, (x - mean) / sd, atol=0.05)
    own = told["kinds"][0]
    width = 2 * told["ruler"]["range"][1] / (told["columns"] - 1)
    assert np.nanmax(np.abs(columns(told, own) - told["values"])) <= width / 2 + 0.005
    assert own["range"] == [min(told["values"]), max(told["values"])]


@each("size", [3, 8, 64])
@each("perturbation", ["multiplicative", "additive"])
def test_the_other_noise_is_as_strong_as_the_deals_scatter(server, size, perturbation):
    told = stage(server, size=size, perturbation=perturbation)
    assert [kind["kind"] for kind in told["kinds"]] == ["batch_norm", "dropout", perturbation]
    z, var = told["z"], np.var(told["values"])
    rate, deviation = (float(re.search(r"([\d.]+)", kind["title"])[1]) for kind in told["kinds"][1:])
    assert z**2 * rate / (100 - rate) == pytest.approx(var, rel=0.03)
    assert (deviation * (abs(z) if perturbation == "multiplicative" else 1)) ** 2 == pytest.approx(var, rel=0.03)
    share = 1 - rate / 100
    falls = columns(told, told["kinds"][1])
    assert np.isin(np.round(falls, 6), [0.0, np.round(falls[np.abs(falls - z / share).argmin()], 6)]).all()
    assert (falls != 0).mean() == pytest.approx(share, abs=5 * np.sqrt(share * (1 - share) / 200))


def test_rulers_and_the_followed_example_stay_while_the_size_is_turned(server):
    each = [stage(server, size=size, members=min(size, 16)) for size in SIZES]
    for told in each[1:]:
        for part in ("ruler", "z", "example"):
            assert told[part] == each[0][part]
        assert told["population"] == each[0]["population"]
        assert told["strip"]["rulers"] == each[0]["strip"]["rulers"]


def test_a_smaller_small_batch_is_the_first_of_a_larger(server):
    for source in ({}, {"source": "normal"}):
        strips = [stage(server, members=members, **source)["strip"] for members in (16, 8, 3)]
        whole, *parts = (strip["lanes"]["x"]["before"] for strip in strips)
        assert parts == [whole[:8], whole[:3]]


@each("query", [{}, {"source": "iris", "members": 3}, {"source": "normal"}])
def test_the_examples_of_the_strip_are_dots_of_the_population(server, query):
    told = stage(server, example=2, **query)
    strip, x = told["strip"], told["population"]["x"]
    assert strip["dots"][2] == told["population"]["followed"]
    nearest = 0.5 if "normal" in query.values() else 1e-9
    np.testing.assert_allclose([x[dot] for dot in strip["dots"]], strip["lanes"]["x"]["before"], atol=nearest)


def test_the_strip_moves_every_other_one_in_training_and_none_in_inference(server):
    strip = stage(server, example=2, move_by=1.5)["strip"]
    moved = {mode: np.array(lane["before"]) != np.array(lane["now"]) for mode, lane in strip["lanes"].items()}
    assert moved["x"].tolist() == moved["inference"].tolist() == [j == 2 for j in range(8)]
    assert moved["train"].all()
    assert "In training 7 of the 7 others move with it" in strip["text"]
    assert strip["names"][2].startswith("Example 2, class ")


def test_many_examples_share_dots_and_an_endless_source_has_quantiles(server):
    many, endless = stage(server, source="digits", feature=20, size=1024), stage(server, source="normal")
    assert many["population"]["text"] == "pixel 2,4: 200 dots stand for 1,797 examples, each for about 9 of them"
    assert len(many["population"]["x"]) == len(endless["population"]["x"]) == 200
    assert "without an end" in endless["population"]["text"]
    of_deal = lit(endless)
    assert (of_deal.sum(axis=1) <= 8).all()
    drawn = [np.array(endless["population"]["x"])[each].mean() for each in of_deal if each.sum() == 8]
    means = [mean for mean, each in zip(endless["mean"], of_deal, strict=False) if each.sum() == 8]
    np.testing.assert_allclose(drawn, means, atol=0.05)


def test_what_is_beyond_the_ruler_is_counted_and_lies_in_no_column(server):
    own, dropout, _ = stage(server, size=2, feature=6, example=5)["kinds"]
    assert (own["beyond"], own["column"].count(NONE)) == ("", 0)
    count = dropout["column"].count(NONE)
    assert count > 0
    assert dropout["beyond"] == f"{count} of 200 beyond ±3.00, out to {dropout['range'][1]:.2f}"


def test_a_stage_needs_none_of_the_draws_that_the_sections_do(client, app):
    app.state.settings = app.state.settings.model_copy(update={"batch_size_work": 1_000})
    assert refused(client, part="estimates")["field"] == "features"
    assert stage(client, part="estimates")["size"] == 8


@pytest.mark.parametrize(
    ("query", "light"),
    [({}, True), ({"source": "digits"}, True), ({"source": "inline"}, True), ({"source": "normal"}, False),
     ({"source": "f" * 64}, False), ({"layer_width": 1024}, False), ({"parts": "all"}, False)],
    ids=str,
)  # fmt: skip
def test_the_stage_of_what_is_in_memory_is_computed_in_the_event_loop(query, light, settings):
    assert VIEW.is_light(BatchSizeQuery(**{"parts": "stage"} | query), settings) is light


@pytest.mark.parametrize("notation", ["frameworks", "lecture"])
def test_each_tab_has_a_conclusion_of_its_own(server, notation):
    scatters = []
    for size in (4, 8, 16, 64):
        answer = get(server, parts="stage", size=size, members=min(size, 16), move_by=2, notation=notation)
        dealt, dragged = answer["headline"], answer["stage"]["strip"]["headline"]
        assert is_brief(dealt)
        assert is_brief(dragged)
        scatters.append(float(re.search(r"scatters by ([\d.]+) over 200 batches", dealt)[1]))
        assert scatters[-1] == pytest.approx(np.std(answer["stage"]["values"]), rel=0.02)
        assert re.match(
            r"Example 0 moved by 2\.00 deviations: in training every other \S+ moves, in inference none", dragged
        )
    assert scatters == sorted(scatters, reverse=True)
    assert get(server, parts="stage", move_by=0)["stage"]["strip"]["headline"].startswith("Example 0 is not moved")
