"""Exact, close, wrong: by the largest error, and never stricter than the answer's own type."""

import numpy as np
import pytest

from bncore.diagnosis import ORDER
from tests.bncore.diagnosis.batches import batch, case_from, check, named, plain
from tests.each import each


@each(("error", "verdict"), [(0.5e-9, "exact"), (2e-9, "close"), (0.9e-4, "close"), (2e-4, "wrong")])
@each("tensor", ORDER)
def test_the_verdict_goes_by_the_largest_error_relative_to_the_largest_number(error, verdict, tensor):
    case = plain()
    wrong = case.truth[tensor].copy()
    wrong.flat[3] += error * np.abs(wrong).max()
    report = check(case, {tensor: wrong})
    assert report.tensors[tensor].verdict == verdict
    assert report.tensors[tensor].max_rel_error == pytest.approx(error, rel=1e-3)
    assert report.correct == (verdict != "wrong")


@each(("error", "verdict"), [(5e-7, "exact"), (5e-5, "close"), (3e-4, "wrong")])
def test_float32_answers_are_held_to_the_rounding_of_float32(error, verdict):
    case = plain()
    dx = (case.truth["dx"] + error * np.abs(case.truth["dx"]).max()).astype("float32")
    assert check(case, {"dx": dx}).tensors["dx"].verdict == verdict
    assert check(case, {"dx": dx.astype("float64")}).tensors["dx"].verdict == verdict


def test_a_close_answer_is_correct_and_still_explained():
    case = plain(eps=1e-3)
    without = plain(eps=0.0)
    report = check(case, {"dgamma": without.truth["dgamma"]})
    assert report.tensors["dgamma"].verdict == "wrong"
    case = plain(eps=1e-5)
    report = check(case, {"dgamma": without.truth["dgamma"]})
    assert report.correct
    assert report.tensors["dgamma"].verdict == "close"
    assert named(report, "dgamma") == ["eps_dropped"]


def test_one_number_a_unit_may_come_with_kept_axes():
    given = batch((3, 4, 2, 5), 1, "variance")
    case = case_from(given)
    for shape in [(4,), (1, 4), (4, 1), (1, 4, 1, 1)]:
        assert check(case, {"dbeta": case.truth["dbeta"].reshape(shape)}).correct
