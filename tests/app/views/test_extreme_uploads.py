"""Uploads at the ends of float64: every view that takes one answers, or refuses by name."""

import numpy as np
import pytest

LARGEST = np.finfo(float).max
TINY = 5e-324
SIGNS = np.where(np.arange(12).reshape(4, 3) % 5 < 2, -1.0, 1.0)
UPLOADS = {
    "the largest, of both signs": {"x": LARGEST * SIGNS},
    "the largest, always": {"x": np.full((4, 3), LARGEST), "y": np.arange(4) % 2},
    "large, shifted to both ends": {"x": np.full((1, 3), 1e300), "beta": np.array([1e308, TINY, -TINY])},
    "the smallest, shifted far": {"x": np.full((4, 3), TINY), "beta": np.array([-LARGEST, -LARGEST / 2, -TINY])},
    "running statistics far from it": {
        "x": np.full((9, 2), 2.2e-308), "running_mean": np.full(2, LARGEST), "running_var": np.array([TINY, LARGEST]),
    },
    "a scale and gradients as large": {"x": SIGNS, "gamma": np.full(3, LARGEST), "dy": LARGEST * SIGNS},
}  # fmt: skip
QUERIES = [
    "/?", "/api/v1/playground?", "/api/v1/playground?mode=inference&activation=sigmoid&upstream=squared_error",
    "/api/v1/playground?upstream=sum_of_squares&eps_placement=deviation", "/api/v1/playground/data?",
    "/api/v1/derivation?", "/api/v1/batch-size?", "/api/v1/norms?",
]  # fmt: skip


@pytest.mark.parametrize("what", UPLOADS)
def test_every_view_answers_or_refuses(client, uploaded, what):
    id = uploaded(**UPLOADS[what])
    for query in QUERIES:
        answer = client.get(f"{query}&source={id}")
        assert answer.status_code in (200, 422), (query, answer.text)
