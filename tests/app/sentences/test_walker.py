"""The walk itself: the matrix has every meeting, a page is read as a person does, and a false sentence is caught."""

from itertools import combinations, product

import pytest

from tests.app.sentences.seen import Seen, Text, look, texts_of, texts_of_page
from tests.app.sentences.sentence import Sentence, always, never, walk
from tests.app.sentences.states import DATA, LAYER, impossible, states
from tests.each import each

PAGE = """
<html><head><title>A page</title><script>let hidden = "never read";</script></head><body>
  <p id="legend">Batch norm <b>subtracts</b> each mean.</p>
  <button id="go" title="Draw again" aria-label="Replay it">Go</button>
  <span data-holds-for="lecture/variance/train" hidden>of another setting</span>
  <span data-notation-is="lecture">Z and G</span><span data-notation-is="frameworks">x and γ</span>
  <script type="application/json" id="state">{"terms": {"x": "The input."}}</script>
</body></html>
"""


@each("together", [1, 2, 3])
def test_any_values_of_so_many_axes_meet_in_a_state(together):
    axes = {
        "mode": ("train", "inference"),
        "features": (1, 2, 20),
        "constant": ("none", "some"),
        "door": ("upload", "inline"),
    }
    chosen = states(axes, together=together)
    for names in combinations(axes, together):
        for values in product(*(axes[name] for name in names)):
            met = [s for s in chosen if all(s[name] == value for name, value in zip(names, values, strict=True))]
            assert met or impossible(dict(zip(names, values, strict=True)))
    assert not any(impossible(state) for state in chosen)
    assert len(chosen) < len(list(product(*axes.values())))


def test_the_matrix_is_the_same_every_time_and_small_enough_to_walk():
    assert states(DATA, LAYER) == states(DATA, LAYER)
    assert len(states(DATA, LAYER)) < 40


def test_a_page_is_read_with_its_attributes_and_tooltips_and_without_what_is_not_seen():
    read = list(texts_of_page(PAGE, "frameworks"))
    assert Text("page #legend", "Batch norm subtracts each mean.") in read
    assert {text.text for text in read} >= {"Draw again", "Replay it", "Go", "x and γ", "The input."}
    assert not any(said in text.text for text in read for said in ("never read", "another setting", "Z and G"))


def test_an_answer_is_read_with_its_figures_and_without_what_is_for_a_program():
    figure = {
        "data": [{"type": "bar", "hovertemplate": "%{x}: example<extra></extra>"}],
        "layout": {"title": {"text": "x"}},
    }
    read = list(texts_of({"headline": "So <i>it</i> is.", "query": {"mode": "train"}, "figures": {"x": figure}}))
    assert [text.place.removeprefix("answer.") for text in read] == [
        "headline", "figures.x.data.hovertemplate", "figures.x.layout.title.text",
    ]  # fmt: skip
    assert read[0].text == "So it is."


@pytest.mark.parametrize("door", ["inline", "upload"])
def test_a_state_is_asked_for_with_its_own_numbers(client, door):
    state = {"door": door, "examples": 3, "features": 2, "constant": "some", "eps_placement": "deviation"}
    seen = look(client, "/api/v1/playground", "/", state)
    assert seen.answer["batch"]["shape"] == [3, 2]
    assert seen.answer["forward"]["x"]["sd"][0] == 0.0
    assert seen.asked("eps_placement", "variance") == "deviation"
    assert seen.asked("mode", "train") == "train"
    places = {text.place for text in seen.texts}
    assert "answer.headline" in places
    assert "page #t-forward" in places
    assert ("page #headline" in places) is (door == "inline")  # the view of an upload comes a moment after its page


def said(text, **query):
    return Seen({}, query, {}, (Text("answer.headline", text),))


def test_a_sentence_where_it_may_not_stand_is_caught_with_its_state_and_place():
    table = [Sentence("over the batch", lambda seen: seen.asked("mode") == "train", "in training")]
    walk([said("The mean over the batch.", mode="train"), said("By running ones.", mode="inference")], table)
    with pytest.raises(AssertionError, match=r"may stand only in training(.|\n)*answer\.headline: The mean over the"):
        walk([said("The mean over the batch.", mode="inference")], table)


def test_a_sentence_that_stands_nowhere_is_caught_unless_it_never_may():
    with pytest.raises(AssertionError, match="stands in no state"):
        walk([said("Something else.")], [Sentence("over the batch", always, "everywhere")])
    walk([said("Something else.")], [Sentence("over the batch", never, "never")])


def test_a_place_that_says_nothing_is_caught():
    with pytest.raises(AssertionError, match="nothing is said at"):
        walk([Seen({}, {}, {}, ())], [], spoken=[r"headline$"])
    with pytest.raises(AssertionError, match="nothing is said at"):
        walk([said("It says."), Seen({}, {}, {}, ())], [], spoken=[r"headline$"])
    walk([said("It says.")], [], spoken=[r"headline$"])
