"""The page on a phone of 390 pixels and on a screen of 1920."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.at_widths import EVERY as ALL_WIDTHS
from tests.browser.at_widths import at_widths
from tests.browser.batch_size.page import BatchSize
from tests.browser.derivation.page import Derivation
from tests.browser.gradient_check.page import GradientCheck
from tests.browser.network.page import Network
from tests.browser.norms.page import Norms
from tests.browser.pages import EVERY
from tests.browser.playground.page import Playground

PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1920, "height": 1080}
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
# What a finger would hit in the middle of an element, once it is scrolled to.
HIT = """(element) => {
  element.scrollIntoView({ block: "center", inline: "nearest" });
  const { left, top, width, height } = element.getBoundingClientRect();
  const hit = document.elementFromPoint(left + width / 2, top + height / 2);
  if (hit === null) return false;
  return [element, ...(element.labels ?? [])].some((one) => one.contains(hit));
}"""


@pytest.fixture
def phone(playground: Playground) -> Playground:
    playground.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    return playground


def overflow(page: Page) -> int:
    """Pixels by which the page scrolls sideways; it is tried, too."""
    page.mouse.wheel(300, 0)
    return int(page.evaluate(OVERFLOW)) + int(page.evaluate("() => scrollX"))


def overflowing(page: Page, opened: Callable[[], object], widths: tuple[int, ...] = ALL_WIDTHS) -> list[int]:
    """The widths at which the page scrolls sideways."""
    return [width for width in at_widths(page, opened, widths) if overflow(page) != 0]


@pytest.mark.parametrize("query", ["", "source=digits", "source=inline&notation=lecture", "upstream=cross_entropy"])
def test_a_phone_never_scrolls_the_page_sideways(phone: Playground, query: str) -> None:
    phone.open(query)
    assert overflow(phone.page) == 0


@pytest.mark.parametrize("query", ["", "source=wine&step=dscale", "source=wine&notation=lecture&naive=on"])
def test_the_derivation_never_scrolls_sideways(page: Page, query: str) -> None:
    assert overflowing(page, lambda: Derivation(page).open(query), (390, 1000, 1920)) == []


@pytest.mark.parametrize("query", ["", "way=code&axes=4&numeric=true", "batch=own&mistake=wrong_axis"])
def test_the_gradient_check_never_scrolls_sideways(page: Page, query: str) -> None:
    def opened() -> None:
        check = GradientCheck(page).open(query)
        page.locator("#fold-table summary").click()
        check.settle()

    assert overflowing(page, opened) == []


@pytest.mark.parametrize("query", ["", "depth=50&width=8&residual=on&disturb_layer=2&shown=sum", "depth=1&norm=none"])
def test_the_network_never_scrolls_sideways(page: Page, query: str) -> None:
    assert overflowing(page, lambda: Network(page).open(query)) == []


@pytest.mark.parametrize(
    "query", ["", "source=digits&feature=20&size=256&members=16", "source=inline&notation=lecture"]
)
def test_the_batch_size_never_scrolls_sideways(page: Page, query: str) -> None:
    def opened() -> None:
        view = BatchSize(page).open(query)
        for fold in page.locator(".bs-fold").all():
            fold.evaluate("(fold) => { fold.open = true; }")
        if "members" in query:
            view.strip()

    assert overflowing(page, opened) == []


def test_on_a_phone_marks_and_controls_of_the_batch_size_can_be_reached(page: Page) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    view = BatchSize(page).open()
    for element in page.locator(":is(.stage, .bs-controls) :is(input, select, button):visible").all():
        assert element.evaluate(HIT), element.evaluate("(e) => e.outerHTML.slice(0, 120)")
    for grip in view.strip():
        assert grip.evaluate(HIT)
    page.get_by_role("button", name="Controls").click()
    for element in page.locator("#control-groups :is(input:not([type=file]), select, button):visible").all():
        assert element.evaluate(HIT), element.evaluate("(e) => e.outerHTML.slice(0, 120)")


@pytest.mark.parametrize("query", ["", "source=wine&norm=layer", "situation=one_example&channels=64&batch_size=32"])
def test_the_norms_never_scroll_sideways(page: Page, query: str) -> None:
    assert overflowing(page, lambda: Norms(page).open(query)) == []


def test_on_a_phone_cells_and_controls_of_the_norms_can_be_reached(page: Page) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    norms = Norms(page).open("norm=group&batch_size=4&channels=4")
    for element in page.locator(".cube-box:visible").all():
        assert element.evaluate(HIT), element.evaluate("(e) => e.outerHTML.slice(0, 120)")
    norms.box("group", 3, 1).click()
    assert norms.lit("group") == {(3, 0), (3, 1)}
    page.get_by_role("button", name="Controls").click()
    for element in page.locator("#control-groups :is(input:not([type=file]), select, button):visible").all():
        assert element.evaluate(HIT), element.evaluate("(e) => e.outerHTML.slice(0, 120)")


def test_on_a_phone_modules_and_controls_of_the_network_can_be_reached(page: Page) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    network = Network(page).open("depth=3&width=8&disturb_layer=1")
    expect(page.get_by_role("link", name="Network", exact=True)).to_be_in_viewport()
    for element in page.locator(".net-schematic button, .net-disturb :is(input, button):visible").all():
        assert element.evaluate(HIT), element.evaluate("(e) => e.outerHTML.slice(0, 120)")
    network.joint("f3", "with").click()
    network.settle()
    network.expect_open("f3", "f(BN(z)) of block 3")


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


def test_on_a_phone_the_active_node_of_the_derivation_is_in_view(page: Page) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    derivation = Derivation(page).open("step=loss")
    derivation.node("loss").scroll_into_view_if_needed()
    box, frame = derivation.node("loss").bounding_box(), page.locator(".graph-scroll").bounding_box()
    assert box
    assert frame
    assert box["x"] >= frame["x"]
    assert box["x"] + box["width"] <= frame["x"] + frame["width"] + 1


def test_on_a_phone_every_control_of_the_derivation_can_be_reached(page: Page) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    derivation = Derivation(page).open("source=normal&upstream=one_example")
    page.get_by_role("button", name="Controls").click()
    reached = ":is(input:not([type=file]), select, button, label.button):visible"
    for element in page.locator(f"#control-groups {reached}").all():
        assert element.evaluate(HIT), element.evaluate("(e) => e.outerHTML.slice(0, 80)")
    page.get_by_role("button", name="Controls").click()
    for element in page.locator(".derivation :is(.node, .grid input, .steps button):visible").all():
        assert element.evaluate(HIT), element.evaluate("(e) => e.outerHTML.slice(0, 80)")
    assert derivation.active() == "x"


def test_the_reference_fits_a_phone(page: Page) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto("/docs")
    assert overflow(page) == 0


def test_on_a_phone_the_controls_are_a_sheet_at_the_bottom(phone: Playground) -> None:
    phone.open()
    handle = phone.page.get_by_role("button", name="Controls")
    expect(phone.field("eps")).to_be_hidden()
    expect(handle).to_be_in_viewport()
    handle.click()
    expect(handle).to_have_attribute("aria-expanded", "true")
    phone.enter("eps", "0.25")
    assert phone.query["eps"] == "0.25"
    handle.click()
    expect(phone.field("eps")).to_be_hidden()


def test_on_a_phone_every_control_can_be_reached(phone: Playground) -> None:
    phone.open("mode=inference&layer_width=4&upstream=one_example&gamma=2")
    phone.page.get_by_role("button", name="Controls").click()
    controls = phone.page.locator("#controls :is(input:not([type=file]), select, textarea, button, summary):visible")
    assert controls.count() > 40
    missed = [
        control.evaluate("(c) => c.outerHTML.slice(0, 90)") for control in controls.all() if not control.evaluate(HIT)
    ]
    assert missed == []


def test_on_a_phone_the_chain_scrolls_sideways_two_by_two(phone: Playground) -> None:
    phone.open()
    chain = phone.page.locator("#chain-forward")
    assert chain.evaluate("(chain) => chain.scrollWidth / chain.clientWidth") > 1.9
    expect(phone.figure("y")).not_to_be_in_viewport()
    chain.focus()
    phone.page.keyboard.press("ArrowRight")
    phone.page.wait_for_function("() => document.getElementById('chain-forward').scrollLeft > 0")
    assert phone.axes("y")["yaxis"]["ticktext"][0] == "alcohol"
    expect(phone.figure("y")).to_be_in_viewport()


def test_on_a_phone_tables_scroll_inside_themselves(phone: Playground) -> None:
    phone.open()
    region = phone.page.get_by_role("region", name="Table of features")
    box = phone.page.locator("#features").evaluate(
        "(table) => table.parentElement.scrollWidth > table.parentElement.clientWidth"
    )
    expect(region.first).to_be_visible()
    assert box


def test_the_navigation_of_a_phone_shows_every_page(phone: Playground) -> None:
    phone.open()
    for link in phone.page.get_by_role("navigation", name="Pages").get_by_role("link").all():
        assert link.evaluate(HIT), link.text_content()


def test_a_wide_screen_shows_the_whole_chain_in_a_row(playground: Playground) -> None:
    playground.page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    playground.open()
    assert overflow(playground.page) == 0
    boxes = [playground.figure(name).bounding_box() for name in ("x", "x_hat", "y", "activation")]
    tops = {box["y"] for box in boxes if box}
    assert len(tops) == 1
    assert all(box and box["width"] > 280 for box in boxes)


def test_plots_follow_the_width_of_the_window(playground: Playground) -> None:
    playground.open()
    playground.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    width = "() => { const plot = document.querySelector('[data-figure=x] .plot');"
    width += " return plot.layout.width === plot.clientWidth && plot.clientWidth < 390; }"
    playground.page.wait_for_function(width)


def test_a_figures_legend_can_be_read(derivation: Derivation) -> None:
    for _ in at_widths(derivation.page, derivation.open):
        for figure in ("paths", "moved"):
            derivation.figure(figure).scroll_into_view_if_needed()
            derivation.settle()
            names = derivation.figure(figure).locator(".legendtext").all()
            assert len(names) >= 3
            for name in names:
                expect(name).to_be_visible()


@pytest.mark.folded
@pytest.mark.parametrize("path", EVERY)
def test_a_phone_shows_the_current_page_in_the_navigation(page: Page, path: str) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(path)
    current = page.locator(".top nav [aria-current]")
    expect(current).to_be_in_viewport(ratio=0.99)


def test_the_table_of_features_shows_that_it_goes_on_beyond_its_edge(playground: Playground) -> None:
    """Nothing of the table lies on the shadow that its box throws there, but for the headings and the names."""
    playground.open()
    table = playground.page.locator("#features")
    box = playground.page.get_by_role("region", name="Table of features")
    assert box.evaluate("(box) => box.scrollWidth > box.clientWidth")
    assert "gradient" in box.evaluate("(box) => getComputedStyle(box).backgroundImage")
    for part in (table, table.locator("tbody tr").first, table.locator("tbody td").last):
        expect(part).to_have_css("background-color", "rgba(0, 0, 0, 0)")
