"""The words of each mistake, what is refused, and that no finite answer fails."""

from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bncore import BadParameter, BatchNormError, EmptyBatch, NonFiniteInput, ShapeMismatch
from bncore.diagnosis import MISTAKES, candidates, case_of, check, ready_answers
from tests.bncore.diagnosis.batches import PLACEMENTS, SHAPES, batch, case_from, in_shape, named, plain
from tests.each import each


@each("name", MISTAKES)
def test_each_mistake_has_a_title_two_sentences_and_a_formula(name):
    mistake = MISTAKES[name]
    assert mistake.title
    assert not mistake.title.endswith(".")
    assert mistake.explanation.endswith(".")
    assert 2 <= mistake.explanation.count(". ") + 1 <= 3
    assert mistake.look_at.count("{") == mistake.look_at.count("}")
    assert mistake.look_at.count(r"\left") == mistake.look_at.count(r"\right")


@each(
    ("answers", "kind", "parameter", "words"),
    [
        ({}, BadParameter, "dx", "no tensor was given"),
        ({"dz": [1.0]}, BadParameter, "dz", "no tensor of the backward pass"),
        ({"dx": np.ones((9, 4))}, ShapeMismatch, "dx", r"give \(9, 5\), the shape of x"),
        ({"dgamma": np.ones(9)}, ShapeMismatch, "dgamma", "wrong axis"),
        ({"dgamma": np.ones((9, 5))}, ShapeMismatch, "dgamma", r"give \(5,\), one number a unit"),
        ({"dbeta": [1, 2, 3, np.nan, 5]}, NonFiniteInput, "dbeta", r"dbeta\[3\] is nan"),
        ({"dbeta": ["a"] * 5}, BatchNormError, "dbeta", "give real numbers"),
    ],
)
def test_answers_that_cannot_be_meant_are_refused(answers, kind, parameter, words):
    with pytest.raises(kind, match=words) as caught:
        check(plain(), answers)
    assert caught.value.parameter == parameter


def test_a_batch_whose_gradients_float64_cannot_hold_is_refused():
    given = batch((9, 5), 1, "variance")
    with pytest.raises(BadParameter, match=r"dy is as large as .*e\+160; give numbers up to 1e\+150") as caught:
        case_from(given | {"dy": given["dy"] * 1e160})
    assert caught.value.parameter == "dy"
    large = plain(dy=given["dy"] / np.abs(given["dy"]).max() * 1e150)
    assert check(large, {"dx": large.truth["dx"]}).warnings == ()
    larger = plain(dy=given["dy"] * 1e120, gamma=given["gamma"] * 1e200)
    with np.errstate(over="ignore", invalid="ignore"):
        assert check(larger, {"dbeta": larger.truth["dbeta"]}).correct
        with pytest.raises(BadParameter, match="dx is more than float64 holds") as caught:
            check(larger, {"dx": given["x"]})
    assert caught.value.parameter == "dy"


def test_a_transposed_array_beside_x_is_said_to_be():
    x = np.ones((4, 2))
    with pytest.raises(ShapeMismatch, match="It looks transposed: x and dy"):
        case_of(x, dy=np.ones((2, 4)))
    with pytest.raises(ShapeMismatch, match="It looks transposed: x and dy"):
        case_of(np.ones((3, 2, 5, 4)), dy=np.ones((3, 4, 2, 5)), feature_axis=-1)
    with pytest.raises(ShapeMismatch, match="It looks transposed: its axes are those of x in another order"):
        check(case_from(batch((2, 3, 4, 5, 6), 1, "variance")), {"dx": np.ones((3, 2, 4, 6, 5))})
    with pytest.raises(ShapeMismatch, match="if x is transposed, give feature_axis=0") as caught:
        case_of(x, gamma=np.ones(4), dy=x)
    assert caught.value.parameter == "gamma"
    with pytest.raises(ShapeMismatch, match=r"^(?!.*transposed)"):
        case_of(x, dy=np.ones((3, 2)))


def test_mistakes_that_were_built_already_are_not_built_again():
    case = plain()
    built = {"dx": candidates(case, "dx")}
    answers = ready_answers(case, built)["mean_path_sign"]
    none = {"dx": replace(built["dx"], values=built["dx"].values + 1e6)}
    assert named(check(case, answers, built=built)) == ["mean_path_sign"]
    assert check(case, answers, built=none).diagnoses[0].id != "mean_path_sign"


@pytest.mark.parametrize("tensor", ["dx", "dgamma"])
def test_a_batch_of_one_image_is_not_scaled_by_its_size(tensor):
    case = case_from(batch((1, 4, 3, 5), 1, "variance"))
    built = candidates(case, tensor)
    scaling = {"scaled_by_batch_size", "divided_by_batch_size", "averaged"}
    apart = built.distances(case.truth[tensor])
    assert min(far for name, far in zip(built.ids, apart, strict=True) if name in scaling) > 0.5


def test_one_example_a_unit_is_refused():
    with pytest.raises(EmptyBatch, match="at least two"):
        case_of([[1.0, 2.0]], dy=[[1.0, 2.0]])


def test_nothing_that_was_given_is_changed():
    given = batch((9, 5), 1, "deviation")
    kept = {name: np.array(value) for name, value in given.items()}
    case = case_from(given)
    dx = case.truth["dx"] * 2
    before = dx.copy()
    check(case, {"dx": dx})
    np.testing.assert_array_equal(dx, before)
    for name, value in kept.items():
        np.testing.assert_array_equal(given[name], value)


@given(st.sampled_from(PLACEMENTS), st.integers(0, 2**32), st.integers(2, 9), st.integers(1, 5), st.data())
def test_no_finite_answer_to_any_batch_fails(placement, seed, examples, units, data):
    rng = np.random.default_rng(seed)
    size = data.draw(st.sampled_from([0.0, 1e-150, 1e-3, 1.0, 1e6, 1e140]))
    other = data.draw(st.sampled_from([0.0, 1e-150, 1.0, 1e140]))
    eps = data.draw(st.sampled_from([0.0, 1e-300, 1e-5, 1e10]))
    x, dy, dx = rng.standard_normal((3, examples, units))
    gamma, beta = rng.integers(-2, 3, (2, units))
    case = case_of(size * x, gamma, beta, dy=other * dy, eps=eps, eps_placement=placement)
    with np.errstate(all="ignore"), suppress(BadParameter):  # dvar alone may be too large, and is then refused
        check(case, {"dx": other * dx, "dgamma": other * dx[0], "dvar": dx[0], "dsigma": dx[0], "dmean": dx[0]})


def test_the_order_of_rows_is_that_of_x():
    for shape, axis in SHAPES:
        given = batch(shape, axis, "variance")
        case = case_from(given)
        np.testing.assert_array_equal(case.as_given(case.rows(given["x"])), given["x"])
        np.testing.assert_array_equal(in_shape(given, case.x), given["x"])
