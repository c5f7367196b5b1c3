"""Above sixteen features a map stands for all, from which features are picked."""

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser import files
from tests.browser.playground.page import Playground

OPEN = "open=forward,features"
PLACE_OF_ROW = """(plot, row) => {
  const { left, top } = plot.getBoundingClientRect();
  const { xaxis, yaxis } = plot._fullLayout;
  return [left + xaxis._offset + xaxis._length / 2, top + yaxis._offset + yaxis.d2p(row)];
}"""


def click_row(playground: Playground, figure: str, row: int) -> None:
    plot = playground.drawn(figure)
    playground.page.mouse.click(*plot.evaluate(PLACE_OF_ROW, row))
    playground.settle()


@pytest.mark.folded
def test_where_features_are_many_a_map_stands_for_them_and_they_are_picked_there_and_in_the_table(
    playground: Playground,
) -> None:
    playground.open(f"{OPEN}&source=normal&features=16&batch_size=16")
    sixteen_features_have_rows_and_seventeen_a_map(playground)
    a_row_of_the_map_picks_its_feature_and_show_all_returns(playground)
    the_table_of_many_features_scrolls(playground)
    above_64_a_row_pools_several_that_a_click_picks(playground)
    where_features_are_too_many_to_be_set_one_by_one_the_page_says_so(playground)
    features_are_picked_in_the_table_one_after_the_other_and_the_focus_stays_on_the_box(playground)


def sixteen_features_have_rows_and_seventeen_a_map(playground: Playground) -> None:
    assert playground.data("x")[0]["type"] == "scatter"
    playground.enter("features", "17")
    assert playground.data("x")[0]["type"] == "heatmap"


def a_row_of_the_map_picks_its_feature_and_show_all_returns(playground: Playground) -> None:
    names, query = playground.features(), playground.query
    assert len(names) == 17
    expect(playground.page.get_by_role("button", name="Show all")).to_be_hidden()
    click_row(playground, "x_hat", 11)
    assert playground.query == query | {"selected": "11"}
    assert playground.data("x")[0]["type"] == "scatter"
    assert playground.axes("x")["yaxis"]["ticktext"] == [names[11]]
    playground.click("Show all")
    assert playground.query == query
    assert playground.data("x")[0]["type"] == "heatmap"


def the_table_of_many_features_scrolls(playground: Playground) -> None:
    playground.enter("features", "64")
    assert len(playground.features()) == 64
    table = playground.page.get_by_role("region", name="Table of features")
    assert table.evaluate("(box) => box.scrollHeight > 1.5 * box.clientHeight")  # below its headings


def above_64_a_row_pools_several_that_a_click_picks(playground: Playground) -> None:
    assert len(playground.data("x")[0]["z"]) == 64
    playground.enter("features", "66")
    assert len(playground.data("x")[0]["z"]) == 33
    click_row(playground, "x", 3)
    assert playground.query["selected"] == "6,7"


def where_features_are_too_many_to_be_set_one_by_one_the_page_says_so(playground: Playground) -> None:
    rng = np.random.default_rng(0)
    content = files.packed(x=rng.standard_normal((20, 1500)).astype(np.float32))
    source = playground.page.request.post("/api/v1/batches", data=content).json()["id"]
    playground.step_to(f"{OPEN}&source={source}&selected=3,4")
    target, note = playground.page.get_by_label("Sliders move"), playground.page.locator("#target-note")
    expect(target.locator("option")).to_have_text(["all features"])
    expect(note).to_have_text("One by one, up to 1,024 features can be set, and this batch has 1,500.")
    playground.enter("gamma", "2")
    assert set(playground.column("γ")) == {"2.00"}
    playground.choose("source", "iris")
    expect(note).to_be_hidden()
    assert target.locator("option").count() == 5


def features_are_picked_in_the_table_one_after_the_other_and_the_focus_stays_on_the_box(playground: Playground) -> None:
    playground.step_to(f"{OPEN}&source=iris")
    query = playground.query
    playground.page.get_by_role("checkbox", name="petal width", exact=True).check()
    playground.settle()
    box = playground.page.get_by_role("checkbox", name="sepal width", exact=True)
    box.focus()
    playground.page.keyboard.press("Space")
    playground.settle()
    expect(box).to_be_focused()
    expect(box).to_be_checked()
    assert playground.query == query | {"selected": "1,3"}
    assert playground.axes("x")["yaxis"]["ticktext"] == ["sepal width", "petal width"]
    box.uncheck()
    playground.settle()
    assert playground.query == query | {"selected": "3"}
