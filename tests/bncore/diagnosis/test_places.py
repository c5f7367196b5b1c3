"""A tensor that is right but in some places: the example, the unit or the numbers are named, and zeros are seen."""

import numpy as np

from bncore.diagnosis import as_code, headline, text
from bncore.diagnosis.telling.headline import is_brief
from tests.bncore.diagnosis.batches import batch, case_from, check, named
from tests.each import each

IMAGES = ((3, 4, 2, 5), 1)
TABLE = [
    (((9, 5), 1), np.s_[3], 0.0, "dx is 0 at example 3"),
    (((9, 5), 1), np.s_[[1, 4]], 0.0, "dx is 0 at examples 1 and 4"),
    (((9, 5), 1), np.s_[2:], 0.0, "dx is 0 at 7 examples"),
    (((9, 5), 1), np.s_[:, 2], 0.0, "dx is 0 at unit 2"),
    (((9, 5), 1), np.s_[:, :3], 0.0, "dx is 0 at units 0, 1 and 2"),
    (((9, 5), 1), np.s_[3, 1], 0.0, "dx is 0 at example 3 of unit 1"),
    (((9, 5), 1), np.s_[:], 0.0, "dx is 0 everywhere"),
    (((9, 5), 1), np.s_[3, 1], 1.05, "dx is wrong at example 3 of unit 1"),
    (((9, 5), 1), np.s_[3], 2.0, "dx is wrong at example 3"),
    (IMAGES, np.s_[1], 0.0, "dx is 0 at example 1"),
    (IMAGES, np.s_[:, 3], 0.0, "dx is 0 at unit 3"),
    (IMAGES, np.s_[1, :, 0, 2], 0.0, "dx is 0 at position (1, 0, 2)"),
    (IMAGES, np.s_[1, 2, 0, 3], 1.05, "dx is wrong at position (1, 0, 3) of unit 2"),
]


@each(("shape", "at", "factor", "title"), TABLE)
@each("dtype", ["float64", "float32", "float16"])
def test_the_place_is_named_where_the_rest_is_right(shape, at, factor, title, dtype):
    case = case_from(batch(*shape, "variance"))
    dx = case.as_given(case.truth["dx"]).copy()
    dx[at] *= factor
    report = check(case, {"dx": dx.astype(dtype)})
    assert report.diagnoses[0].title == title
    assert len(report.diagnoses) == 1
    in_few = title if is_brief(title) else "dx is 0 in some places alone, named below"
    assert headline(report) == f"{in_few}."
    assert "mixes units" not in text(report)


def test_zeros_beside_a_mistake_are_named_with_it():
    case = case_from(batch((9, 5), 1, "variance"))
    dx = case.inverse * (case.h - case.mean_h)
    dx[2] = 0
    report = check(case, {"dx": dx})
    assert named(report) == ["zeroed+variance_path_missing"]
    assert headline(report) == "dx is 0 at example 2, and the path through the variance is missing."
    assert as_code(report.diagnoses[0].look_at) == "dvar/dx = 2 / K * (x - mean)"


@each("tensor", ["dgamma", "dbeta", "dvar"])
def test_one_unit_of_a_parameter_is_named(tensor):
    case = case_from(batch((9, 5), 1, "variance"))
    values = case.truth[tensor].copy()
    values[4] = 0
    assert check(case, {tensor: values}).diagnoses[0].title == f"{tensor} is 0 at unit 4"
    values[4] = 1.5 * case.truth[tensor][4]
    assert check(case, {tensor: values}).diagnoses[0].title == f"{tensor} is wrong at unit 4"


def test_zeros_that_are_right_are_not_spoken_of():
    given = batch((9, 5), 1, "variance")
    case = case_from(given | {"gamma": given["gamma"] * [0, 1, 1, 1, 1]})
    assert check(case, {"dx": case.truth["dx"]}).correct is True
    dx = case.truth["dx"].copy()
    dx[:, 2] = 0
    assert check(case, {"dx": dx}).diagnoses[0].title == "dx is 0 at unit 2"


def test_what_is_wrong_everywhere_has_no_place():
    case = case_from(batch((9, 5), 1, "variance"))
    noise = np.random.default_rng(0).standard_normal((9, 5))
    assert named(check(case, {"dx": noise})) == []
