"""Real data to draw batches from: scikit-learn's bundled data sets, raw, loaded on first use.

The catalogue's facts are constants.
"""

import threading
from dataclasses import dataclass
from functools import cache

import numpy as np

from app.batches.batch import Batch
from app.batches.bundled import FEATURES, table_of
from app.errors import InvalidQuery


@dataclass(frozen=True)
class DataSet:
    """What can be said of a data set without loading it; `description` names its origin."""

    name: str
    title: str
    description: str
    examples: int
    features: int
    classes: int


_ALL = (
    DataSet(
        "wine",
        "Wine",
        "Chemical analyses of Italian wines from three cultivars; the features' scales differ widely. "
        "Forina et al., PARVUS; UCI Machine Learning Repository, 1991.",
        examples=178,
        features=13,
        classes=3,
    ),
    DataSet(
        "iris",
        "Iris",
        "Lengths and widths of the petals and sepals of three species, in centimetres. "
        "Anderson and Fisher, 1936; UCI Machine Learning Repository.",
        examples=150,
        features=4,
        classes=3,
    ),
    DataSet(
        "breast_cancer",
        "Breast cancer",
        "Measures of cell nuclei in images of benign and malignant tumours, from thousandths to thousands. "
        "Wolberg, Street and Mangasarian, Wisconsin; UCI Machine Learning Repository, 1995.",
        examples=569,
        features=30,
        classes=2,
    ),
    DataSet(
        "digits",
        "Digits",
        "Handwritten digits of 8 × 8 pixels from 0 to 16, one feature a pixel; some border pixels are always 0. "
        "Alpaydin and Kaynak; UCI Machine Learning Repository, 1998.",
        examples=1797,
        features=64,
        classes=10,
    ),
)

DATASETS: dict[str, DataSet] = {data_set.name: data_set for data_set in _ALL}

_loading = threading.Lock()


def load(name: str) -> Batch:
    """All of a data set in its own order: read-only float64 `x` (examples, features), labels and names.

    Loaded once and kept; any number of threads may ask. Digits keep their pixels as 64 features, row by row.
    """
    with _loading:
        return _load(name)


@cache
def _load(name: str) -> Batch:
    table = table_of(name)
    table.x.flags.writeable = table.labels.flags.writeable = False
    classes = tuple(label.replace("_", " ") for label in table.classes)  # "class 0"
    rows = range(len(table.x))
    return Batch(table.x, FEATURES[name], rows=rows, labels=table.labels, label_names=classes)


def sample(batch: Batch, size: int | None, rng: np.random.Generator) -> Batch:
    """`size` ≥ 1 examples of a finite batch without replacement, in random order.

    All of them in their own order, if `size` is None or at least their number.
    """
    examples = batch.x.shape[0]
    if size is None or size >= examples:
        return batch
    return batch.take(rng.choice(examples, size, replace=False))


@dataclass(frozen=True)
class DataSetSource:
    """Batches of one of the `DATASETS`; raises InvalidQuery for another name."""

    name: str

    def __post_init__(self) -> None:
        if self.name not in DATASETS:
            detail = f"There is no data set {self.name!r}."
            raise InvalidQuery(detail, field="source", given=self.name, allowed=", ".join(DATASETS))

    @property
    def examples(self) -> int:
        return DATASETS[self.name].examples

    def draw(self, size: int | None, rng: np.random.Generator) -> Batch:
        """`size` ≥ 1 examples without replacement; None, or at least as many as there are, is all in order."""
        return sample(load(self.name), size, rng)
