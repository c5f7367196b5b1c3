import numpy as np
import pytest

from app.errors import InvalidQuery, UnreadableBatch, UploadTooLarge
from tests.app.batches.uploads.conftest import Parser
from tests.app.batches.uploads.files import npy
from tests.each import each

X = np.arange(6).reshape(3, 2)


@each("dtype", ["float16", "float32", "float64", ">f4"])
def test_floats_keep_their_dtype(parse: Parser, dtype: str) -> None:
    batch = parse.batch(npy(X.astype(dtype)))
    assert batch.x.dtype == np.dtype(dtype).newbyteorder("=")
    assert batch.x.tolist() == X.tolist()
    assert batch.feature_names == ("x0", "x1")


@each("dtype", ["int8", "uint16", "int64", "bool"])
def test_integers_and_truth_values_become_float64(parse: Parser, dtype: str) -> None:
    batch = parse.batch(npy(X.astype(dtype)))
    assert batch.x.dtype == np.float64
    assert batch.x.tolist() == X.astype(dtype).astype(float).tolist()


def test_fortran_order_is_read(parse: Parser) -> None:
    assert parse.batch(npy(np.asfortranarray(X))).x.tolist() == X.tolist()


@each(("axis", "features"), [(1, 3), (3, 5), (-1, 5), (2, 4)])
def test_any_axis_but_the_first_holds_the_channels(parse: Parser, axis: int, features: int) -> None:
    batch = parse.batch(npy(np.ones((2, 3, 4, 5))), feature_axis=axis)
    assert batch.feature_names == tuple(f"channel {i}" for i in range(features))
    assert batch.feature_axis == axis % 4


@each("axis", [0, 2, -2, 9])
def test_a_feature_axis_that_is_not_there_is_an_error(parse: Parser, axis: int) -> None:
    with pytest.raises(InvalidQuery, match="axis 0 counts the examples") as caught:
        parse.batch(npy(X), feature_axis=axis)
    assert caught.value.field == "feature_axis"


@each(
    ("array", "message"),
    [
        (np.ones(3), r"reshape\(-1, 1\)"),
        (np.float64(3), "two or more axes"),
        (np.ones((0, 3)), "nothing in it"),
        (np.ones((3, 0)), "nothing in it"),
        (np.ones((2, 2), complex), "complex128"),
        (np.ones((2, 2), np.complex64), "complex64"),
        (np.ones((2, 2), np.longdouble), "float128"),
        (np.array([["a", "b"]]), "<U1"),
        (np.zeros((2, 2), "datetime64[s]"), "datetime64"),
        (np.zeros((2, 2), [("a", "f8")]), "dtype"),
    ],
)
def test_an_array_that_is_no_batch_is_a_named_error(parse: Parser, array: object, message: str) -> None:
    with pytest.raises(UnreadableBatch, match=message):
        parse.batch(npy(array))


@each("change", [lambda data: data[:-1], lambda data: data + b"0", lambda data: data[:40]])
def test_an_array_that_is_cut_or_padded_is_an_error(parse: Parser, change: object) -> None:
    with pytest.raises(UnreadableBatch, match=r"numpy\.save|upload it whole"):
        parse.batch(change(npy(X)))  # type: ignore[operator]


def test_a_header_that_promises_too_much_is_refused_without_allocating(parse: Parser) -> None:
    data = npy(np.ones((3, 2))).replace(b"(3, 2)", b"(99999999999999, 2)", 1)
    with pytest.raises(UnreadableBatch):
        parse.batch(data)


def test_an_array_above_the_limit_is_refused(parse: Parser) -> None:
    parse.limit = 100
    with pytest.raises(UploadTooLarge):
        parse.batch(npy(np.ones((10, 2))))


@pytest.mark.parametrize(("value", "word"), [(np.nan, "NaN"), (np.inf, "infinite")])
def test_a_missing_value_is_named_by_its_index(parse: Parser, value: float, word: str) -> None:
    x = np.ones((4, 2, 3))
    x[2, 1, 0] = value
    with pytest.raises(UnreadableBatch, match=rf"x\[2, 1, 0\].*{word}.*missing=drop"):
        parse.batch(npy(x))
    assert len(parse.batch(npy(x), missing="drop").x) == 3


def test_a_label_of_an_npy_is_an_error_that_says_what_to_do(parse: Parser) -> None:
    with pytest.raises(UnreadableBatch, match=r"numpy\.savez"):
        parse.batch(npy(X), label="y")
