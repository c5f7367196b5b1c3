"""A column of a delimited file that holds the classes."""

import pytest

from app.errors import UnreadableBatch
from tests.app.batches.uploads.conftest import Parser


def test_a_label_is_taken_out_of_the_features(parse: Parser) -> None:
    batch = parse.batch(b"a,kind,b\n1,dog,2\n3,cat,4\n5,dog,6\n", label="kind")
    assert batch.feature_names == ("a", "b")
    assert batch.labels is not None
    assert batch.labels.tolist() == [1, 0, 1]
    assert batch.label_names == ("cat", "dog")
    assert batch.warnings == ()


def test_numbers_as_labels_are_classes_in_order_of_size(parse: Parser) -> None:
    batch = parse.batch(b"a,y\n1,10\n2,9\n3,10.0\n", label="y")
    assert batch.label_names == ("9", "10")
    assert batch.labels is not None
    assert batch.labels.tolist() == [1, 0, 1]


def test_a_missing_label_is_a_missing_value(parse: Parser) -> None:
    with pytest.raises(UnreadableBatch, match=r"row 2 \(line 3\), column 'y'"):
        parse.batch(b"a,y\n1,p\n2,\n3,q\n", label="y")
    assert len(parse.batch(b"a,y\n1,p\n2,\n3,q\n", label="y", missing="drop").x) == 2


def test_a_label_that_is_no_column_is_an_error_that_lists_the_columns(parse: Parser) -> None:
    with pytest.raises(UnreadableBatch, match="a, b"):
        parse.batch(b"a,b\n1,2\n", label="c")


def test_a_label_with_too_many_classes_is_an_error(parse: Parser) -> None:
    with pytest.raises(UnreadableBatch, match="at most 1,000"):
        parse.batch(("a,y\n" + "".join(f"1,c{i}\n" for i in range(1001))).encode(), label="y")


def test_columns_that_could_be_labels_are_found(parse: Parser) -> None:
    parsed, _ = parse(b"a,kind,class\n1.5,p,0\n2.5,q,1\n3.5,p,0\n")
    assert parsed.able_labels == ("kind", "class")
