"""How an array is seen and cut."""

import numpy as np

from bncore.layout import BLOCK, layout_of
from tests.each import each

SHAPES = [((5, 3), 1), ((100_000, 3), 1), ((2, 300_000), 0), ((4, 3, 90, 90), 1), ((3, 70_000), 1), ((2, 2, 50_000), 1)]


@each(("shape", "axis"), SHAPES)
def test_blocks_cover_every_number_once(shape, axis):
    layout = layout_of(shape, axis)
    seen = np.zeros(layout.view, dtype=int)
    for index in layout.blocks():
        seen[index] += 1
    assert (seen == 1).all()


@each(("shape", "axis"), SHAPES)
def test_every_block_fits_its_scratch(shape, axis):
    layout = layout_of(shape, axis)
    (scratch,) = layout.scratch()
    view = np.zeros(layout.view, dtype=bool)
    largest = max(view[index].size for index in layout.blocks())
    assert largest <= scratch.size <= max(BLOCK, 64 * layout.features)


@each(("shape", "axis"), SHAPES)
def test_sum_of_a_view_is_the_sum_over_all_other_axes(shape, axis):
    x = np.random.default_rng(0).standard_normal(shape)
    layout = layout_of(shape, axis)
    others = tuple(other for other in range(len(shape)) if other != axis)
    np.testing.assert_allclose(layout.sum(x.reshape(layout.view)), x.sum(axis=others), atol=1e-9)


def test_rows_of_few_features_are_joined():
    assert layout_of((6000, 3), 1).view == (75, 240)
    assert layout_of((60, 3), 1).view == (60, 3)
