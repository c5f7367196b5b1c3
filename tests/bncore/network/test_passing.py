"""Why a disturbance passes the block that it is made in, or stops there."""

import numpy as np

from bncore.network.contrast import Disturbance
from bncore.network.measures.passing import CAUSES, REASONS, SMALL
from tests.bncore.network.contrasts import contrasted, images
from tests.each import each

EXACT = {"eps": 0.0, "dtype": "float64"}
SEEN = [
    ("stopped", 3.0, 0.0, {}), ("stopped", 3.0, 0.0, {"norm_place": "behind"}), ("stopped", 0.2, 5.0, EXACT),
    ("epsilon", 3.0, 0.0, {"eps": 1.0}), ("epsilon", 3.0, 0.0, {"eps": 1.0, "norm_place": "behind"}),
    ("epsilon", 1e-6, 0.0, {}), ("constant", 0.0, 0.0, {}), ("constant", 0.0, 2.0, {"norm_place": "behind"}),
    ("flipped", -1.0, 0.0, {}), ("flipped", -3.0, 0.0, {"eps": 1.0}),
    ("flipped", -1.0, 0.0, {"activation": "identity", "norm_place": "behind"}),
    ("flipped", -1.0, 0.0, {"activation": "tanh", "norm_place": "behind"}),
    ("bent", -1.0, 0.0, {"norm_place": "behind"}), ("bent", 5.0, 0.0, {"activation": "tanh", "norm_place": "behind"}),
    ("bent", 1.0, 1.0, {"norm_place": "behind"}), ("rounding", 1.0, 1e6, {}), ("nothing", 1.0, 0.0, {}),
    ("nothing", 7.0, 0.0, {"scale": 0.0}),
]  # fmt: skip


@each(("cause", "factor", "shift", "recipe"), SEEN)
@each("make", [contrasted, images])
def test_the_cause_is_found_in_the_numbers(make, cause, factor, shift, recipe):
    column = make(**recipe, disturbance=Disturbance(2, factor, shift)).columns["with"]
    passing = column.disturbed.passing
    assert passing.cause == cause
    assert passing.entered == ("f" if recipe.get("norm_place") == "behind" else "z")
    left = next(m for m in column.disturbed.moved if m.kind == "norm")
    assert (left.values <= SMALL) == (cause in ("stopped", "nothing"))


@each(("cause", "factor"), [("runs", 3.0), ("runs", -1.0), ("constant", 0.0), ("nothing", 1.0)])
def test_without_a_norm_it_runs_on_unless_there_is_nothing_to_run(cause, factor):
    assert contrasted(disturbance=Disturbance(1, factor)).columns["without"].disturbed.passing.cause == cause


def test_a_block_that_diverged_has_no_cause():
    pair = contrasted(disturbance=Disturbance(1, 3e38))
    assert {name: column.disturbed.passing for name, column in pair.columns.items()} == {
        "without": None,
        "with": None,
    }


def test_every_cause_is_seen_here():
    assert {cause for cause, *_ in SEEN} | {"runs"} == set(CAUSES)


BECAUSE = [
    ("nothing", "as_it_was", 1.0, 0.0, {}), ("nothing", "no_weights", 7.0, 0.0, {"scale": 0.0}),
    ("nothing", "rounding", 1.0 + 1e-12, 0.0, {}), ("nothing", "one_example", 3.0, 0.0, {"examples": 1}),
    ("nothing", "rounding", 1.0, 1e-12, {}), ("constant", "no_factor", 0.0, 2.0, {}),
    ("constant", "rounding", 1.0, 1e9, {}), ("constant", "flat", 1.0, -1e3, {"norm_place": "behind"}),
    ("constant", "one_example", 3.0, 0.0, {"examples": 1, "activation": "sigmoid"}),
    ("constant", "before", 3.0, 0.0, {"activation": "sigmoid", "fill": 1.0}),
    ("nothing", "no_input", 3.0, 0.0, {"fill": 0.0}),
]  # fmt: skip


@each(("cause", "reason", "factor", "shift", "recipe"), BECAUSE)
def test_the_reason_is_found_in_the_numbers(cause, reason, factor, shift, recipe):
    passing = contrasted(**recipe, disturbance=Disturbance(2, factor, shift)).columns["with"].disturbed.passing
    assert (passing.cause, passing.reason) == (cause, reason)


@each("examples", [2, 3, 17, 64])
@each("eps", [0.0, 1e-5])
def test_a_product_that_varies_by_its_rounding_alone_is_the_same_for_every_example(examples, eps):
    """Examples that differ in a last digit: the product's sums are off by more than that."""
    fill = np.ones((examples, 1), np.float32)
    fill[0] += np.float32(1.2e-7)
    disturbed = (
        contrasted(fill=fill, examples=examples, eps=eps, disturbance=Disturbance(1, 3.0)).columns["with"].disturbed
    )
    assert (disturbed.passing.cause, disturbed.passing.reason) == ("constant", "before")


@each("examples", [2, 3, 17, 64])
def test_equal_examples_stay_equal_through_every_block_at_eps_0(examples):
    """A norm without eps would make numbers of size 1 of rows that a BLAS kernel rounds differently."""
    column = contrasted(fill=1.0, examples=examples, activation="sigmoid", eps=0.0).columns["with"]
    assert {joint.joint.id for joint in column.survey.joints if np.ptp(joint.joint.y, axis=0).any()} == set()


def test_every_reason_is_seen_here():
    seen = {(cause, reason) for cause, reason, *_ in BECAUSE}
    assert seen == {(cause, reason) for cause, reasons in REASONS.items() for reason in reasons}
