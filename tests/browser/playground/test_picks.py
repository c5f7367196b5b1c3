"""The menus beside the stage's lanes lie on nothing that is drawn, however wide the page is, and on paper."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.playground.page import Playground
from tests.browser.stage import cut

pytestmark = pytest.mark.folded
SEEN = """() => {
  const across = (one, other) => one.left < other.right && other.left < one.right;
  const inside = (one, other) => across(one, other) && one.top < other.bottom && other.top < one.bottom;
  const boxes = (of, within = document) => [...within.querySelectorAll(of)]
    .filter((part) => part.checkVisibility({ visibilityProperty: true })).map((part) => part.getBoundingClientRect());
  const menus = boxes(".lane-picks select");
  const drawn = boxes("#stage .dots path, #stage .lane-told");
  const astray = [...document.querySelectorAll("#stage .lane")].flatMap((lane) => {
    const [{ top, bottom }] = boxes(".lane-back", lane);
    return boxes(".dots path", lane).filter((dot) => dot.top < top || dot.bottom > bottom);
  });
  const covered = drawn.filter((one) => menus.some((menu) => inside(one, menu)));
  return { menus: menus.length, drawn: drawn.length, covered: covered.length, astray: astray.length };
}"""
CLEAR = {"menus": 3, "drawn": 3 * 178 + 3, "covered": 0, "astray": 0}
FEWER = CLEAR | {"drawn": 3 * 150 + 3}
"""On paper, where all sections are drawn."""
HEIGHT = "() => document.querySelector('#stage .drawing').getBoundingClientRect().height"
FIVE = "source=class_sorted&classes=5&classes_in_batch=5&batch_size=178"


def print_is(page: Page, event: str) -> None:
    page.evaluate("(event) => { dispatchEvent(new Event(event)); }", event)


def test_no_menu_covers_a_dot_or_a_text_at_any_step_or_on_paper(playground: Playground) -> None:
    page = playground.page
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(reduced_motion="reduce")
    playground.open(FIVE)
    expect_no_menu_above(page)
    playground.step_to("gamma=sigma&beta=mean&step=y")
    assert page.locator(".ruler text").all_text_contents()[-1] == "2000"
    assert cut(page) == []
    playground.step_to("")
    for width in (390, 620, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        page.locator('#steps [data-step="x"]').click()
        playground.settle()
        expect_no_menu_above(page)
    expect_it_said_that_classes_share_marks(playground)
    playground.step_to("source=iris&lanes=0,1,2")
    expect_no_menu_above_on_paper(page)


def expect_it_said_that_classes_share_marks(playground: Playground) -> None:
    rows = "".join(f"{n}.5,{n % 7},class {n % 11}\n" for n in range(33))
    sent = playground.page.request.post("/api/v1/batches", data=f"a,b,kind\n{rows}".encode())
    key = playground.page.locator("#stage-classes")
    expect(key).not_to_contain_text("share")
    playground.step_to(f"source={sent.json()['id']}&label=kind")
    expect(key).to_contain_text("(11 classes share 10 marks)")


def expect_no_menu_above(page: Page) -> None:
    assert page.evaluate(SEEN) == CLEAR
    height = page.evaluate(HEIGHT)
    for step in ("x_hat", "y", "activation"):
        page.locator(f'#steps [data-step="{step}"]').click()
        expect(page.locator("#stage .drawing")).to_have_attribute("data-step", step)
        assert page.evaluate(SEEN) == CLEAR
    assert page.evaluate(HEIGHT) == height


def expect_no_menu_above_on_paper(page: Page) -> None:
    page.emulate_media(media="print", reduced_motion="reduce")
    assert page.evaluate(SEEN) == FEWER
    for event in ("beforeprint", "afterprint"):
        print_is(page, event)
        assert page.evaluate(SEEN) == FEWER
