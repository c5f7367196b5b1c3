"""The page on a phone of 390 pixels and on a screen of 1920."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.at_widths import at_widths
from tests.browser.batch_size.page import BatchSize
from tests.browser.derivation.page import Derivation
from tests.browser.gradient_check.page import GradientCheck
from tests.browser.network.fits import each_knob_stands_under_its_block, every_page_is_named, nothing_stands_on_another
from tests.browser.network.page import Network
from tests.browser.norms.page import Norms
from tests.browser.pages import EVERY, QUICK, SHOWN
from tests.browser.phone import (
    before_and_after_stand_side_by_side_on_rows_of_one_name,
    the_stage_stands_above_the_open_controls,
    the_stage_stands_above_the_open_controls_and_follows_them,
)
from tests.browser.playground.classes import each_class_is_told_apart
from tests.browser.playground.page import Playground
from tests.browser.view import open_folds

PHONE = {"width": 390, "height": 844}
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Whether a finger hits an element in its middle, once it is scrolled to.
HIT = """(element) => {
  element.scrollIntoView({ block: "center", inline: "nearest" });
  const { left, top, width, height } = element.getBoundingClientRect();
  const hit = document.elementFromPoint(left + width / 2, top + height / 2);
  if (hit === null) return false;
  return [element, ...(element.labels ?? [])].some((one) => one.contains(hit));
}"""


PATCHY = """(boxes) => boxes.filter((box) => {
  const own = getComputedStyle(box).backgroundColor;
  const kept = box.querySelector("table.numbers th:first-child");
  return own === "rgba(0, 0, 0, 0)" || (kept && getComputedStyle(kept).backgroundColor !== own);
}).map((box) => box.outerHTML.slice(0, 120))"""
"""The tables whose ground is not that of their first column, which stays while the others scroll below it."""
CONTROLS = "#control-groups :is(input:not([type=file]), select, button, label.button):visible"


def overflow(page: Page) -> int:
    """Pixels by which the page scrolls sideways; it is tried, too."""
    page.mouse.wheel(300, 0)
    return int(page.evaluate(OVERFLOW)) + int(page.evaluate("() => scrollX"))


def missed(page: Page, selector: str) -> list[str]:
    """What of it a finger does not reach; the page stands where it stood then, so no figure is drawn for it."""
    outside = f"""(all) => {{
      const {{ scrollX, scrollY }} = window;
      const missed = all.filter((one) => !({HIT})(one)).map((one) => one.outerHTML.slice(0, 120));
      scrollTo(scrollX, scrollY);
      return missed;
    }}"""
    texts: list[str] = page.locator(selector).evaluate_all(outside)
    return texts


def sheet(page: Page) -> None:
    """Open or close a phone's sheet of controls."""
    page.get_by_role("button", name="Controls").click()


def misses_no_control(page: Page) -> None:
    sheet(page)
    assert missed(page, CONTROLS) == []
    sheet(page)


def the_legends_of_the_derivations_figures_can_be_read(page: Page) -> None:
    derivation = Derivation(page)
    for figure in ("paths", "moved"):
        derivation.figure(figure).scroll_into_view_if_needed()
        derivation.settle()
        names = derivation.figure(figure).locator(".legendtext").all()
        assert len(names) >= 3
        for name in names:
            expect(name).to_be_visible()


def the_active_node_of_the_derivation_is_in_view_and_every_control_can_be_reached(page: Page) -> None:
    derivation = Derivation(page)
    box, frame = derivation.node("loss").bounding_box(), page.locator(".graph-scroll").bounding_box()
    assert box
    assert frame
    assert box["x"] >= frame["x"]
    assert box["x"] + box["width"] <= frame["x"] + frame["width"] + 1
    misses_no_control(page)
    assert missed(page, ".derivation :is(.node, .grid input, .steps button):visible") == []
    assert derivation.active() == "loss"


def what_was_found_is_one_tap_away(page: Page) -> None:
    check = GradientCheck(page)
    link = page.get_by_role("link", name="dx is wrong")
    expect(link).to_be_in_viewport()
    expect(check.headline).not_to_be_in_viewport()
    link.click()
    expect(check.headline).to_be_in_viewport()
    check.settle()
    assert check.query == {}
    page.locator("#fold-table summary").click()
    check.settle()
    the_table_of_its_numbers_is_open(page)


def the_table_of_its_numbers_is_open(page: Page) -> None:
    expect(page.locator("#batch-table td").first).to_be_visible()


