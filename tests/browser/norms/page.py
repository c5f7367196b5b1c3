"""The norms as a person handles them: open the page, point at cells, choose a situation, read what it says."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Locator, expect

from tests.browser.view import ViewPage

STAGE = """(wanted) => {
  const boxOf = (one) => one?.getBoundingClientRect().toJSON();
  const middleOf = ({ left, right, top, bottom }) => [(left + right) / 2, (top + bottom) / 2];
  const isAt = (box, [x, y]) => middleOf(box).every((place, i) => Math.abs(place - [x, y][i]) < 1);
  const staged = (cube) => {
    const rects = [...cube.querySelectorAll(".stage-cells rect")];
    const boxes = rects.map((rect) => rect.getBoundingClientRect());
    const mark = middleOf(cube.querySelector(".stage-at circle").getBoundingClientRect());
    const where = (is) => rects.flatMap((rect, i) => (is(rect, i) ? [i] : []));
    const lit = where((rect) => rect.classList.contains("lit"));
    const marked = where((_, i) => isAt(boxes[i], mark));
    const frame = boxOf(cube.querySelector(".stage-changed"));
    return { count: rects.length, lit, marked, frame, cells: wanted.map((i) => boxes.at(i).toJSON()) };
  };
  const cubes = [...document.querySelectorAll("[data-stage-cube]")].filter((cube) => cube.checkVisibility());
  return Object.fromEntries(cubes.map((cube) => [cube.dataset.stageCube, staged(cube)]));
}"""
ALL_LIT = """(boxes) => {
  const lit = Object.fromEntries(boxes.map((box) => [box.closest("[data-cube]").dataset.cube, []]));
  for (const box of boxes) {
    const place = [box.dataset.example, box.dataset.channel].map(Number);
    if (box.classList.contains("shared")) lit[box.closest("[data-cube]").dataset.cube].push(place);
  }
  return lit;
}"""


Box = dict[str, float]


@dataclass(frozen=True)
class StageCube:
    """A cube of the stage, as it stands on the screen."""

    count: int
    """So many cells."""
    lit: list[int]
    """The cells that are lit."""
    marked: list[int]
    """The cells in whose middle the mark of the cell that is looked at lies."""
    frame: Box
    """The frame of the channel that is changed."""
    cells: list[Box]
    """Where those cells stand that were asked for."""


class Norms(ViewPage):
    """A page with the norms in it."""

    path = "/norms"

    @property
    def query(self) -> dict[str, str]:
        """The fields in the address, but for the sections that are open."""
        return {name: value for name, value in super().query.items() if name != "open"}

    def answer(self) -> dict[str, Any]:
        response = self.page.request.get(f"/api/v1{self.path}?{urlencode(self.query)}")
        assert response.ok
        return response.json()

    def norm(self, name: str) -> dict[str, Any]:
        """A norm's part of the answer."""
        return next(norm for norm in self.answer()["norms"] if norm["name"] == name)

    @property
    def cell(self) -> Locator:
        """The sentence that tells the cell that is looked at."""
        return self.page.locator("#cube-told")

    # ---- the stage ----

    def stage_cube(self, name: str) -> Locator:
        return self.page.locator(f'[data-stage-cube="{name}"]')

    def staged(self, *cells: int) -> dict[str, StageCube]:
        """The cubes as they stand on the screen now, with the places of some cells."""
        return {name: StageCube(**cube) for name, cube in self.page.evaluate(STAGE, cells).items()}

    def stage_centre(self, name: str, cell: int) -> tuple[float, float]:
        (box,) = self.staged(cell)[name].cells
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def stage_point(self, name: str, cell: int) -> None:
        """Point at a cell with the mouse."""
        self.page.mouse.move(*self.stage_centre(name, cell))

    # ---- the cubes of values ----

    def card(self, norm: str) -> Locator:
        return self.page.locator(f'[data-cube="{norm}"]')

    def box(self, norm: str, example: int, channel: int) -> Locator:
        """An example's channel in a norm's cube."""
        return self.card(norm).locator(f'[data-example="{example}"][data-channel="{channel}"]')

    def all_lit(self) -> dict[str, set[tuple[int, int]]]:
        """Of each cube the examples and channels whose cells are lit."""
        lit = self.page.locator("[data-cube] .cube-box").evaluate_all(ALL_LIT)
        return {norm: {(example, channel) for example, channel in places} for norm, places in lit.items()}

    def lit(self, norm: str) -> set[tuple[int, int]]:
        """Examples and channels whose cells are lit in a norm's cube."""
        return self.all_lit()[norm]

    def text(self, norm: str) -> str:
        """What a norm says of the situation."""
        return self.card(norm).locator(".cube-text").inner_text()

    def told(self, norm: str) -> str:
        """What a norm says of the cell."""
        return self.card(norm).locator(".cube-cell").inner_text()

    def expect_cell(self, text: str) -> None:
        expect(self.cell).to_contain_text(text)
