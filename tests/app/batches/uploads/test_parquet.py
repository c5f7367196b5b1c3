import io
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as arrow_parquet
import pytest

from app.errors import UnreadableBatch, UploadTooLarge
from tests.app.batches.uploads.conftest import Parser


def parquet(columns: dict[str, Any], **options: Any) -> bytes:
    file = io.BytesIO()
    arrow_parquet.write_table(pa.table(columns), file, **options)
    return file.getvalue()


def test_numeric_columns_are_the_features(parse: Parser) -> None:
    batch = parse.batch(parquet({"a": [1, 2], "b": [0.5, 1.5], "c": [True, False], "d": ["x", "y"]}))
    assert batch.x.tolist() == [[1.0, 0.5, 1.0], [2.0, 1.5, 0.0]]
    assert batch.feature_names == ("a", "b", "c")
    assert batch.warnings == ("Left out because they hold no numbers: d.",)


def test_float32_stays_float32(parse: Parser) -> None:
    assert parse.batch(parquet({"a": np.ones(3, np.float32), "b": np.ones(3, np.float32)})).x.dtype == np.float32


@pytest.mark.parametrize("labels", [["x", "y", "x"], pa.array(["x", "y", "x"]).dictionary_encode()])
def test_a_text_column_gives_labels(parse: Parser, labels: Any) -> None:
    batch = parse.batch(parquet({"a": [1.0, 2, 3], "y": labels}), label="y")
    assert batch.labels is not None
    assert (batch.labels.tolist(), batch.label_names) == ([0, 1, 0], ("x", "y"))
    assert batch.feature_names == ("a",)


def test_numbers_give_labels(parse: Parser) -> None:
    batch = parse.batch(parquet({"a": [1.0, 2, 3], "y": [10, 9, 10]}), label="y")
    assert batch.label_names == ("9", "10")


def test_a_missing_value_is_named(parse: Parser) -> None:
    data = parquet({"a": [1, 2, None], "b": [1.0, 2.0, 3.0]})
    with pytest.raises(UnreadableBatch, match="row 3, column 'a'"):
        parse.batch(data)
    assert parse.batch(data, missing="drop").x.tolist() == [[1.0, 1.0], [2.0, 2.0]]


def test_a_missing_label_is_an_error(parse: Parser) -> None:
    with pytest.raises(UnreadableBatch, match="label column 'y' has missing"):
        parse.batch(parquet({"a": [1, 2], "y": ["p", None]}), label="y")


def test_several_row_groups_are_read_in_order(parse: Parser) -> None:
    assert parse.batch(parquet({"a": np.arange(1000.0)}, row_group_size=10)).x[:, 0].tolist() == list(range(1000))


def test_a_run_that_unpacks_to_too_much_is_refused_by_its_footer(parse: Parser) -> None:
    data = parquet({"a": np.zeros(10**6)})
    assert len(data) < 20_000
    with pytest.raises(UploadTooLarge):
        parse.batch(data)
    assert list(parse.root.rglob("*.npy")) == []


def test_a_dictionary_of_long_text_is_refused_or_left_alone(parse: Parser) -> None:
    data = parquet({"a": np.zeros(1000), "y": ["x" * 10_000] * 1000})
    assert parse.batch(data).x.shape == (1000, 1)
    with pytest.raises(UnreadableBatch, match="name of 10,000 characters"):
        parse.batch(data, label="y")


@pytest.mark.parametrize(
    ("columns", "message"),
    [({"a": ["x"]}, "no column of numbers"), ({"a": pa.array([], pa.float64())}, "no row below")],
)
def test_a_table_without_numbers_is_a_named_error(parse: Parser, columns: dict[str, Any], message: str) -> None:
    with pytest.raises(UnreadableBatch, match=message):
        parse.batch(parquet(columns))


def test_a_damaged_file_is_a_named_error(parse: Parser) -> None:
    data = parquet({"a": np.random.default_rng(0).normal(size=100)})
    for bad in (data[:-20], b"PAR1" + data[50:], data[:200]):
        with pytest.raises(UnreadableBatch, match="damaged"):
            parse.batch(bad)


def test_an_unknown_label_is_an_error(parse: Parser) -> None:
    with pytest.raises(UnreadableBatch, match="There are: a"):
        parse.batch(parquet({"a": [1.0]}), label="b")


def test_decimals_are_numbers(parse: Parser) -> None:
    prices = pa.array([Decimal("1.25"), Decimal("-3.50")], pa.decimal128(25, 2))
    batch = parse.batch(parquet({"price": prices, "count": pa.array([1, 2])}))
    assert batch.x.tolist() == [[1.25, 1.0], [-3.5, 2.0]]
    assert batch.feature_names == ("price", "count")
