"""`GET /derivation?parts=stage`: what the page's stage shows, and nothing else."""

from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from app.figures.numbers import three
from tests.app.embedded import embedded
from tests.app.sentences.brevity import is_brief
from tests.app.views.derivation.asked import DEFAULT, URL, by_name, get, placements
from tests.each import each

LARGEST = 12_000  # bytes of a stage's answer


def staged(client, **query):
    return get(client, parts="stage", **query)


@placements
@pytest.mark.parametrize("notation", ["frameworks", "lecture"])
def test_the_stage_alone_is_the_same_as_in_the_full_answer(server, eps_placement, notation):
    query = {"eps_placement": eps_placement, "notation": notation, "cell": "2,1", "step": "dvar", "gamma": "2,1,-1"}
    full, alone = get(server, **query), staged(server, **query)
    assert set(alone) == {"stage", "headline", "query"}
    assert alone["stage"] == full["stage"]
    assert alone["headline"] == full["headline"]
    assert alone["query"] == full["query"] | {"parts": "stage"}


@pytest.mark.parametrize("query", [{}, {"source": "wine"}], ids=["the default page", "eight examples of six features"])
def test_the_stage_alone_is_small(server, query):
    answer = server.get(URL, params={"parts": "stage", **query}, headers={"Accept-Encoding": "identity"})
    assert len(answer.content) < LARGEST


def test_the_walk_begins_with_the_input(server):
    answer = get(server)
    assert answer["step"] == answer["stage"]["step"] == answer["nodes"][0]["name"] == "x"


@placements
def test_every_step_has_a_brief_sentence_with_its_number_and_the_headline_is_that_of_the_step(server, eps_placement):
    sentences = staged(server, eps_placement=eps_placement, cell="1,2")["stage"]["sentences"]
    values = {name: node["value"] for name, node in by_name(get(server, eps_placement=eps_placement)).items()}
    assert list(sentences) == list(values)
    assert len(set(sentences.values())) == len(sentences)
    for step, sentence in sentences.items():
        number = np.atleast_1d(np.array(values[step])[..., 2] if np.ndim(values[step]) else values[step])
        assert three(float(number[1 % number.size])) in sentence
        assert is_brief(sentence), sentence
        assert staged(server, eps_placement=eps_placement, cell="1,2", step=step)["headline"] == sentence


def test_what_comes_to_the_mean_is_said_of_all_examples_or_of_the_one(server):
    all_of_them = staged(server, cell="1,2", step="dmean")["headline"]
    assert all_of_them == "∂L/∂μ of x2 is 8.01: all examples add to it; σ² adds 0, as Σ(x−μ) = 0."
    assert ": one example adds to it; " in staged(server, source="inline", values="1,2", step="dmean")["headline"]


def test_the_stage_has_the_numbers_of_the_cells_feature_at_every_node(server):
    answer = get(server, cell="3,2", gamma="2,1,-1")
    for name, node in by_name(answer).items():
        value = np.array(node["value"])
        np.testing.assert_array_equal(answer["stage"]["values"][name], value[..., 2] if value.ndim else value)
        if name == answer["step"]:
            assert answer["stage"]["formula"] == {"symbols": node["mathml"], "numbers": node["numbers"]}


def test_the_example_that_can_be_dragged_lies_on_its_rulers(server):
    answer = get(server, cell="2,1")
    drag = answer["stage"]["drag"]
    assert drag["example"] == 2
    assert drag["inputs"]["values"] == [row[1] for row in DEFAULT]
    np.testing.assert_array_equal(drag["outputs"]["values"], np.array(by_name(answer)["y"]["value"])[:, 1])
    assert drag["step"] == answer["batch"]["drag_steps"][1]
    for part in ("inputs", "outputs"):
        low, high = drag[part]["range"]
        marks = [*drag[part]["values"], *(tick["value"] for tick in drag[part]["ticks"])]
        assert low <= min(marks) <= max(marks) <= high
    assert drag["titles"] == [f"x of example {j} of x1" for j in range(4)]
    assert drag["texts"] == ["20.0", "10.0", "40.0", "30.0"]


def test_a_ruler_says_which_power_of_ten_it_leaves_out(server):
    assert staged(server, values="100000;300000")["stage"]["drag"]["inputs"]["title"] == "x of x0, in 1e5"


@pytest.mark.parametrize(
    "query",
    [
        {"gamma": "2,1,-1", "beta": "0.5", "eps": 0.25, "eps_placement": "deviation"},
        {"source": "wine", "batch_size": 5, "selected": "2,12", "upstream": "ones"},
        {"source": "wine"},
    ],
    ids=["typed", "two features of wine", "a large source's slice"],
)
def test_the_last_step_hands_this_very_batch_to_the_gradient_check(server, query):
    answer = get(server, **query)
    address = answer["stage"]["hand_over"]["address"]
    assert urlsplit(address).path == "/gradient-check"
    opened = embedded(server.get(address).text, "answer")
    nodes = by_name(answer)
    assert opened["table"]["x"] == nodes["x"]["value"]
    assert opened["table"]["dy"] == nodes["dy"]["value"]
    assert opened["table"]["per_unit"]["gamma"] == nodes["gamma"]["value"]
    assert opened["table"]["per_unit"]["beta"] == nodes["beta"]["value"]
    fields = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert float(fields["eps"]) == query.get("eps", 1e-5)
    assert fields["eps_placement"] == query.get("eps_placement", "variance")
    assert opened["tensors"] == {}
    assert opened["correct"] is not False


def test_what_was_handed_over_is_called_exact_where_it_is(server):
    """The gradient that the derivation itself shows is exact on the batch that it hands over."""
    answer = get(server, gamma="2,1,-1", eps=0.5)
    fields = {name: v[0] for name, v in parse_qs(urlsplit(answer["stage"]["hand_over"]["address"]).query).items()}
    sent = fields | {"dx": str(by_name(answer)["dx"]["value"]), "way": "paste", "eps": float(fields["eps"])}
    checked = server.post("/api/v1/gradient-check/view", json=sent)
    assert checked.json()["headline"] == "Correct: dx is exact."


@each(
    ("query", "text"),
    [
        ({}, "Drag an example: its own y moves, and every other y with it."),
        ({"notation": "lecture"}, "Drag an example: its own Ẑ moves, and every other Ẑ with it."),
        ({"values": "3"}, "Drag the example: it is its own mean, so its x̂ stays 0."),
        ({"gamma": "0"}, "Drag an example: γ is 0, so no y moves."),
        ({"values": "1;2", "eps": 0}, "Drag an example: of two, with no ε, every x̂ stays 1 or −1 while they differ."),
    ],
)
def test_what_a_drag_does_is_said_of_the_batch_at_hand(server, query, text):
    assert staged(server, **query)["stage"]["drag"]["text"] == text
