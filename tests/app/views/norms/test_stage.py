"""The norms' stage: nine cubes of a small block, which cells each lights, and its window of a larger one."""

from itertools import product

import numpy as np
import pytest

from app.views.norms.query import NormsQuery
from app.views.norms.stage.light import is_light
from tests.app.conftest import USUAL
from tests.app.strict_json import parsed
from tests.app.views.norms.asked import URL, get
from tests.app.views.norms.sharing import BLOCK, SHARE
from tests.each import each


def stage(client, **query):
    return get(client, parts="stage", **query)["stage"]


def cubes(told):
    return {cube["name"]: cube for cube in told["cubes"]}


def lit(cube, told, cell):
    """The drawn cells that share with one, as the page lights them."""
    columns = told["of"][3]
    drawn = [range(start, start + shown) for start, shown in zip(told["start"], told["shown"], strict=True)]
    positions = [row * columns + column for row in drawn[2] for column in drawn[3]]
    if cube["share"] is None:
        return set()
    numbers = dict(zip(product(drawn[0], drawn[1], positions), product(*cube["share"]), strict=True))
    return {other for other, number in numbers.items() if number == numbers[cell]}


def test_nine_cubes_light_what_shares_a_statistic_with_any_cell(server):
    told = stage(server)
    assert list(cubes(told)) == list(SHARE)
    assert told["of"] == told["shown"] == [4, 6, 3, 3]
    for cell in ((0, 0, 0), (2, 3, 4), (3, 5, 8)):
        for name, cube in cubes(told).items():
            expected = {other for other in BLOCK if SHARE[name](cell, other)}
            assert lit(cube, told, cell) == expected, name
            assert cube["count"] == len(expected)


def test_each_cube_says_how_many_share(server):
    told = cubes(stage(server))
    assert [cube["cells"] for cube in told.values()] == [
        "36 cells", "no cell of the batch", "18 cells", "36 cells", "18 cells", "9 cells", "54 cells", "6 cells",
        "54 cells",
    ]  # fmt: skip
    assert told["rms"]["spoken"] == "RMS norm: 54 cells share a root mean square"
    assert {name for name, cube in told.items() if cube["looks"]} == {"batch", "ghost", "renorm"}
    alone = cubes(stage(server, source="wine"))["instance"]
    assert (alone["cells"], alone["count"]) == ("a cell alone", 1)


def test_the_answer_of_the_stage_is_small_and_holds_nothing_else(server):
    answer = server.get(URL, params={"parts": "stage"})
    assert set(parsed(answer.content)) == {"stage", "headline", "query"}
    assert len(answer.content) < 12_000
    largest = {"parts": "stage", "batch_size": 512, "channels": 64, "stride": 1}
    assert len(server.get(URL, params=largest).content) < 12_000


@each(
    "query",
    [
        {}, {"batch_size": 1}, {"norm": "group"}, {"situation": "one_example"}, {"situation": "class_sorted"},
        {"situation": "huge_channel", "huge_factor": 1000}, {"source": "wine", "situation": "class_sorted"},
        {"norm": "renorm", "situation": "class_sorted"}, {"batch_size": 16, "channels": 9, "cell": "15,8,4"},
    ],
)  # fmt: skip
def test_the_stage_alone_is_that_of_the_whole_answer(server, query):
    whole, alone = get(server, **query), get(server, parts="stage", **query)
    assert alone["stage"] == whole["stage"]
    assert alone["headline"] == whole["headline"]
    counts = {row["name"]: row["count"] for row in whole["norms"]}
    assert {name: cube["count"] for name, cube in cubes(alone["stage"]).items() if name in counts} == counts