def modules_and_controls_of_the_network_can_be_reached(page: Page) -> None:
    network = Network(page)
    expect(page.get_by_role("link", name="Network", exact=True)).to_be_in_viewport()
    assert missed(page, ".net-schematic button, .net-disturb :is(input, button):visible") == []
    network.joint("f3", "with").click()
    network.settle()
    network.expect_open("f3", "f(BN(z)) of block 3")


def every_fold_of_the_batch_size_is_open(page: Page) -> None:
    """From now on."""
    open_folds(page, ".bs-fold")
    Playground(page).settle()


def marks_and_controls_of_the_batch_size_can_be_reached(page: Page) -> None:
    every_fold_of_the_batch_size_is_open(page)
    assert missed(page, ":is(.stage, .bs-controls) :is(input, select, button):visible") == []
    assert len(BatchSize(page).strip()) > 1
    assert missed(page, "#strip-x .grip") == []
    misses_no_control(page)


def cells_and_controls_of_the_norms_can_be_reached(page: Page) -> None:
    norms = Norms(page)
    assert missed(page, ".cube-box:visible") == []
    norms.box("group", 3, 1).click()
    assert norms.lit("group") == {(3, 0), (3, 1)}
    misses_no_control(page)


Laws = tuple[Callable[[Page], None], ...]
AS_IT_COMES: dict[str, Laws] = {
    "playground": (before_and_after_stand_side_by_side_on_rows_of_one_name,),
    "gradient-check": (what_was_found_is_one_tap_away,),
    **dict.fromkeys(("network", "batch-size", "norms"), (the_stage_stands_above_the_open_controls,)),
}
"""What holds on a phone of a page that was just opened."""
NARROWEST = (1000, 390)
"""The widths at which each arrangement of a page is at its narrowest."""
STATES: dict[str, dict[str, dict[int, Laws]]] = {
    "playground": {
        "step=x_hat": {390: (the_stage_stands_above_the_open_controls_and_follows_them,)},
        "source=inline&notation=lecture": dict.fromkeys(NARROWEST, ()),
        "source=digits&upstream=cross_entropy": dict.fromkeys(NARROWEST, (each_class_is_told_apart,)),
    },
    "derivation": {
        "source=normal&upstream=one_example&step=loss":
            {390: (the_active_node_of_the_derivation_is_in_view_and_every_control_can_be_reached,)},
        "source=wine&step=dscale&notation=lecture&naive=on":
            dict.fromkeys(NARROWEST, (the_legends_of_the_derivations_figures_can_be_read,)),
    },
    "gradient-check": {
        "way=code&axes=4&numeric=true": dict.fromkeys(NARROWEST, (the_table_of_its_numbers_is_open,)),
        "batch=own&mistake=wrong_axis": dict.fromkeys(NARROWEST, (the_table_of_its_numbers_is_open,)),
    },
    "network": {
        "width=8": {1000: (nothing_stands_on_another, every_page_is_named)},
        "depth=3&width=8&disturb_layer=1": {390: (modules_and_controls_of_the_network_can_be_reached,)},
        "depth=1&norm=none": dict.fromkeys(NARROWEST, ()),
        "depth=50&width=8&residual=on&disturb_layer=2&shown=sum":
            dict.fromkeys(NARROWEST, (each_knob_stands_under_its_block, nothing_stands_on_another)),
    },
    "batch-size": {
        "source=wine&feature=12&size=128&members=16&draws=100&notation=lecture": {
            390: (marks_and_controls_of_the_batch_size_can_be_reached,), 1000: (every_fold_of_the_batch_size_is_open,),
        },
    },
    "norms": {
        "norm=group&batch_size=4&channels=4": {390: (cells_and_controls_of_the_norms_can_be_reached,)},
        "source=wine&norm=layer": dict.fromkeys(NARROWEST, ()),
        "situation=one_example&channels=64&batch_size=32": dict.fromkeys(NARROWEST, ()),
    },
}  # fmt: skip
"""Of views, beside the page as it comes: states whose texts and tables are wide, and what holds of them at a width."""


@pytest.mark.parametrize(("name", "path"), [(name, path) for name, path, _ in SHOWN if path in EVERY])
def test_a_page_never_scrolls_sideways_and_a_phone_reaches_all_of_it(page: Page, name: str, path: str) -> None:
    """As it comes and in its further states; those come last, as their laws have many figures drawn."""
    opened = Playground(page)
    for width in at_widths(page, lambda: come(page, name, path + QUICK.get(name, ""))):
        assert overflow(page) == 0, width
    assert page.locator(".scroll").evaluate_all(PATCHY) == []
    states, shown = STATES.get(name, {}), ""
    for width in at_widths(page, lambda: None, NARROWEST if states else ()):
        for query in sorted((one for one in states if width in states[one]), key=lambda one: one != shown):
            if query != shown:
                opened.step_to(query)
                shown = query
            for law in states[query][width]:
                law(page)
            assert overflow(page) == 0, (query, width)


