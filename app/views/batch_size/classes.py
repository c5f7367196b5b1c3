"""A small classifier on real data, and the example whose class its companions decide."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from app.batches.datasets import DATASETS, DataSet, load
from app.streams import Stream
from app.views.batch_size.query import BatchSizeFields
from bncore.batch_size.classifier import Classifier, Verdicts, most_dependent, train
from bncore.batch_size.noise.example import Epsilon

DRAWS = 400
CHOSEN_AT = 16  # examples of the batches by which the example is chosen, whatever size is looked at
LARGEST = 64  # examples of a batch: beyond it hardly a class changes
FALLBACK = "wine"
MOST_NUMBERS = 20_000  # of a data set that a classifier is trained on while somebody waits


@dataclass(frozen=True, eq=False)
class Classes:
    """The verdicts, and what they are of."""

    data: DataSet
    names: tuple[str, ...]
    classifier: Classifier
    verdicts: Verdicts


def classes_of(query: BatchSizeFields, size: int, epsilon: Epsilon) -> Classes:
    """The source's own classes where it is a data set, and not a large one; else wine's."""
    known = DATASETS.get(query.source)
    data = known if known and known.examples * known.features <= MOST_NUMBERS else DATASETS[FALLBACK]
    batch = load(data.name)
    classifier, example = _trained(data.name, epsilon)
    assert batch.labels is not None
    rng, size = query.rng(Stream.CLASSES), min(size, LARGEST)
    verdicts = most_dependent(classifier, batch.x, batch.labels, size, DRAWS, rng, example=example)
    return Classes(data, batch.label_names, classifier, verdicts)


@lru_cache(maxsize=16)
def _trained(name: str, epsilon: Epsilon) -> tuple[Classifier, int]:
    """The classifier, and the example that is shown: neither depends on the seed or on the size that is looked at."""
    batch = load(name)
    assert batch.labels is not None
    classifier = train(batch.x, batch.labels, len(batch.label_names), epsilon)
    rng = np.random.default_rng(Stream.CLASSES)
    return classifier, most_dependent(classifier, batch.x, batch.labels, CHOSEN_AT, DRAWS, rng).example
