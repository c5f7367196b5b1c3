"""Running statistics over several batches."""

import numpy as np
import pytest

from bncore import BatchNormError, UnbiasedOfOne, cold_start, forward


def test_cold_start_is_mean_zero_and_variance_one():
    mean, var = cold_start(3)
    np.testing.assert_array_equal(mean, [0, 0, 0])
    np.testing.assert_array_equal(var, [1, 1, 1])


@pytest.mark.parametrize(("convention", "factor"), [("unbiased", 4 / 3), ("biased", 1)])
def test_repeated_equal_batches_approach_their_statistics_geometrically(convention, factor):
    x = np.array([[1.0], [2.0], [3.0], [6.0]])
    mean, var = cold_start(1)
    for _ in range(5):
        result = forward(x, running_mean=mean, running_var=var, momentum=0.5, running_variance=convention)
        mean, var = result.running_mean, result.running_var
    np.testing.assert_allclose(mean, 3 * (1 - 2**-5))
    np.testing.assert_allclose(var, 2**-5 + (1 - 2**-5) * 3.5 * factor)


@pytest.mark.parametrize(("momentum", "mean"), [(0, 7), (1, 2)])
def test_momentum_weighs_the_new_batch(momentum, mean):
    result = forward([[1.0], [3.0]], running_mean=[7], running_var=[1], momentum=momentum)
    np.testing.assert_array_equal(result.running_mean, [mean])


def test_unbiased_running_variance_of_one_example_is_refused():
    with pytest.raises(UnbiasedOfOne, match="biased") as caught:
        forward([[1.0]], running_mean=[0], running_var=[1])
    assert caught.value.parameter == "running_variance"
    assert forward([[1.0]], running_mean=[0], running_var=[1], running_variance="biased").running_var[0] == 0.9


def test_running_inputs_are_not_changed():
    mean, var = cold_start(1)
    forward([[1.0], [3.0]], running_mean=mean, running_var=var)
    assert (mean[0], var[0]) == (0, 1)


def test_momentum_that_is_not_a_number_is_refused():
    with pytest.raises(BatchNormError):
        forward([[1.0], [3.0]], running_mean=[7], running_var=[1], momentum=float("nan"))
