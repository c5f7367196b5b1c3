"""Two hundred wrong gradients of every convention are named, and no right one is called wrong."""

from itertools import islice

import numpy as np

from bncore.diagnosis import Printed, case_of
from bncore.diagnosis.given.precision import BFLOAT16
from tests.bncore.diagnosis.batches import check, named
from tests.bncore.diagnosis.corpus import corpus

MANY = 200
NAMED = 0.98
STORED = (
    lambda values: values, lambda values: values.astype("float32"), lambda values: values.astype("float16"),
    lambda values: BFLOAT16.to(values), lambda values: Printed(np.round(values, 3), 5e-4, np.round(values, 3)),
)  # fmt: skip
"""What a person sends: all digits, 32 bits, 16 bits of two kinds, three digits behind the point."""


def test_wrong_gradients_are_named_in_the_first_place_and_right_ones_are_not_called_wrong():
    missed, called = [], []
    for number, wrong in enumerate(islice(corpus(), MANY)):
        case = case_of(**wrong.batch)
        answer = wrong.answer.astype("float32") if number % 2 else wrong.answer
        first = named(check(case, {wrong.tensor: answer}), wrong.tensor)[:1]
        if {*"".join(first).split("+")} != {*wrong.label.split("+")}:
            missed.append((wrong.label, first, case.convention.words, wrong.batch["x"].shape, wrong.batch["eps"]))
        right = {name: STORED[number % len(STORED)](wrong.right[name]) for name in wrong.right if name in case.truth}
        if check(case, right).correct is False:
            called.append((number % len(STORED), case.convention.words, wrong.batch["x"].shape))
    assert called == []
    assert len(missed) <= (1 - NAMED) * MANY, missed
