"""A picture shows the data's own shape: an affine map and the kind of axis leave the number of peaks as it is."""

import numpy as np

from app.views.playground.figures import Selection, figures
from bncore.playground.chain import NormLayer, playground
from tests.each import each

KINDS = ("linear", "symlog", "auto")
NUMBERS = 2000


def drawn_rows(make):
    rng = np.random.default_rng(11)
    two = np.where(rng.random(NUMBERS) < 0.5, -2.0, 2.0) + 0.5 * rng.standard_normal(NUMBERS)
    return {"normal": rng.standard_normal(NUMBERS), "uniform": rng.random(NUMBERS), "two_peaked": two}[make]


def outlines_of(figure, features):
    """Each row's heights above its floor, between the steps."""
    trace = figure["data"][0]
    x, y = (np.array(trace[name], dtype=float) for name in ("x", "y"))
    gaps = np.flatnonzero(np.isnan(y))
    rows = [(part_x, part_y) for part_x, part_y in zip(np.split(x, gaps), np.split(y, gaps), strict=True)]
    return [
        (xs[~np.isnan(ys)], ys[~np.isnan(ys)] - (features - 1 - row)) for row, (xs, ys) in enumerate(rows[:features])
    ]


def peaks(heights):
    """How many steps of an outline are higher than both their neighbours."""
    steps = heights[np.append(True, np.diff(heights) != 0.0)]
    return int(((steps[1:-1] > steps[:-2]) & (steps[1:-1] > steps[2:])).sum())


@each("make", ["normal", "uniform", "two_peaked"])
@each(("scale", "shift"), [(1.0, 0.0), (0.02, 0.0), (300.0, 0.0), (1.0, 50.0), (5.0, -20.0)])
@each("gamma", [3.0, 0.1, -1.0])
def test_a_row_has_the_same_peaks_on_every_axis_and_after_every_affine_map(make, scale, shift, gamma):
    row = drawn_rows(make)
    x = np.stack([scale * row + shift, row], axis=1)
    layer = NormLayer(gamma=np.full(2, gamma), beta=np.full(2, 1.5), activation="identity", upstream="random")
    names = ("a", "b")
    peaks_by_axis = {}
    for kind in KINDS:
        result = playground(x, layer, rng=np.random.default_rng(0), axis=kind)
        panels = figures(result, Selection(names, (), "frameworks", (0, 1)))
        for stage in ("x", "x_hat", "y", "activation"):
            peaks_by_axis |= {(kind, stage, i): h for i, (_, h) in enumerate(outlines_of(panels[stage], 2))}
        gradients = [peaks(h) for stage in ("d_activation", "dy", "dx_hat", "dx_direct") for _, h in
                     outlines_of(panels[stage], 2)]  # fmt: skip
        assert len(set(gradients[0::2])) == len(set(gradients[1::2])) == 1
    counted = {key: peaks(heights) for key, heights in peaks_by_axis.items()}
    assert len(set(counted.values())) == 1, counted
    reference = np.sort(peaks_by_axis["linear", "x", 0])
    for heights in peaks_by_axis.values():  # not only the peaks: the whole outline, or its mirror image
        np.testing.assert_allclose(np.sort(heights), reference, atol=0.011)
