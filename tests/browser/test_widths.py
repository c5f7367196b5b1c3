"""The page on a phone of 390 pixels and on a screen of 1920."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.at_widths import at_widths
from tests.browser.batch_size.page import BatchSize
from tests.browser.derivation.page import Derivation
from tests.browser.gradient_check.page import GradientCheck
from tests.browser.network.page import Network
from tests.browser.norms.page import Norms
from tests.browser.pages import EVERY, QUICK, SHOWN
from tests.browser.playground.page import Playground

NARROWEST = (390, 1000)
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


AS_THEY_COME = [path + QUICK.get(name, "") for name, path, _ in SHOWN if path in EVERY]
CONTROLS = "#control-groups :is(input:not([type=file]), select, button, label.button):visible"


def overflow(page: Page) -> int:
    """Pixels by which the page scrolls sideways; it is tried, too."""
    page.mouse.wheel(300, 0)
    return int(page.evaluate(OVERFLOW)) + int(page.evaluate("() => scrollX"))


def overflowing(page: Page, opened: Callable[[], object]) -> list[int]:
    """Of the widths at which each arrangement is at its narrowest, those at which the page scrolls sideways."""
    return [width for width in at_widths(page, opened, NARROWEST) if overflow(page) != 0]


def missed(page: Page, selector: str) -> list[str]:
    """What of it a finger does not reach."""
    outside = f"(all) => all.filter((one) => !({HIT})(one)).map((one) => one.outerHTML.slice(0, 120))"
    texts: list[str] = page.locator(selector).evaluate_all(outside)
    return texts


def sheet(page: Page) -> None:
    """Open or close a phone's sheet of controls."""
    page.get_by_role("button", name="Controls").click()


def test_every_page_as_it_comes_never_scrolls_sideways_and_a_phone_shows_it_in_the_navigation(page: Page) -> None:
    for path in AS_THEY_COME:
        for width in at_widths(page, lambda path=path: Playground(goto(page, path)).settle()):
            assert overflow(page) == 0, (path, width)
            if width == 390:
                expect(page.locator(".top nav [aria-current]"), path).to_be_in_viewport(ratio=0.99)


def goto(page: Page, path: str) -> Page:
    page.goto(path)
    return page


@pytest.mark.parametrize("query", ["source=digits&upstream=cross_entropy", "source=inline&notation=lecture"])
def test_the_playground_never_scrolls_sideways(playground: Playground, query: str) -> None:
    assert overflowing(playground.page, lambda: playground.open(query)) == []


def test_the_derivation_never_scrolls_sideways_and_the_legends_of_its_figures_can_be_read(
    derivation: Derivation,
) -> None:
    for width in at_widths(
        derivation.page, lambda: derivation.open("source=wine&step=dscale&notation=lecture&naive=on"), NARROWEST
    ):
        assert overflow(derivation.page) == 0, width
        for figure in ("paths", "moved"):
            derivation.figure(figure).scroll_into_view_if_needed()
            derivation.settle()
            names = derivation.figure(figure).locator(".legendtext").all()
            assert len(names) >= 3
            for name in names:
                expect(name).to_be_visible()


def test_on_a_phone_the_active_node_of_the_derivation_is_in_view_and_every_control_can_be_reached(page: Page) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    derivation = Derivation(page).open("source=normal&upstream=one_example&step=loss")
    derivation.node("loss").scroll_into_view_if_needed()
    box, frame = derivation.node("loss").bounding_box(), page.locator(".graph-scroll").bounding_box()
    assert box
    assert frame
    assert box["x"] >= frame["x"]
    assert box["x"] + box["width"] <= frame["x"] + frame["width"] + 1
    sheet(page)
    assert missed(page, CONTROLS) == []
    sheet(page)
    assert missed(page, ".derivation :is(.node, .grid input, .steps button):visible") == []
    assert derivation.active() == "loss"


@pytest.mark.parametrize("query", ["way=code&axes=4&numeric=true", "batch=own&mistake=wrong_axis"])
def test_the_gradient_check_never_scrolls_sideways(page: Page, query: str) -> None:
    def opened() -> None:
        check = GradientCheck(page).open(query)
        page.locator("#fold-table summary").click()
        check.settle()

    assert overflowing(page, opened) == []


def test_on_a_phone_what_was_found_is_one_tap_away(page: Page) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    check = GradientCheck(page).open()
    link = page.get_by_role("link", name="dx is wrong")
    expect(link).to_be_in_viewport()
    expect(check.headline).not_to_be_in_viewport()
    link.click()
    expect(check.headline).to_be_in_viewport()
    check.settle()
    assert check.query == {}
    page.locator("#fold-table summary").click()
    check.settle()
    assert overflow(page) == 0


@pytest.mark.parametrize("query", ["depth=50&width=8&residual=on&disturb_layer=2&shown=sum", "depth=1&norm=none"])
def test_the_network_never_scrolls_sideways(page: Page, query: str) -> None:
    assert overflowing(page, lambda: Network(page).open(query)) == []


def test_on_a_phone_modules_and_controls_of_the_network_can_be_reached(page: Page) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    network = Network(page).open("depth=3&width=8&disturb_layer=1")
    expect(page.get_by_role("link", name="Network", exact=True)).to_be_in_viewport()
    assert missed(page, ".net-schematic button, .net-disturb :is(input, button):visible") == []
    network.joint("f3", "with").click()
    network.settle()
    network.expect_open("f3", "f(BN(z)) of block 3")


def test_the_batch_size_never_scrolls_sideways_and_a_phone_reaches_its_marks_and_controls(page: Page) -> None:
    view = BatchSize(page)

    def opened() -> None:
        view.open("source=digits&feature=20&size=256&members=16&notation=lecture")
        page.locator(".bs-fold").evaluate_all("(folds) => { for (const fold of folds) fold.open = true; }")

    for width in at_widths(page, opened, NARROWEST):
        if width == 390:
            assert missed(page, ":is(.stage, .bs-controls) :is(input, select, button):visible") == []
            for grip in view.strip():
                assert grip.evaluate(HIT)
            sheet(page)
            assert missed(page, CONTROLS) == []
            sheet(page)
        assert overflow(page) == 0, width


@pytest.mark.parametrize("query", ["source=wine&norm=layer", "situation=one_example&channels=64&batch_size=32"])
def test_the_norms_never_scroll_sideways(page: Page, query: str) -> None:
    assert overflowing(page, lambda: Norms(page).open(query)) == []


def test_on_a_phone_cells_and_controls_of_the_norms_can_be_reached(page: Page) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    norms = Norms(page).open("norm=group&batch_size=4&channels=4")
    assert missed(page, ".cube-box:visible") == []
    norms.box("group", 3, 1).click()
    assert norms.lit("group") == {(3, 0), (3, 1)}
    sheet(page)
    assert missed(page, CONTROLS) == []


@pytest.mark.folded
def test_the_reference_fits_a_phone(page: Page) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto("/docs")
    assert overflow(page) == 0


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
