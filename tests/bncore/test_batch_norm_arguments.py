"""What the forward pass refuses, by the name of the argument."""

import numpy as np
import pytest

import bncore
from bncore import forward
from tests.each import each


@each("shape", [(0, 3), (3, 0), (2, 3, 0)])
def test_empty_batch_is_refused(shape):
    with pytest.raises(bncore.EmptyBatch):
        forward(np.zeros(shape))


@each("x", [np.ones((2, 2), complex), [["a", "b"]], np.array([[1, None]]), np.ones((2, 2), np.longdouble)])
def test_what_is_not_a_real_number_is_refused_as_a_type_error(x):
    with pytest.raises(bncore.BadDtype) as caught:
        forward(x)
    assert isinstance(caught.value, TypeError)
    assert caught.value.parameter == "x"


def test_masked_numbers_are_refused_and_a_mask_of_none_is_no_matter():
    x = np.ma.masked_equal([[1.0, 2.0], [3.0, -999.0], [5.0, 7.0]], -999)
    with pytest.raises(bncore.BadParameter, match=r"^x: 1 number is masked"):
        forward(x)
    with pytest.raises(bncore.BadParameter, match=r"^gamma: 2 numbers are masked"):
        forward(np.ones((3, 2)), np.ma.masked_greater([1.0, 1.0], 0))
    with pytest.raises(bncore.BadParameter, match=r"^x: 1 number is masked"):
        forward([x[0], x[1], x[2]])
    with pytest.raises(bncore.BadDtype):
        forward(np.ma.zeros((2, 2), "f8, f8"))
    np.testing.assert_array_equal(forward(x[:1].filled()).mean, forward(x[:1]).mean)


@each("bad", [np.nan, np.inf, -np.inf])
@each("mode", bncore.MODES)
def test_a_number_that_is_not_finite_is_refused_with_its_place(bad, mode):
    x = np.ones((3, 4, 2))
    x[2, 1, 0] = bad
    with pytest.raises(bncore.NonFiniteInput, match=r"x\[2, 1, 0\]") as caught:
        forward(x, mode=mode, running_mean=np.zeros(4), running_var=np.ones(4))
    assert caught.value.index == (2, 1, 0)


def test_a_number_too_large_for_dtype_is_refused_with_its_place():
    with pytest.raises(bncore.NonFiniteInput, match=r"x\[1, 0\] is inf in float16"):
        forward([[1.0], [1e6]], dtype="float16")


def test_a_variance_too_large_for_float64_is_named():
    with pytest.raises(bncore.VarianceOverflow, match="feature 1"):
        forward([[1.0, 1e200], [2.0, -1e200]])


@each(
    ("arguments", "parameter"),
    [
        ({"eps": -1e-5}, "eps"),
        ({"eps": float("nan")}, "eps"),
        ({"eps": float("inf")}, "eps"),
        ({"eps": 1e-310}, "eps"),
        ({"eps": "small"}, "eps"),
        ({"eps": None}, "eps"),
        ({"feature_axis": 1.0}, "feature_axis"),
        ({"eps_placement": "lecture"}, "eps_placement"),
        ({"feature_axis": 2}, "feature_axis"),
        ({"feature_axis": -3}, "feature_axis"),
        ({"mode": "eval"}, "mode"),
        ({"mode": "inference"}, "running_mean"),
        ({"running_var": [1, 1]}, "running_mean"),
        ({"running_mean": [1, 1]}, "running_var"),
        ({"running_mean": [0, 0], "running_var": [1, -1]}, "running_var"),
        ({"running_mean": [0, 0], "running_var": [1, 1], "momentum": 1.5}, "momentum"),
        ({"running_mean": [0, 0], "running_var": [1, 1], "running_variance": "sample"}, "running_variance"),
        ({"dtype": "float8"}, "dtype"),
        ({"gamma": [1]}, "gamma"),
        ({"gamma": 2.0}, "gamma"),
        ({"beta": [1, np.nan]}, "beta"),
        ({"beta": ["a", "b"]}, "beta"),
    ],
)
def test_a_bad_argument_is_refused_by_name(arguments, parameter):
    with pytest.raises(bncore.BatchNormError) as caught:
        forward(np.eye(2), **arguments)
    assert caught.value.parameter == parameter


@each("x", [[1.0, 2.0], [[1.0], [1.0, 2.0]], 3.0])
def test_a_batch_without_two_even_axes_is_refused(x):
    with pytest.raises(bncore.ShapeMismatch):
        forward(x)
