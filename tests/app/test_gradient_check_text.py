"""Tensors as text: what people paste, and what they are told when it cannot be read."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api.gradient_check_text import parsed
from app.errors import UserError
from bncore.diagnosis import check, probe

MOST = 1000
X = np.random.default_rng(0).normal(size=(7, 4))
IMAGES = np.random.default_rng(1).normal(size=(3, 4, 2, 5))


def german(value: float) -> str:
    return str(value).replace(".", ",")


WRITTEN = {
    "print": str,
    "repr": repr,
    "lists": lambda x: str(x.tolist()),
    "assignment": lambda x: f"dx = np.array({x.tolist()}, dtype=np.float64)\n",
    "tensor": lambda x: f"tensor({x.tolist()},\n       dtype=torch.float64)",
    "scalars": lambda x: str([list(row) for row in x]),
}
ROWS = {
    "csv": lambda x: "\n".join(",".join(map(str, row)) for row in x),
    "spreadsheet": lambda x: "\n".join("\t".join(map(str, row)) for row in x) + "\n",
    "decimal commas": lambda x: "\n".join("\t".join(map(german, row)) for row in x),
    "semicolons": lambda x: "\n".join(";".join(map(german, row)) for row in x),
    "gaps": lambda x: "\n".join("  ".join(map(str, row)) for row in x),
}


@pytest.mark.parametrize("written", [*WRITTEN, *ROWS])
def test_a_matrix_is_read_however_it_is_written(written):
    text = (WRITTEN | ROWS)[written](X)
    np.testing.assert_allclose(parsed(text, "dx", MOST).values, X, atol=5e-9)


@pytest.mark.parametrize("written", ["print", "repr", "lists", "tensor"])
def test_images_are_read_in_their_shape(written):
    np.testing.assert_allclose(parsed(WRITTEN[written](IMAGES), "dx", MOST).values, IMAGES, atol=5e-9)


@pytest.mark.parametrize(("text", "values"), [
    ("1 2 3", [1, 2, 3]), ("1\n2\n3", [[1], [2], [3]]), ("[\u22121, .5, 2e-1]", [-1, 0.5, 0.2]), ("1, 2,", [1, 2]),
    ("1 2; 3 4", [[1, 2], [3, 4]]),
    ("1.5\t2", [1.5, 2]),
])  # fmt: skip
def test_small_texts(text, values):
    np.testing.assert_allclose(parsed(text, "dx", MOST).exact, values)


def test_an_empty_text_is_no_tensor():
    assert parsed(" \n", "dx", MOST) is None


@pytest.mark.parametrize(("text", "words"), [
    ("[[1 2]", "do not match"), ("[1 2]]", "do not match"), ("[1] [2]", "do not match"), ("[1]x", "one array"),
    ("[[1, 2], [3]]", "ragged"), ("1 2\n3", "ragged"), ("[1, [2]]", "ragged"),
    ("a,b\n1,2", "“a” in dx is not a number"),
    ("[1, b2]", "“b2” in dx is not a number"),
    ("1.2.3", "“1.2.3” in dx is not a number"), ("[[1. ...\n 2.]]", "shortened by dots"),
    (", ;", "not a number"), ("[" * 40 + "1" + "]" * 40, "do not match"),
    ("1 " * 1001, "more than 1,000"), ("[" + "1," * 1001 + "]", "more than 1,000"),
    ("9" * 400 + "e1" + "0" * 9, "not a number"),
])  # fmt: skip
def test_what_cannot_be_read_is_said_with_the_word_at_fault(text, words):
    with pytest.raises(UserError) as caught:
        parsed(text, "dx", MOST)
    assert words in caught.value.detail
    assert caught.value.field == "dx"
    assert len(caught.value.detail) < 250


@given(st.text(alphabet="[]()0123456789.,;-+e \n\tnaif\u2212\u2026x", max_size=60))
def test_no_text_fails_in_another_way(text):
    try:
        found = parsed(text, "dx", MOST)
    except UserError:
        return
    assert found is None or found.unit >= 0


@pytest.mark.parametrize("text", [
    "9" * 200_000 + "x", "[" + "9" * 200_000 + "x]", "1\t2" + " " * 200_000 + "x", "[1]" + " " * 200_000 + "x",
    "a" * 200_000 + "[1]", "[" * 200_000, "np.float64(" * 20_000, "- " * 100_000, "1;" + " " * 200_000 + "2 3",
])  # fmt: skip
def test_a_text_made_to_be_slow_is_refused_like_any_other(text):
    with pytest.raises(UserError):
        parsed(text, "dx", MOST)


def test_float32_that_was_printed_is_float32_again():
    narrow = X.astype("float32")
    found = parsed(repr(narrow.tolist()), "dx", MOST)
    assert found.values.dtype == np.float32
    np.testing.assert_array_equal(found.values, narrow)
    assert parsed(str(X), "dx", MOST).values.dtype == np.float64


@pytest.mark.parametrize("axes", [2, 4])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("seed", range(5))
def test_a_correct_gradient_that_was_printed_is_exact(axes, dtype, seed):
    case = probe(seed, axes=axes).case()
    dx = case.as_given(case.truth["dx"]).astype(dtype)
    answers = {"dx": str(dx), "dgamma": str(case.truth["dgamma"].astype(dtype)), "dbeta": str(case.truth["dbeta"])}
    report = check(case, {name: parsed(text, name, MOST) for name, text in answers.items()})
    assert {verdict.verdict for verdict in report.tensors.values()} == {"exact"}
    assert not report.warnings


def test_few_digits_are_taken_as_they_are_and_said_to_be_few():
    case = probe(0).case()
    report = check(case, {"dx": parsed(np.array2string(case.truth["dx"], precision=2), "dx", MOST)})
    assert report.tensors["dx"].verdict == "wrong"
    assert any("all the digits that were given" in warning for warning in report.warnings)
