"""The rulers of the example that is dragged."""

import numpy as np

from bncore import forward
from bncore.derivation.rulers import input_ruler, output_ruler
from tests.each import each


@each("x", [[1.0, 2.0, 4.0, 5.0], [7.0, 7.0], [0.0], [-3e5, 1e5], [1e-9, 2e-9]])
def test_inputs_have_room_on_either_side(x):
    low, high = input_ruler(np.array(x)).limits()
    spread = max(x) - min(x)
    assert low < min(x)
    assert high > max(x)
    assert low <= min(x) - spread
    assert high >= max(x) + spread


@each(("gamma", "beta"), [(1.0, 0.0), (-2.0, 5.0), (0.0, 3.0)])
@each("count", [1, 2, 8])
def test_no_input_takes_an_output_off_its_ruler(gamma, beta, count):
    low, high = output_ruler(gamma, beta, count).limits()
    rng = np.random.default_rng(count)
    for scale in (1e-3, 1.0, 1e6):
        x = rng.standard_normal((count, 1))
        x[0] *= scale
        y = forward(x, [gamma], [beta], eps=0).y
        assert low <= y.min()
        assert y.max() <= high
