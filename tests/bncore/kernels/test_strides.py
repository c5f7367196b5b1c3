"""Operands whose examples are not as far apart as another's: features lie side by side, so nothing is copied."""

import numpy as np
import pytest

from bncore.kernels import using
from tests.bncore.kernels.test_passes import MODULE, SETS, WHY, assert_same_bits, batch, mild, outcome
from tests.each import each

pytestmark = pytest.mark.skipif(MODULE is None, reason=f"NumPy alone: {WHY}")


def apart(x, by):
    """The same numbers, in every so many of the examples of a larger array."""
    return np.repeat(x, by, axis=0)[::by]


@each("shape", [(9, 70), (70, 9), (5, 7, 35), (3, 2, 600)])
def test_examples_further_apart_than_those_of_another_operand_change_no_bit(shape):
    x, dy, gamma, beta = batch(4, mild, shape, 1, "float32")
    for instructions in SETS:
        with using(instructions):
            plain = outcome(x, dy, gamma, beta, 1)
            for sparse in ((apart(x, 2), dy), (x, apart(dy, 3))):
                assert_same_bits(outcome(*sparse, gamma, beta, 1), plain)
