"""Two checkpoints: what moved of a norm, in which channel most, measured as it matters."""

from dataclasses import replace

import numpy as np
import pytest

from bncore.doctor import difference
from tests.bncore.doctor.models import drawn, model_of, norm_of
from tests.each import each

TENSORS = drawn(4)
NORM = norm_of(TENSORS, batches=10)


def compared(second, first=NORM):
    return difference(model_of({}, first), model_of({}, second))[0]


def test_a_checkpoint_is_the_same_as_itself():
    nothing = replace(NORM, gamma=np.full(4, np.nan))
    assert (compared(NORM).state, compared(nothing, nothing).state) == ("same", "same")


@each(
    ("field", "value", "by"),
    [
        ("gamma", NORM.gamma[2] - 0.5, 0.5),
        ("mean", NORM.mean[2] + 3 * np.sqrt(NORM.variance[2] + 1e-5), 3),
        ("variance", (NORM.variance[2] + 1e-5) / 7 - 1e-5, 7),
        ("beta", np.nan, np.inf),
    ],
)
def test_the_channel_that_moved_most_is_told_with_its_size(field, value, by):
    new = getattr(NORM, field).astype(float).copy()
    new[0] += 1e-3
    new[2] = value
    told = compared(replace(NORM, **{field: new}))
    assert (told.state, list(told.arrays)) == ("changed", [field])
    assert told.arrays[field].channel == 2
    assert told.arrays[field].by == pytest.approx(by, rel=1e-5)


def test_settings_and_missing_arrays_are_told():
    told = compared(replace(NORM, eps=1e-3, batches=20, beta=None))
    assert told.settings == {"eps": (1e-5, 1e-3), "batches": (10, 20), "beta": ("given", "none")}


def test_norms_of_one_model_alone_and_of_another_shape_are_told():
    first, second = (
        model_of({}, NORM, replace(NORM, name="old")),
        model_of({}, norm_of(drawn(5)), replace(NORM, name="new")),
    )
    assert [(each.norm, each.state) for each in difference(first, second)] == [
        ("bn", "reshaped"), ("old", "removed"), ("new", "added"),
    ]  # fmt: skip
