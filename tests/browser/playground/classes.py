"""How the classes of a batch are told apart on the playground's stage."""

from itertools import pairwise

from playwright.sync_api import Page

MARKS = "(marks) => [...new Set(marks.map((mark) => mark.getAttribute('d') + mark.getAttribute('class')))].sort()"
TORN = """(all) => all.filter((one) => {
  const [mark, name] = [one.querySelector("svg"), document.createRange()].map((part) => {
    if (part instanceof Range) part.selectNodeContents(one.lastChild);
    return part.getBoundingClientRect();
  });
  return name.top > mark.bottom || name.left < mark.right;
}).map((one) => one.textContent)"""
"""The names in the key that do not stand beside their marks."""
ROWS = """(lane) => {
  const places = [...lane.querySelectorAll(".dots path")].map((mark) => mark.getAttribute("transform"));
  const heights = places.map((place) => Number(/ ([\\d.]+)\\)/.exec(place)[1]));
  return [...new Set(heights)].sort((one, other) => one - other);
}"""
BAR = "(lane) => Number(lane.querySelector('.deviation').getAttribute('y1'))"
SIZE = 4
"""Of a mark, from its middle, in pixels."""


def each_class_is_told_apart(page: Page) -> None:
    """Of ten, whatever the colours are: by shape, open or filled, in the lanes as in the key."""
    key = page.locator("#stage-classes")
    marks = key.locator("path.class-mark").evaluate_all(MARKS)
    assert len(marks) == 10
    assert page.locator(".lane .dots path.class-mark").evaluate_all(MARKS) == marks
    lane = page.locator(".lane").first
    rows = lane.evaluate(ROWS)
    assert min(lower - upper for upper, lower in pairwise(rows)) >= SIZE, "marks of one value would hide each other"
    assert rows[-1] + SIZE < lane.evaluate(BAR)
    names = key.locator("span")
    assert names.count() == 10
    assert names.evaluate_all(TORN) == []
