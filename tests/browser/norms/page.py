"""The norms as a person handles them: open the page, point at cells, choose a situation, read what it says."""

from typing import Any

from playwright.sync_api import Locator, expect

from tests.browser.view import ViewPage

LIT = """(boxes) => boxes.filter((box) => box.classList.contains("shared"))
  .map(({ dataset: { example, channel } }) => [Number(example), Number(channel)])"""

STAGE_LIT = "(all) => all.map((rect, i) => (rect.classList.contains('lit') ? i : -1)).filter((i) => i >= 0)"
BOXES = "(all) => all.map((one) => one.getBoundingClientRect().toJSON())"


class Norms(ViewPage):
    """A page with the norms in it."""

    path = "/norms"

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

    def stage_cells(self, name: str) -> list[dict[str, float]]:
        """Where each cell of a cube stands on the screen."""
        boxes: list[dict[str, float]] = self.stage_cube(name).locator(".stage-cells rect").evaluate_all(BOXES)
        return boxes

    def stage_pitch(self, name: str) -> tuple[float, float]:
        """Pixels from a cell to the next beside it and to the next below it."""
        first, second, *rest = self.stage_cells(name)
        return second["x"] - first["x"], rest[1]["y"] - first["y"]

    def stage_lit(self, name: str) -> list[int]:
        """The cells of a cube that are lit."""
        lit: list[int] = self.stage_cube(name).locator(".stage-cells rect").evaluate_all(STAGE_LIT)
        return lit

    def stage_centre(self, name: str, cell: int) -> tuple[float, float]:
        box = self.stage_cells(name)[cell]
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def stage_box(self, name: str, cell: int) -> tuple[int, int]:
        """The centre of a cell, in whole pixels."""
        x, y = self.stage_centre(name, cell)
        return round(x), round(y)

    def stage_mark(self, name: str) -> tuple[int, int]:
        """The centre of the mark of the cell that is looked at."""
        box = (
            self.stage_cube(name)
            .locator(".stage-at circle")
            .evaluate("(mark) => mark.getBoundingClientRect().toJSON()")
        )
        return round(box["x"] + box["width"] / 2), round(box["y"] + box["height"] / 2)

    def stage_frame(self, name: str) -> list[float]:
        """Left, top, right and bottom of the frame of the channel that is changed."""
        frame = self.stage_cube(name).locator(".stage-changed").evaluate(
            "(frame) => { const { left, top, right, bottom } = frame.getBoundingClientRect();"
            " return [left, top, right, bottom]; }"
        )  # fmt: skip
        return list(frame)

    def stage_point(self, name: str, cell: int) -> None:
        """Point at a cell with the mouse."""
        self.page.mouse.move(*self.stage_centre(name, cell))

    # ---- the cubes of values ----

    def card(self, norm: str) -> Locator:
        return self.page.locator(f'[data-cube="{norm}"]')

    def box(self, norm: str, example: int, channel: int) -> Locator:
        """An example's channel in a norm's cube."""
        return self.card(norm).locator(f'[data-example="{example}"][data-channel="{channel}"]')

    def lit(self, norm: str) -> set[tuple[int, int]]:
        """Examples and channels whose cells are lit."""
        return {tuple(place) for place in self.card(norm).locator(".cube-box").evaluate_all(LIT)}

    def text(self, norm: str) -> str:
        """What a norm says of the situation."""
        return self.card(norm).locator(".cube-text").inner_text()

    def told(self, norm: str) -> str:
        """What a norm says of the cell."""
        return self.card(norm).locator(".cube-cell").inner_text()

    def expect_cell(self, text: str) -> None:
        expect(self.cell).to_contain_text(text)