def come(page: Page, name: str, address: str) -> None:
    """On a phone the navigation shows which page it is."""
    page.goto(address)
    Playground(page).settle()
    expect(page.locator(".top nav [aria-current]")).to_be_in_viewport(ratio=0.99)
    for law in AS_IT_COMES.get(name, ()):
        law(page)


def test_the_playground_is_a_row_on_a_wide_screen_and_two_by_two_with_a_sheet_on_a_phone(
    playground: Playground,
) -> None:
    query = "mode=inference&layer_width=4&upstream=one_example&gamma=2"
    for width in at_widths(playground.page, lambda: playground.open(query), (1920, 1280, 390)):
        for law in LAWS[width]:
            law(playground)


def the_whole_chain_is_in_a_row(wide: Playground) -> None:
    boxes = [wide.figure(name).bounding_box() for name in ("x", "x_hat", "y", "activation")]
    assert len({box["y"] for box in boxes if box}) == 1
    assert all(box and box["width"] > 280 for box in boxes)


def the_table_of_features_shows_that_it_goes_on_beyond_its_edge(desktop: Playground) -> None:
    """Nothing of the table lies on the shadow that its box throws there, but for the headings and the names."""
    table = desktop.page.locator("#features")
    box = desktop.page.get_by_role("region", name="Table of features")
    assert box.evaluate("(box) => box.scrollWidth > box.clientWidth")
    assert "gradient" in box.evaluate("(box) => getComputedStyle(box).backgroundImage")
    for part in (table, table.locator("tbody tr").first, table.locator("tbody td").last):
        expect(part).to_have_css("background-color", "rgba(0, 0, 0, 0)")


def plots_follow_the_width_of_the_window(phone: Playground) -> None:
    width = "() => { const plot = document.querySelector('[data-figure=x] .plot');"
    width += " return plot.layout.width === plot.clientWidth && plot.clientWidth < 390; }"
    phone.figure("x").scroll_into_view_if_needed()
    phone.page.wait_for_function(width)


def the_navigation_shows_every_page(phone: Playground) -> None:
    for link in phone.page.get_by_role("navigation", name="Pages").get_by_role("link").all():
        assert link.evaluate(HIT), link.text_content()


def tables_scroll_inside_themselves(phone: Playground) -> None:
    expect(phone.page.get_by_role("region", name="Table of features").first).to_be_visible()
    assert phone.page.locator("#features").evaluate(
        "(table) => table.parentElement.scrollWidth > table.parentElement.clientWidth"
    )


def the_chain_scrolls_sideways_two_by_two(phone: Playground) -> None:
    chain = phone.page.locator("#chain-forward")
    assert chain.evaluate("(chain) => chain.scrollWidth / chain.clientWidth") > 1.9
    expect(phone.figure("y")).not_to_be_in_viewport()
    chain.focus()
    phone.page.keyboard.press("ArrowRight")
    phone.page.wait_for_function("() => document.getElementById('chain-forward').scrollLeft > 0")
    assert phone.axes("y")["yaxis"]["ticktext"][0] == "z0"
    expect(phone.figure("y")).to_be_in_viewport()


def the_controls_are_a_sheet_at_the_bottom_and_each_can_be_reached(phone: Playground) -> None:
    handle = phone.page.get_by_role("button", name="Controls")
    expect(phone.field("eps")).to_be_hidden()
    expect(handle).to_be_in_viewport()
    handle.click()
    expect(handle).to_have_attribute("aria-expanded", "true")
    controls = "#controls :is(input:not([type=file]), select, textarea, button, summary):visible"
    assert phone.page.locator(controls).count() > 40
    assert missed(phone.page, controls) == []
    phone.enter("eps", "0.25")
    assert phone.query["eps"] == "0.25"
    handle.click()
    expect(phone.field("eps")).to_be_hidden()


LAWS: dict[int, list[Callable[[Playground], None]]] = {
    1920: [the_whole_chain_is_in_a_row],
    1280: [the_table_of_features_shows_that_it_goes_on_beyond_its_edge],
    390: [
        plots_follow_the_width_of_the_window, the_navigation_shows_every_page, tables_scroll_inside_themselves,
        the_chain_scrolls_sideways_two_by_two, the_controls_are_a_sheet_at_the_bottom_and_each_can_be_reached,
    ],
}  # fmt: skip
"""What holds of the playground at a width."""
