"""Tensors as text: what people paste, and what they are told when it cannot be read."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import UserError
from app.views.gradient_check.tensor import parsed
from bncore.diagnosis import check, probe, ready_answers
from tests.each import each

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


@each("written", [*WRITTEN, *ROWS])
def test_a_matrix_is_read_however_it_is_written(written):
    text = (WRITTEN | ROWS)[written](X)
    np.testing.assert_allclose(parsed(text, "dx", MOST).values, X, atol=5e-9)


@each("written", ["print", "repr", "lists", "tensor"])
def test_images_are_read_in_their_shape(written):
    np.testing.assert_allclose(parsed(WRITTEN[written](IMAGES), "dx", MOST).values, IMAGES, atol=5e-9)


@each(("text", "values"), [
    ("1 2 3", [1, 2, 3]), ("1\n2\n3", [[1], [2], [3]]), ("[\u22121, .5, 2e-1]", [-1, 0.5, 0.2]), ("1, 2,", [1, 2]),
    ("1 2; 3 4", [[1, 2], [3, 4]]),
    ("1.5\t2", [1.5, 2]), ("1,5,7\n2,5,8", [[1, 5, 7], [2, 5, 8]]), ("1, 5\n2, 5", [[1, 5], [2, 5]]),
    ("1 5\n2 5", [[1, 5], [2, 5]]), ("1.5,2\n3,4", [[1.5, 2], [3, 4]]), ("-1,-5", [-1, -5]), ("[1,5]", [1, 5]),
    ("[[1,5],[2,5]]", [[1, 5], [2, 5]]), ("[1,\n5]", [1, 5]), ("1,5\t2", [1.5, 2]), ("1,234\t0,5", [1.234, 0.5]),
    ("1,2,\n3,4,", [[1, 2], [3, 4]]), ("1\t2\t\n3\t4\t", [[1, 2], [3, 4]]), ("1;2;\n3;4;\n", [[1, 2], [3, 4]]),
    ("[1 2; 3 4]", [[1, 2], [3, 4]]), ("[1, 2; 3, 4;]", [[1, 2], [3, 4]]), ("\ufeff1 2", [1, 2]),
    ("\ufeff[1, 2]", [1, 2]), ("1 2\r\n3 4\r\n", [[1, 2], [3, 4]]),
    ("1 2\r3 4", [[1, 2], [3, 4]]), ("[[1, 2],\n]", [[1, 2]]),
    ("Parameter containing:\ntensor([1., 2.], requires_grad=True)", [1, 2]),
    ("tensor([[1., 2.]], device='cuda:0', grad_fn=<NativeBatchNormBackward0>)", [[1, 2]]),
    ("dx = np.array([1, 2], dtype=float, ndmin=1);", [1, 2]), ("tf.Tensor([1. 2.], shape=(2,), dtype=float32)", [1, 2]),
])  # fmt: skip
def test_small_texts(text, values):
    np.testing.assert_allclose(parsed(text, "dx", MOST).exact, values)


def test_an_empty_text_is_no_tensor():
    assert parsed(" \n", "dx", MOST) is None


@each(("text", "words"), [
    ("[[1 2]", "do not match"), ("[1 2]]", "do not match"), ("[1] [2]", "one pair of brackets around all"),
    ("[1]x", "“x” stands behind its brackets"), ("[,1]", "there is no number"),
    ("1,5\n2,5\n3,0", "“1,5” in dx may be 1.5 or the numbers 1, 5. Write “1.5”, or “1, 5” with a space"),
    ("1,5 2,5\n3,5 4,5", "may be 1.5 or the numbers 1, 5"), ("[1,5 2,5]", "may be 1.5 or the numbers 1, 5"),
    ("1\n2,5\n3", "may be 2.5 or the numbers 2, 5"), ("1,5 2", "may be 1.5 or"), ("[[1,5 2,5]\n [3 4]]", "may be 1.5"),
    ("1,234\t2,000", "“1,234” in dx may be 1.234 or 1234"), ("1,234\t2.5", "may be 1.234 or 1234"),
    ("1,234;2,000\n1,000;3,000", "may be 1.234 or 1234"),
    ("1,,3\n4,5,", "Row 1, column 2 of dx is empty"), ("1\t\t3\n4\t5\t", "Row 1, column 2 of dx is empty"),
    ("1\t2\t\n3\t4\t5", "Row 1, column 3 of dx is empty"), ("1,2,3\n4,5,", "Row 2, column 3 of dx is empty"),
    ("\t1\t2", "Row 1, column 1"), ("1;;3\n4;5;6", "Row 1, column 2"), ("[1,,2]", "there is no number"),
    ("[1,2],3", "“,3” stands behind its brackets"), ("[1, 2], [3, 4]", "one pair of brackets around all of it"),
    ("dx [[1 2]]", "“dx” stands before its brackets"), ("[[1,2]] # dx", "“# dx” stands behind its brackets"),
    ("[[1, 2]; [3, 4]]", "brackets and semicolons"), ("[1 2; 3]", "ragged"),
    ("[[1, 2], [3]]", "ragged"), ("1 2\n3", "ragged"), ("[1, [2]]", "ragged"),
    ("a,b\n1,2", "“a” in dx is not a number"),
    ("[1, b2]", "“b2” in dx is not a number"),
    ("1.2.3", "“1.2.3” in dx is not a number"), ("[[1. ...\n 2.]]", "shortened by dots"),
    (", ;", "is empty"), ("[" * 40 + "1" + "]" * 40, "more than 16 brackets"),
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
        array = parsed(text, "dx", MOST)
    except UserError:
        return
    assert array is None or array.unit >= 0


@each("text", [
    "9" * 200_000 + "x", "[" + "9" * 200_000 + "x]", "1\t2" + " " * 200_000 + "x", "[1]" + " " * 200_000 + "x",
    "a" * 200_000 + "[1]", "[" * 200_000, "np.float64(" * 20_000, "- " * 100_000, "1;" + " " * 200_000 + "2 3",
])  # fmt: skip
def test_a_text_that_is_too_long_for_its_numbers_is_not_looked_at(text):
    with pytest.raises(UserError, match=r"longer than 64,000 characters"):
        parsed(text, "dx", MOST)
    with pytest.raises(UserError, match=r"^(?!.*longer)"):
        parsed(text, "dx", len(text))


@each(("text", "unit"), [
    ("[8.]", 0), ("8. 3.", 0), ("[8.  1.5]", 0.05), ("8.0", 0.05), ("[8.e+02]", 0), ("8", 0), ("[8.00e+02]", 0.5),
])  # fmt: skip
def test_a_point_without_digits_hides_nothing(text, unit):
    assert parsed(text, "dx", MOST).unit == pytest.approx(unit)


def test_float32_that_was_printed_is_float32_again():
    narrow = X.astype("float32")
    array = parsed(repr(narrow.tolist()), "dx", MOST)
    assert array.values.dtype == np.float32
    np.testing.assert_array_equal(array.values, narrow)
    assert parsed(str(X), "dx", MOST).values.dtype == np.float64


@each("axes", [2, 4])
@each("dtype", ["float32", "float64"])
@each("seed", range(5))
def test_a_correct_gradient_that_was_printed_is_exact(axes, dtype, seed):
    case = probe(seed, axes=axes).case()
    dx = case.as_given(case.truth["dx"]).astype(dtype)
    answers = {"dx": str(dx), "dgamma": str(case.truth["dgamma"].astype(dtype)), "dbeta": str(case.truth["dbeta"])}
    report = check(case, {name: parsed(text, name, MOST) for name, text in answers.items()})
    assert {verdict.verdict for verdict in report.tensors.values()} == {"exact"}
    assert not report.warnings


@each("precision", [1, 2, 3, 4])
def test_a_correct_gradient_in_few_digits_is_not_called_wrong(precision):
    case = probe(0).case()
    report = check(case, {"dx": parsed(np.array2string(case.truth["dx"], precision=precision), "dx", MOST)})
    assert report.correct
    assert report.tensors["dx"].verdict == ("close" if precision < 4 else "exact")
    assert any("all the digits that were given" in warning for warning in report.warnings) == (precision < 4)
    assert not any("not recognized" in warning for warning in report.warnings)


def in_figures(values, figures):
    return "\n".join(" ".join(f"%.{figures}g" % value for value in row) for row in values)


@each("figures", [3, 4, 5, 6])
@each("seed", range(5))
def test_a_correct_gradient_in_few_significant_digits_is_not_called_wrong(seed, figures):
    case = probe(seed).case()
    report = check(case, {"dx": parsed(in_figures(case.truth["dx"], figures), "dx", MOST)})
    assert report.correct, report.tensors


@each("seed", range(5))
def test_a_mistake_that_significant_digits_show_is_called_wrong(seed):
    case = probe(seed).case()
    wrong = ready_answers(case)["unbiased_in_backward"]["dx"]
    report = check(case, {"dx": parsed(in_figures(wrong, 4), "dx", MOST)})
    assert report.diagnoses[0].id == "unbiased_in_backward"


@each(("text", "unit"), [
    ("12.35 0.001235 0.5", 0.005), ("123.45 12.3456 0.0012", 0.00005), ("1.235e+01 0.1235", 0.005),
    ("0.5 0.25 3.0", 0.005), ("12.35 0.001235 1200.0", 0.5), ("12.35 0.001235 inf", 0.005), ("-12.35 0.001235", 0.005),
])  # fmt: skip
def test_the_unit_follows_decimals_or_significant_digits(text, unit):
    assert parsed(text, "dx", MOST).unit == pytest.approx(unit)
