"""What is trained on, and what is held out of it."""

import re

import numpy as np
import pytest

from bncore.errors import BadParameter, EmptyBatch, NonFiniteInput, ShapeMismatch
from bncore.training import SCALINGS, Data, split
from tests.each import each

RNG = np.random.default_rng(0)
X, LABELS = RNG.normal(size=(20, 3)) * [1, 5, 0] + [0, 9, 4], np.arange(20) % 2
NAMES = ("no", "yes")


def data(**given):
    return Data(**{"x": X, "labels": LABELS, "held_x": X[:3], "held_labels": LABELS[:3], "label_names": NAMES, **given})


def test_every_example_is_trained_on_or_held_out():
    parts = split(X, LABELS, NAMES, 6, scaling="none")
    assert (len(parts.x), len(parts.held_x)) == (14, 6)
    together = np.concatenate([parts.x, parts.held_x])
    assert sorted(map(tuple, together)) == sorted(map(tuple, X))
    for row, label in zip(parts.x, parts.labels, strict=True):
        assert label == LABELS[(row == X).all(axis=1).argmax()]
    assert not np.array_equal(parts.held_x, split(X, LABELS, NAMES, 6, seed=1, scaling="none").held_x)


def test_the_scale_comes_from_the_training_examples_alone():
    parts = split(X, LABELS, NAMES, 6)
    np.testing.assert_allclose(parts.x.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(parts.x.std(axis=0), [1, 1, 0], atol=1e-12)
    assert abs(parts.held_x.mean()) > 1e-3
    assert abs(split(X, LABELS, NAMES, 6, scaling="range").x).max() == 1


@each("scaling", SCALINGS)
def test_images_keep_their_shape_and_a_scale_a_channel(scaling):
    images = RNG.normal(size=(20, 2, 4, 4)) + 3
    parts = split(images, LABELS, NAMES, 6, scaling=scaling)
    assert parts.x.shape == (14, 2, 4, 4)
    if scaling == "standard":
        np.testing.assert_allclose(parts.x.mean(axis=(0, 2, 3)), 0, atol=1e-12)


def test_the_digest_is_of_all_that_it_holds():
    digests = {data().digest, data(x=X + 1).digest, data(labels=1 - LABELS).digest, data(held_x=X[1:4]).digest}
    digests |= {data(label_names=("a", "b")).digest, data(held_labels=1 - LABELS[:3]).digest}
    assert len(digests) == 6
    assert data(x=X.copy()).digest == data().digest


REFUSED = {
    "give (N, D)": (ShapeMismatch, {"x": X.ravel()}),
    "labels (19,)": (ShapeMismatch, {"labels": LABELS[:19]}),
    "held_x has examples of shape (2,)": (ShapeMismatch, {"held_x": X[:3, :2]}),
    "at least one example": (EmptyBatch, {"held_x": X[:0], "held_labels": LABELS[:0]}),
    "x[2, 1] is nan": (NonFiniteInput, {"x": np.where(np.arange(60).reshape(20, 3) == 7, np.nan, X)}),
    "run from 0 to 1": (BadParameter, {"label_names": ("one",)}),
    "labels run from 0.0": (BadParameter, {"labels": LABELS / 1}),
}


@each("message", REFUSED)
def test_what_is_no_data_is_refused(message):
    error, given = REFUSED[message]
    with pytest.raises(error, match=re.escape(message)):
        data(**given)


def test_at_least_one_example_stays_on_either_side():
    for held in (0, 20):
        with pytest.raises(BadParameter, match=f"held is {held}; give 1 to 19"):
            split(X, LABELS, NAMES, held)
