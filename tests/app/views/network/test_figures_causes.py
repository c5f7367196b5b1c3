"""Why a disturbance stops in its block, in words that follow the numbers."""

import numpy as np

from app.views.network.words.causes import cause_text
from bncore.network.contrast import Disturbance
from tests.bncore.network.contrasts import contrasted
from tests.each import each

ZERO, MAGNIFIED = "batch norm makes 0 of it", "of its rounding alone"


@each(("last_digit", "eps", "said"), [(0.0, 0.0, ZERO), (1.2e-7, 1.0, ZERO), (1.2e-7, 0.0, MAGNIFIED)])
def test_of_equal_numbers_a_norm_makes_0_or_says_that_it_magnifies_their_rounding(last_digit, eps, said):
    fill = np.ones((17, 1), np.float32)
    fill[0] += np.float32(last_digit)
    shown = contrasted(fill=fill, examples=17, eps=eps, disturbance=Disturbance(1, 3.0))
    text = cause_text(shown, "with", shown.columns["with"].disturbed, "frameworks")
    assert [words in text for words in (ZERO, MAGNIFIED)] == [words == said for words in (ZERO, MAGNIFIED)]
    assert "nothing of the batch passes this block" in text
