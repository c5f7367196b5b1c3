"""The error tree and the public names."""

import inspect

import numpy as np
import pytest

import bncore
from bncore import errors


def test_every_error_is_drawn_in_the_tree_and_exported():
    for name, kind in inspect.getmembers(errors, inspect.isclass):
        assert issubclass(kind, bncore.BatchNormError)
        assert name in errors.__doc__
        assert name in bncore.__all__


def test_every_error_is_a_value_error():
    with pytest.raises(ValueError, match="give a number from 0"):
        bncore.forward(np.eye(2), eps=-1)


def test_every_exported_name_exists_and_has_words():
    for name in bncore.__all__:
        assert getattr(bncore, name).__doc__
