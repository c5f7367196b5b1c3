"""Above sixteen features a map stands for all, from which features are picked."""

import numpy as np
from playwright.sync_api import expect

from tests.browser import files
from tests.browser.playground.page import Playground

PLACE_OF_ROW = """(plot, row) => {
  const { left, top } = plot.getBoundingClientRect();
  const { xaxis, yaxis } = plot._fullLayout;
  return [left + xaxis._offset + xaxis._length / 2, top + yaxis._offset + yaxis.d2p(row)];
}"""


def click_row(playground: Playground, figure: str, row: int) -> None:
    plot = playground.drawn(figure)
    playground.page.mouse.click(*plot.evaluate(PLACE_OF_ROW, row))
    playground.settle()


def test_digits_show_as_a_map_whose_rows_pick_their_feature_and_show_all_returns(playground: Playground) -> None:
    playground.open("source=digits&batch_size=24")
    assert playground.data("x")[0]["type"] == "heatmap"
    names = playground.features()
    assert len(names) == 64
    expect(playground.page.get_by_role("button", name="Show all")).to_be_hidden()
    table = playground.page.get_by_role("region", name="Table of features")
    assert table.evaluate("(box) => box.scrollHeight > 1.5 * box.clientHeight")  # it scrolls below its headings
    playground.enter("batch_size", "16")
    click_row(playground, "x_hat", 37)
    assert playground.query["selected"] == "37"
    assert playground.data("x")[0]["type"] == "scatter"
    assert playground.axes("x")["yaxis"]["ticktext"] == [names[37]]
    playground.click("Show all")
    assert playground.query == {"source": "digits", "batch_size": "16"}
    assert playground.data("x")[0]["type"] == "heatmap"


def test_sixteen_features_have_rows_seventeen_a_map_and_above_64_a_row_pools_several_that_a_click_picks(
    playground: Playground,
) -> None:
    playground.open("source=normal&features=16&batch_size=16")
    assert playground.data("x")[0]["type"] == "scatter"
    playground.enter("features", "17")
    assert playground.data("x")[0]["type"] == "heatmap"
    playground.enter("features", "100")
    assert len(playground.data("x")[0]["z"]) == 50
    click_row(playground, "x", 3)
    assert playground.query["selected"] == "6,7"


def test_features_are_picked_in_the_table_one_after_the_other_and_the_focus_stays_on_the_box(
    playground: Playground,
) -> None:
    playground.open()
    playground.page.get_by_role("checkbox", name="proline", exact=True).check()
    playground.settle()
    box = playground.page.get_by_role("checkbox", name="ash", exact=True)
    box.focus()
    playground.page.keyboard.press("Space")
    playground.settle()
    expect(box).to_be_focused()
    expect(box).to_be_checked()
    assert playground.query == {"selected": "2,12"}
    assert playground.axes("x")["yaxis"]["ticktext"] == ["ash", "proline"]
    box.uncheck()
    playground.settle()
    assert playground.query == {"selected": "12"}


def test_where_features_are_too_many_to_be_set_one_by_one_the_page_says_so(playground: Playground) -> None:
    rng = np.random.default_rng(0)
    content = files.packed(x=rng.standard_normal((20, 1500)).astype(np.float32))
    source = playground.page.request.post("/api/v1/batches", data=content).json()["id"]
    playground.open(f"source={source}&selected=3,4")
    target, note = playground.page.get_by_label("Sliders move"), playground.page.locator("#target-note")
    expect(target.locator("option")).to_have_text(["all features"])
    expect(note).to_have_text("One by one, up to 1,024 features can be set, and this batch has 1,500.")
    playground.enter("gamma", "2")
    assert set(playground.column("γ")) == {"2.00"}
    playground.choose("source", "digits")
    expect(note).to_be_hidden()
    assert target.locator("option").count() == 65