def test_the_cell_that_is_looked_at_is_drawn_wherever_it_lies(server):
    block = {"batch_size": 16, "channels": 16, "stride": 1}
    for cell in ("0,0,0", "15,15,63", "9,5,20"):
        told = stage(server, cell=cell, **block)
        example, channel, position = told["cell"]
        place = (example, channel, position // 8, position % 8)
        assert cell == f"{example},{channel},{position}"
        for at, start, shown in zip(place, told["start"], told["shown"], strict=True):
            assert start <= at < start + shown
    assert told["drawn"] == "Drawn: 4 × 6 × 3 × 3 of 16 × 16 × 8 × 8 cells; counts are of all."


def test_the_window_stays_while_one_walks_in_it(server):
    block = {"batch_size": 6, "channels": 8, "stride": 2}
    starts = {cell: stage(server, cell=cell, **block)["start"] for cell in ("4,6,0", "5,7,10", "0,5,0", "3,0,10")}
    assert starts["4,6,0"] == starts["5,7,10"] == [4, 6, 0, 0]
    assert starts["0,5,0"] == starts["3,0,10"] == [0, 0, 0, 0]


def test_a_window_lights_what_shares_in_it_and_counts_all(server):
    told = stage(server, batch_size=8, channels=8, stride=2, cell="5,7,5")
    batch = cubes(told)["batch"]
    assert batch["count"] == 8 * 16
    assert lit(batch, told, (5, 7, 5)) == {(n, 7, p) for n in range(4, 8) for p in (0, 1, 2, 4, 5, 6, 8, 9, 10)}


def test_untouched_it_looks_at_the_largest_cell_amid_what_is_drawn(server):
    answer = get(server)
    x = np.abs(answer["cube"]["x"]).reshape(4, 6, 9)
    assert answer["stage"]["cell"] == [2, 3, int(x[2, 3].argmax())]
    assert answer["cube"]["cell"] == answer["stage"]["cell"]


def test_one_norm_alone_has_its_own_cubes(server):
    assert list(cubes(stage(server, norm="layer"))) == ["layer", "token"]
    assert list(cubes(stage(server, norm="batch"))) == ["batch", "inference"]
    assert list(cubes(stage(server, norm="rms"))) == ["rms"]


def test_positions_of_any_axes_are_drawn_row_by_row(client, uploaded):
    x = np.random.default_rng(0).normal(size=(3, 2, 2, 2, 5))
    told = stage(client, source=uploaded(x=x), batch_size="all", cell="2,1,19")
    assert told["of"] == [3, 2, 4, 5]
    assert told["start"] == [0, 0, 3, 3]
    assert len(cubes(told)["batch"]["share"][2]) == told["shown"][2] * told["shown"][3]


def test_which_norm_when_has_a_source_each_and_quotes_the_published_errors(server):
    answer = get(server)
    choice = {row["used"]: row for row in answer["stage"]["choice"]}
    assert all(row["source"] and set(row["cubes"]) <= set(SHARE) for row in choice.values())
    errors = answer["reference"]["errors"]
    last = f"{errors['group'][-1]} % error against batch norm's {errors['batch'][-1]} %."
    assert choice["group norm"]["why"] == f"with {answer['reference']['batch_sizes'][-1]} examples a worker, {last}"


@pytest.mark.parametrize(("query", "field"), [({"groups": 4}, "groups"), ({"cell": "4,0,0"}, "cell")])
def test_the_stage_refuses_as_the_whole_does(server, query, field):
    refusals = [server.get(URL, params={"parts": parts} | query).json() for parts in ("all", "stage")]
    assert [row["errors"][0]["field"] for row in refusals] == [field, field]
    assert refusals[0]["detail"] == refusals[1]["detail"]


def test_a_page_is_whole_whatever_part_its_address_asks_for(server):
    assert 'id="norms-table"' in server.get("/norms", params={"parts": "stage"}).text


@each(
    ("query", "light"),
    [
        ({}, True), ({"batch_size": 32}, True), ({"batch_size": 1024}, False), ({"situation": "huge_channel"}, True),
        ({"situation": "class_sorted"}, False), ({"source": "wine", "situation": "class_sorted"}, True),
        ({"source": "f" * 64}, False), ({"parts": "all"}, False),
        ({"source": "normal", "norm": "renorm", "situation": "one_example"}, False),
    ],
)  # fmt: skip
def test_a_stage_of_few_numbers_is_light(query, light):
    assert is_light(NormsQuery(**({"parts": "stage"} | query)), USUAL) == light


def test_no_cube_of_one_example_says_that_others_decide(server):
    told = stage(server, situation="one_example")
    assert told["legend"] == "no other example in this batch"
    assert not any(cube["looks"] for cube in told["cubes"])
    assert cubes(told)["batch"]["over"] == "one channel, the only example"
    html = server.get("/norms?situation=one_example").text
    assert 'data-looks="others"' not in html
    assert "no other example in this batch" in html
    assert stage(server)["legend"] == "other examples decide"


@each(
    ("query", "changed"),
    [
        ({"situation": "usual"}, None), ({"situation": "one_example"}, None),
        ({}, {"channel": 0, "word": "huge", "legend": "huge: channel 0, times 100"}),
        ({"huge_factor": 1}, {"channel": 0, "word": "times 1", "legend": "channel 0, times 1"}),
        ({"batch_size": 8, "channels": 8, "stride": 2, "cell": "5,7,5"},
         {"channel": 0, "word": "huge", "legend": "huge: channel 0, times 100 (not drawn here)"}),
        ({"source": "wine"}, {"channel": 0, "word": "huge", "legend": "huge: alcohol, times 100"}),
    ],
)  # fmt: skip
def test_the_channel_that_a_situation_changes_is_named_and_each_cube_says_so(server, query, changed):
    told = stage(server, **({"situation": "huge_channel"} | query))
    assert told["changed"] == changed
    for cube in told["cubes"]:
        assert cube["spoken"].partition("; ")[2] == (changed["legend"] if changed else "")
