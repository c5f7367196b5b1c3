"""Where the stage draws the cells: squares apart from each other, within a drawing of one size for every block."""

import numpy as np
import pytest

from app.views.norms.stage.drawing import drawing_of
from app.views.norms.stage.window import window_at
from tests.each import each

SHAPES = [(4, 6, 3, 3), (1, 1), (64, 64), (12, 18), (5, 7, 2), (5, 7, 9), (64, 64, 8, 8), (3, 2, 2, 2, 5), (9, 4, 1, 2)]


@each("shape", SHAPES)
def test_cells_stand_apart_within_the_drawing(shape):
    window = window_at(shape, (0, 0, 0))
    drawing = drawing_of(window)
    for places, room, axes in ((drawing["xs"], drawing["width"], (0, 3)), (drawing["ys"], drawing["height"], (1, 2))):
        assert len(places) == window.shown[axes[0]] * window.shown[axes[1]]
        assert (np.diff(places) >= drawing["cell"] - 1e-9).all()
        assert places[0] >= 0
        assert places[-1] + drawing["cell"] <= room
        assert places[0] == pytest.approx(room - places[-1] - drawing["cell"], abs=0.02)


def test_a_drawing_is_of_one_size_whatever_is_drawn():
    sizes = {tuple(drawing_of(window_at(shape, (0, 0, 0)))[side] for side in ("width", "height")) for shape in SHAPES}
    assert len(sizes) == 1


def test_channels_and_examples_stand_farther_apart_than_their_positions():
    drawing = drawing_of(window_at((4, 6, 3, 3), (0, 0, 0)))
    gaps = np.diff(drawing["xs"]).round(6)
    assert gaps.tolist() == [8, 8, 11] * 3 + [8, 8]
