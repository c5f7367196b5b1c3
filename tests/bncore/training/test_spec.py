"""What may be trained, what is refused, and when two runs are one."""

import re
from dataclasses import fields, replace

import pytest

from bncore.errors import BadParameter
from bncore.training import Spec
from tests.bncore.training.specs import digits, plane, tiny, tiny_images
from tests.each import each

OTHERS = {
    "data": plane("circles"),
    "widths": (8, 2),
    "activation": "relu",
    "initialization": "he",
    "norm": "layer",
    "trained": "norms",
    "optimizer": "adam",
    "adam_betas": (0.5, 0.9),
    "schedule": "step",
    "changes": ((5, 0.5),),
    "order": "sorted",
    "dtype": "float32",
    "bias": True,
    "through_statistics": False,
    "resolution": 64,
}
"""Another value of each field that is no plain number."""


def other(name):
    """A spec that differs from `tiny()` in one field."""
    if name == "architecture":
        return tiny(data=digits(images=True), architecture="convolutional")
    return tiny(**{name: OTHERS[name] if name in OTHERS else _moved(getattr(tiny(), name))})


def _moved(number):
    return number + 1 if isinstance(number, int) else number / 2 or 0.5


@each("name", [field.name for field in fields(Spec) if field.name not in ("ghost_size", "r_max")])
def test_each_field_is_part_of_the_fingerprint(name):
    assert other(name).fingerprint != tiny().fingerprint
    assert other(name).fingerprint == other(name).fingerprint


@each("recorded", [{"unit": 3}, {"unit_block": 1}, {"resolution": 4}, {"steps": 7}])
def test_what_is_only_recorded_is_no_part_of_a_state_but_part_of_the_records(recorded):
    spec = tiny(**recorded)
    assert spec.fingerprint_at(7) == tiny().fingerprint_at(7)
    assert spec.records_until(7) != tiny().records_until(7)


def test_the_end_of_a_run_is_part_of_what_the_cosine_does():
    assert tiny(schedule="cosine").fingerprint_at(7) != tiny(schedule="cosine", steps=300).fingerprint_at(7)
    assert tiny().records_until(7) == tiny(steps=300).records_until(7)


def test_a_change_of_the_rate_counts_from_the_update_on_that_it_is_for():
    changed = tiny(changes=((7, 0.5),))
    assert changed.fingerprint_at(7) == tiny().fingerprint_at(7)
    assert changed.records_until(6) == tiny().records_until(6)
    assert changed.records_until(7) != tiny().records_until(7)  # whose record tells of the next rate
    assert changed.fingerprint_at(8) != tiny().fingerprint_at(8)


def test_numbers_of_equal_size_are_one():
    assert tiny(rate=1).fingerprint == tiny(rate=1.0).fingerprint


REFUSED = {
    "widths is empty": {"widths": ()},
    "widths is 0": {"widths": (4, 0)},
    "norm is 'bach'; choose one of none, batch": {"norm": "bach"},
    "normalizes over an image's positions": {"norm": "instance"},
    "groups": {"norm": "group", "groups": 3},
    "ghost_size": {"norm": "ghost", "ghost_size": 5},
    "ghost_size is 1; one example has no variance": {"norm": "ghost", "ghost_size": 1},
    "batch_size is 1; one example has no variance": {"batch_size": 1},
    "batch_size is 181; give at most 180": {"batch_size": 181},
    "nothing is left to train": {"trained": "norms", "norm": "none"},
    "rate is nan": {"rate": float("nan")},
    "resolution is 5; choose one of 4, 8": {"resolution": 5},
    "steps is 2.0; give a whole number": {"steps": 2.0},
    "changes is 3": {"changes": ((5, 0.1), (3, 0.1))},
    "adam_betas is 1": {"adam_betas": (0.9, 1)},
    "unit is 4; give 0 to 3": {"unit": 4},
    "unit_block is 3; give 1 to 2": {"unit_block": 3},
    "a convolution takes images": {"architecture": "convolutional"},
}


@each("message", REFUSED)
def test_what_cannot_be_trained_is_refused(message):
    with pytest.raises(BadParameter, match=re.escape(message)):
        tiny(**REFUSED[message])


def test_images_may_have_an_instance_norm():
    assert tiny_images(norm="instance").norm == "instance"
    assert replace(tiny_images(), architecture="dense").blocks == 2
