"""Tables as pandas writes them: names that are numbers, an index, and columns that are left out by name."""

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as arrow_parquet
import pytest

from app.errors import UnreadableBatch
from tests.app.batches.uploads.conftest import Parser
from tests.app.batches.uploads.files import npy, npz
from tests.each import each

X = np.array([[2.5, 5.0], [4.25, 4.5], [1.0, 3.0], [7.5, 2.0]])


def csv_of(header: str, index: list[int] | list[str] | None = None) -> bytes:
    """What `DataFrame(X).to_csv` writes."""
    rows = [",".join(map(str, ([] if index is None else [index[i]]) + row)) for i, row in enumerate(X.tolist())]
    return "\n".join([*([header] if header else []), *rows, ""]).encode()


@each(
    ("data", "names", "told"),
    [
        (csv_of("0,1"), ("0", "1"), ["taken for the columns' names"]),
        (
            csv_of(",0,1", [0, 1, 2, 3]),
            ("0", "1"),
            ["counts the rows from 0", "(0, 1) is taken for the columns' names"],
        ),
        (csv_of(",0,1", ["w", "h", "a", "b2"]), ("0", "1"), ["text: x0", "(0, 1) is taken for the columns' names"]),
        (csv_of("Unnamed: 0,a,b", [7, 3, 9, 1]), ("a", "b"), ["whole numbers and no name"]),
        (csv_of("index,a,b", [0, 1, 2, 3]), ("a", "b"), ["counts the rows from 0"]),
        (csv_of("", [0, 1, 2, 3]), ("x1", "x2"), ["counts the rows from 0"]),
    ],
)
def test_names_that_are_numbers_and_an_index_are_no_examples(
    parse: Parser, data: bytes, names: tuple[str, ...], told: list[str]
) -> None:
    batch = parse.batch(data)
    assert batch.feature_names == names
    assert batch.x.tolist() == X.tolist()
    assert len(batch.warnings) == len(told)
    assert all(any(part in warning for warning in batch.warnings) for part in told)


@each(
    "data",
    [
        csv_of("index,a,b", [7, 3, 9, 1]),  # a name that says no more than that
        csv_of("id,a,b", [0, 1, 2, 3]),  # a name of its own
        csv_of("", [1, 2, 3, 4]),
        csv_of(",a,b", [0, 1, 2, 3]).replace(b"\n3,", b"\n3.5,"),
        b",a,b\n" + b"".join(b"%d,2.5,3\n" % (i if i < 299 else 1.5) for i in range(299)) + b"0.5,1,2\n",
        b"index,a,b\n" + b"".join(b"%d,2.5,3\n" % i for i in range(299)) + b"1,1,2\n",  # beyond the first lines
        b"index,a,b\n" + b"".join(b"%d,2.5,3\n" % i for i in range(299)) + b"n,1,2\n" * 100,
    ],
)
def test_a_first_column_that_only_looks_like_an_index_stays(parse: Parser, data: bytes) -> None:
    batch = parse.batch(data)
    assert not any("first column is left out" in warning for warning in batch.warnings)
    assert batch.x.shape[1] == (2 if data.endswith(b"n,1,2\n") else 3)


def test_whole_numbers_below_0_1_2_may_be_either_and_are_told(parse: Parser) -> None:
    data = b"0,1,2\n3,4,5\n6,7,8\n"
    batch = parse.batch(data)
    assert batch.x.shape == (3, 3)
    assert "set the header line to yes" in batch.warnings[0]
    named = parse.batch(data, header="yes")
    assert (named.x.shape, named.warnings) == ((2, 3), ())
    assert parse.batch(csv_of("0,1"), header="no").x.shape == (5, 2)


def test_an_index_may_be_the_label_and_a_lone_column_stays(parse: Parser) -> None:
    assert parse.batch(csv_of(",a,b", [0, 1, 0, 1]), label="x0").label_names == ("0", "1")
    assert parse.batch(b",a\n0,n\n1,m\n2,n\n").feature_names == ("x0",)


def test_columns_are_left_out_by_name(parse: Parser) -> None:
    data = b'id,"a,1",b\n1,2,3\n4,5,6\n'
    assert parse.batch(data, drop="id").feature_names == ("a,1", "b")
    batch = parse.batch(data, drop='b, "a,1"')
    assert (batch.feature_names, batch.warnings) == (("id",), ("Left out, as asked for: b, a,1.",))
    assert parse.batch(data, drop="a,1").feature_names == ("id", "b")
    assert parse.batch(b"a,b\n1,\n2,\n", drop="b").x.tolist() == [[1], [2]]


@each(
    ("data", "drop", "message"),
    [
        (b"a,b\n1,2\n", "c", r"no column 'c' to leave out\. There are: a, b"),
        (b"a,b\n1,2\n", "a,b", "Every column is to be left out: a, b"),
        (npz(x=X), "y", "no array 'y'"),
        (npy(X), "x0", "an NPY file holds one array|An NPY file holds one array"),
    ],
)
def test_what_cannot_be_left_out_is_a_named_error(parse: Parser, data: bytes, drop: str, message: str) -> None:
    with pytest.raises(UnreadableBatch, match=message) as caught:
        parse.batch(data, drop=drop)
    assert caught.value.field == "drop"


def test_an_array_that_does_not_fit_is_left_out_by_name(parse: Parser) -> None:
    batch = parse.batch(npz(x=X, gamma=np.ones(3), beta=np.ones(2)), drop="gamma")
    assert set(batch.given) == {"beta"}
    assert batch.warnings == ("Left out, as asked for: gamma.",)


def test_parquets_index_is_left_out_and_so_are_columns_by_name(parse: Parser) -> None:
    file = io.BytesIO()
    arrow_parquet.write_table(pa.table({"a": [1.5, 2], "b": [3.0, 4], "__index_level_0__": [7, 8]}), file)
    batch = parse.batch(file.getvalue(), drop="b")
    assert (batch.feature_names, batch.x.tolist()) == (("a",), [[1.5], [2]])
    assert batch.warnings == ("Left out as pandas' index: __index_level_0__.", "Left out, as asked for: b.")
