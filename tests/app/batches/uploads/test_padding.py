"""Padded batches: statistics over what is valid, by a mask, by missing values, or by both."""

from typing import Any

import numpy as np
import pytest

import bncore
from app.errors import UnreadableBatch
from tests.app.batches.uploads.conftest import Parser
from tests.app.batches.uploads.files import npy, npz
from tests.each import each

RNG = np.random.default_rng(5)
X = RNG.normal(size=(6, 4, 3))  # examples, positions, channels
VALID = np.arange(4) < np.array([[4], [2], [3], [1], [4], [2]])
GARBAGE = np.where(VALID[..., None], X, 1e6)
NANS = np.where(VALID[..., None], X, np.nan)


def statistics(batch: Any) -> tuple[list[float], list[float]]:
    forward = bncore.forward(batch.x.astype(float), feature_axis=batch.feature_axis)
    return forward.mean.tolist(), forward.var.tolist()


@each("channels_last", [True, False])
@each(
    "arrays",
    [
        {"x": GARBAGE, "mask": VALID},
        {"x": GARBAGE, "attention_mask": VALID.astype(np.int64)},
        {"x": GARBAGE, "src_key_padding_mask": ~VALID},
        {"x": GARBAGE, "mask": VALID[..., None].astype(np.float32)},
        {"x": GARBAGE, "mask": np.broadcast_to(VALID[..., None], X.shape)},
        {"x": NANS, "mask": VALID},
        {"x": NANS, "missing": "mask"},
    ],
)
def test_statistics_are_over_the_valid_positions_alone(
    parse: Parser, arrays: dict[str, Any], channels_last: bool
) -> None:
    arrays = dict(arrays)
    reading = {"missing": arrays.pop("missing", "error"), "feature_axis": -1}
    if not channels_last:
        reading["feature_axis"] = 1
        arrays = {name: np.moveaxis(a, -1, 1) if a.ndim == 3 else a for name, a in arrays.items()}
    data = npz(**arrays) if len(arrays) > 1 else npy(arrays["x"])
    batch = parse.batch(data, **reading)
    assert (batch.feature_axis, batch.feature_names[0]) == (1, "channel 0")
    assert np.allclose(statistics(batch), (X[VALID].mean(axis=0), X[VALID].var(axis=0)), rtol=1e-12)
    assert "over the 16 of 24 positions that are valid by" in batch.warnings[0]


def test_the_upstream_gradient_and_the_labels_lose_the_same_positions(parse: Parser) -> None:
    dy = np.where(VALID[..., None], 2 * X, np.nan)
    data = npz(x=GARBAGE, dy=dy, mask=VALID, y=np.arange(6), weight=np.ones(3))
    batch = parse.batch(data, feature_axis=-1, label="y")
    assert batch.given["dy"].tolist() == (2 * X[VALID]).tolist()
    assert batch.labels is not None
    assert batch.labels.tolist() == [0, 0, 0, 0, 1, 1, 2, 2, 2, 3, 4, 4, 4, 4, 5, 5]


def test_rows_are_masked_as_well(parse: Parser) -> None:
    batch = parse.batch(npz(x=X[:, 0], mask=np.array([1, 1, 0, 0, 0, 1])))
    assert batch.x.tolist() == X[[0, 1, 5], 0].tolist()
    assert batch.feature_names[0] == "x0"
    assert "the 3 of 6 rows that are valid by mask." in batch.warnings[0]


def test_a_mask_may_be_left_alone_or_chosen(parse: Parser) -> None:
    data = npz(x=X, mask=VALID, real=np.ones((6, 4)))
    assert parse.batch(data, feature_axis=-1, mask="none").x.shape == X.shape
    batch = parse.batch(data, feature_axis=-1, mask="real")
    assert batch.x.shape == X.shape
    assert batch.warnings == ("Each of the 24 positions is valid by real.", "Not used: mask (6, 4) bool.")


@each(
    ("arrays", "reading", "message"),
    [
        ({"mask": VALID}, {}, r"The mask has shape \(6, 4\); .*it would have \(6, 3\)\. It would fit feature_axis=2"),
        ({"m": np.ones(5)}, {"mask": "m"}, "a value an example, or a value a position"),
        ({}, {"mask": "m"}, "no array 'm' to be the mask"),
        ({"m": np.full(6, 0.5)}, {"mask": "m"}, "holds other values than 0 and 1"),
        ({"m": np.zeros(6)}, {"mask": "m"}, "calls nothing valid"),
        ({"m": RNG.random(X.shape) < 0.5}, {"mask": "m"}, "differs between the features"),
        ({"m": np.float64(1)}, {"mask": "m"}, r"shape \(\)"),
    ],
)
def test_a_mask_that_is_none_is_a_named_error(
    parse: Parser, arrays: dict[str, Any], reading: dict[str, Any], message: str
) -> None:
    with pytest.raises(UnreadableBatch, match=message) as caught:
        parse.batch(npz(x=X, **arrays), **reading)
    assert caught.value.field == ("feature_axis" if "feature_axis" in message else "mask")


@pytest.mark.parametrize(
    ("mask", "why"),
    [(RNG.random(X.shape) < 0.5, "differs between the features of a position"), (np.full((6, 3), 2.0), "other values")],
)
def test_a_mask_of_dropout_is_no_padding_and_is_told(parse: Parser, mask: np.ndarray, why: str) -> None:
    batch = parse.batch(npz(x=X, mask=mask))
    assert batch.x.shape == X.shape
    assert why in batch.warnings[0]
    assert batch.warnings[0].endswith(", so it is not used.")


def test_an_array_of_another_shape_that_is_called_mask_is_not_used(parse: Parser) -> None:
    batch = parse.batch(npz(x=X, mask=np.ones(7)))
    assert batch.x.shape == X.shape
    assert "Not used: mask (7,) float64." in batch.warnings


def test_missing_positions_that_no_example_is_without_can_be_left_out(parse: Parser) -> None:
    data = npy(np.where(np.arange(4)[:, None] < 3, X, np.nan))
    with pytest.raises(
        UnreadableBatch, match=r"leave such rows out \(missing=drop\), or only such positions"
    ) as caught:
        parse.batch(data, feature_axis=-1)
    assert caught.value.allowed == "drop or mask"
    with pytest.raises(UnreadableBatch, match=r"none is left\. Leave out only such positions \(missing=mask\)"):
        parse.batch(data, feature_axis=-1, missing="drop")
    assert parse.batch(data, feature_axis=-1, missing="mask").x.shape == (18, 3)
    with pytest.raises(UnreadableBatch, match="No position is left"):
        parse.batch(npy(np.full((2, 3, 4), np.nan)), missing="mask")


@each(
    ("arrays", "is_told"),
    [({"x": np.ones((2, 28, 28, 3))}, True), ({"x": np.ones((2, 50, 64))}, True),
     ({"x": np.ones((2, 3, 28, 28))}, False), ({"x": np.ones((2, 16, 50))}, False),
     ({"x": np.ones((2, 10, 10, 64)), "gamma": np.ones(10)}, False)],
)  # fmt: skip
def test_channels_on_the_last_axis_are_asked_about(parse: Parser, arrays: dict[str, Any], is_told: bool) -> None:
    told = [warning for warning in parse.batch(npz(**arrays)).warnings if "set the feature axis to -1" in warning]
    assert bool(told) == is_told
    assert not parse.batch(npz(x=arrays["x"]), feature_axis=-1).warnings
