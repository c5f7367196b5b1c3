"""Ready answers: each named mistake once, diagnosed as itself."""

import numpy as np
import pytest

from bncore.diagnosis import CORRECT, MISTAKES, TITLES, case_of, example, examples, probe, ready_answers
from tests.bncore.diagnosis.batches import ELSEWHERE, PLACEMENTS, SHAPES, batch, case_from, check
from tests.each import each


@pytest.mark.parametrize("placement", PLACEMENTS)
@pytest.mark.parametrize("axes", [2, 4])
def test_each_example_is_diagnosed_as_its_mistake(axes, placement):
    case = probe(3, axes=axes, eps_placement=placement).case()
    for name, answers in ready_answers(case).items():
        report = check(case, answers)
        known = {CORRECT: set(), "zeroed_example": {"zeroed"}, "zeroed_unit": {"zeroed"}, "float32_differences": set()}
        assert {diagnosis.id for diagnosis in report.diagnoses} == known.get(name, {name})
        assert report.correct == {CORRECT: True, "float32_differences": None}.get(name, False)


def test_every_mistake_but_those_this_batch_cannot_have_is_there():
    images = ready_answers(probe(0, axes=4, eps_placement="deviation").case())
    assert set(images) == set(TITLES) - ELSEWHERE
    rows = ready_answers(probe(0).case())
    images_only = {"channel_batch_only", "channel_space_only", "channel_count", "channels_not_moved"}
    left_out = images_only | {"sigma_derivative_uses_s"}
    assert set(MISTAKES) - set(rows) - ELSEWHERE == left_out


@each(("shape", "axis"), SHAPES)
def test_examples_have_the_shapes_in_which_tensors_are_given(shape, axis):
    case = case_from(batch(shape, axis, "variance"))
    for answers in ready_answers(case).values():
        assert {name: values.shape for name, values in answers.items()} == {
            "dx": shape, "dgamma": (case.units,), "dbeta": (case.units,)
        }  # fmt: skip


def test_a_mistake_that_there_is_not_has_no_example():
    small = case_of([[1.0], [2.0], [4.0]], dy=[[1.0], [0.0], [2.0]])
    np.testing.assert_allclose(example(small, "sign")["dx"], -small.truth["dx"])
    assert example(small, "channel_count") == {}
    assert examples(small)[:2] == ["variance_path_missing", "mean_path_missing"]
