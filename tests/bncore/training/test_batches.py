"""Which examples make up a batch, in every order, and labels that are partly random."""

import numpy as np
import pytest

from bncore.training import ORDERS
from bncore.training.batches import trained_labels
from tests.bncore.training.specs import digits, plane
from tests.each import each

LABELS = digits().labels


def rows(order, size=50, seed=0, labels=LABELS):
    return ORDERS[order].deal(labels, size, seed)


@each("order", ["shuffled", "sorted"])
@each("size", [1, 50, 64, 700])
def test_an_epoch_has_every_example_once_however_long_a_batch_is(order, size):
    deal = rows(order, size)
    whole = np.concatenate([deal(step) for step in range(-(-2 * len(LABELS) // size))])
    for epoch in (0, 1):
        part = whole[epoch * len(LABELS) : (epoch + 1) * len(LABELS)]
        assert sorted(part) == list(range(len(LABELS)))
    assert all(len(deal(step)) == size for step in range(50))


def test_a_shuffled_epoch_is_another_one_than_the_last():
    deal = rows("shuffled", 100)
    assert not np.array_equal(deal(0), deal(12))


@each("order", ORDERS)
def test_a_batch_depends_on_seed_and_step_alone(order):
    deal, late = rows(order), rows(order)
    before = [deal(step) for step in range(30)]
    np.testing.assert_array_equal(late(29), before[29])
    assert not np.array_equal(rows(order, seed=1)(29), before[29])


def test_independent_batches_have_no_example_twice_and_reach_all():
    drawn = [rows("independent")(step) for step in range(200)]
    assert all(len(set(batch)) == 50 for batch in drawn)
    assert len(set(np.concatenate(drawn))) > 0.99 * len(LABELS)


def test_sorted_batches_go_from_class_to_class():
    seen = np.concatenate([LABELS[rows("sorted")(step)] for step in range(24)])
    assert (np.diff(seen) >= 0).all()


def test_one_class_batches_are_of_each_class_once_a_round():
    classes = [set(LABELS[rows("one_class", 20)(step)]) for step in range(40)]
    assert all(len(of_batch) == 1 for of_batch in classes)
    for turn in range(4):
        assert set.union(*classes[10 * turn : 10 * turn + 10]) == set(range(10))


def test_a_class_smaller_than_the_batch_is_drawn_with_repetition():
    labels = np.array([0] * 3 + [1] * 30)
    deal = rows("one_class", 10, labels=labels)
    assert {len(deal(step)) for step in range(8)} == {10}


def test_a_share_of_the_labels_is_random_and_the_rest_stays():
    labels = trained_labels(digits(), 0.5, 0)
    wrong = np.mean(labels != LABELS)
    assert wrong == pytest.approx(0.5 * 0.9, abs=0.05)
    np.testing.assert_array_equal(labels, trained_labels(digits(), 0.5, 0))
    assert not np.array_equal(labels, trained_labels(digits(), 0.5, 1))
    np.testing.assert_array_equal(trained_labels(digits(), 0, 0), LABELS)
    assert set(trained_labels(plane("blobs"), 1.0, 0)) == {0, 1, 2}
