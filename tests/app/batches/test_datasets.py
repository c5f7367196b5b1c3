"""The bundled data sets: raw, loaded late and once, drawn from without replacement."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from app.batches.batch import Source
from app.batches.datasets import DATASETS, DataSetSource, load
from app.errors import InvalidQuery
from tests.each import each

NAMES = list(DATASETS)
ROOT = Path(__file__).parents[3]


def run(code: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_nothing_imports_scikit_learn_or_scipy_not_even_to_load() -> None:
    code = "import sys, app.main, app.batches.loaded; print({'sklearn', 'scipy'} & {*sys.modules})"
    assert run(code) == "set()"


@pytest.mark.parametrize("name", NAMES)
def test_they_are_to_the_bit_what_scikit_learn_loads(name: str) -> None:
    from sklearn import datasets  # here, as to import it takes a second in every process that collects the tests

    bunch, batch = getattr(datasets, f"load_{name}")(), load(name)
    assert batch.x.tobytes() == bunch.data.tobytes()
    assert batch.x.flags.c_contiguous
    np.testing.assert_array_equal(batch.labels, bunch.target)
    assert batch.label_names == tuple(str(target).replace("_", " ") for target in bunch.target_names)
    plain = [re.sub(r"[_ ,]|\(cm\)|of_diluted_wines", "", str(feature)) for feature in bunch.feature_names]
    assert [re.sub("[ ,]", "", feature).lower() for feature in batch.feature_names] == plain


def test_the_catalogue_has_four_data_sets() -> None:
    assert NAMES == ["wine", "iris", "breast_cancer", "digits"]
    assert all(name == data_set.name for name, data_set in DATASETS.items())


@each("name", NAMES)
def test_the_catalogue_agrees_with_the_data(name: str) -> None:
    data_set, batch = DATASETS[name], load(name)
    assert batch.labels is not None
    assert batch.x.shape == (data_set.examples, data_set.features)
    assert len(batch.feature_names) == len(set(batch.feature_names)) == data_set.features
    assert len(batch.label_names) == data_set.classes
    assert np.unique(batch.labels).tolist() == list(range(data_set.classes))
    assert DataSetSource(name).examples == data_set.examples


@each("name", NAMES)
def test_the_data_are_kept_once_and_cannot_be_changed(name: str) -> None:
    batch = load(name)
    assert load(name) is batch
    assert batch.x.dtype == np.float64
    assert batch.labels is not None
    for array in (batch.x, batch.labels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_many_threads_that_ask_at_once_get_one_load() -> None:
    code = """
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from app.batches.datasets import load
barrier = Barrier(8)
def ask(_):
    barrier.wait()
    return id(load("iris"))
with ThreadPoolExecutor(8) as pool:
    print(len(set(pool.map(ask, range(8)))))
"""
    assert run(code) == "1"


def test_wine_is_raw_with_deviations_that_differ_2530_fold() -> None:
    batch = load("wine")
    deviations = batch.x.std(axis=0)
    assert deviations.max() / deviations.min() == pytest.approx(2530, abs=1)
    assert batch.feature_names[deviations.argmax()] == "proline"
    assert batch.feature_names[:2] == ("alcohol", "malic acid")
    assert "OD280/OD315" in batch.feature_names
    assert batch.label_names == ("class 0", "class 1", "class 2")


def test_iris_keeps_the_species_and_drops_the_units_from_its_names() -> None:
    batch = load("iris")
    assert batch.feature_names == ("sepal length", "sepal width", "petal length", "petal width")
    assert batch.label_names == ("setosa", "versicolor", "virginica")
    assert np.bincount(batch.labels).tolist() == [50, 50, 50]


def test_breast_cancer_has_its_known_classes() -> None:
    batch = load("breast_cancer")
    assert batch.label_names == ("malignant", "benign")
    assert np.bincount(batch.labels).tolist() == [212, 357]


def test_digits_are_pixels_row_by_row_some_of_them_always_zero() -> None:
    batch = load("digits")
    assert batch.feature_names[:9] == (*(f"pixel 0,{column}" for column in range(8)), "pixel 1,0")
    assert batch.label_names == tuple("0123456789")
    assert (batch.x.min(), batch.x.max()) == (0, 16)
    assert (batch.x.std(axis=0) == 0).sum() == 3


@each("name", NAMES)
def test_a_batch_holds_different_examples_with_their_own_labels(name: str) -> None:
    whole, batch = load(name), DataSetSource(name).draw(100, np.random.default_rng(3))
    rows = np.random.default_rng(3).choice(DATASETS[name].examples, 100, replace=False)
    assert len(set(rows.tolist())) == 100
    assert np.array_equal(batch.x, whole.x[rows])
    assert whole.labels is not None
    assert np.array_equal(batch.labels, whole.labels[rows])
    assert batch.feature_names == whole.feature_names


def test_no_example_is_drawn_twice() -> None:
    whole, batch = load("digits"), DataSetSource("digits").draw(1796, np.random.default_rng(0))
    assert len(np.unique(batch.x, axis=0)) == 1796 - (1797 - len(np.unique(whole.x, axis=0)))


def test_equal_seeds_draw_equal_batches_and_others_do_not() -> None:
    source = DataSetSource("wine")
    one, same, other = (source.draw(32, np.random.default_rng(seed)).x for seed in (1, 1, 2))
    assert one.tobytes() == same.tobytes()
    assert one.tobytes() != other.tobytes()


@each("size", [None, 178, 1000])
def test_none_or_as_many_as_there_are_is_all_in_order(size: int | None) -> None:
    source: Source = DataSetSource("wine")
    assert np.array_equal(source.draw(size, np.random.default_rng(0)).x, load("wine").x)


def test_an_unknown_data_set_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidQuery, match="mnist") as caught:
        DataSetSource("mnist")
    assert (caught.value.field, caught.value.given) == ("source", "mnist")
    assert caught.value.allowed == "wine, iris, breast_cancer, digits"
