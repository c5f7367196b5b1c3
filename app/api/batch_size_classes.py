"""A small classifier on real data, and the example whose class its companions decide."""

from dataclasses import dataclass
from functools import lru_cache

from app.api.batch_size_query import BatchSizeFields
from app.batches.datasets import DATASETS, DataSet, load
from bncore.batch_size.classifier import Classifier, Verdicts, most_dependent, train
from bncore.batch_size.noise import Layer

CLASSES_STREAM = 118  # of the seed, beside the streams of `source_query`
DRAWS = 400
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


def classes_of(query: BatchSizeFields, size: int, layer: Layer) -> Classes:
    """The source's own classes where it is a data set, and not a large one; else wine's."""
    known = DATASETS.get(query.source)
    data = known if known and known.examples * known.features <= MOST_NUMBERS else DATASETS[FALLBACK]
    batch = load(data.name)
    classifier = _trained(data.name, layer)
    assert batch.labels is not None
    rng = query.rng(CLASSES_STREAM)
    found = most_dependent(classifier, batch.x, batch.labels, min(size, LARGEST), DRAWS, rng)
    return Classes(data, batch.label_names, classifier, found)


@lru_cache(maxsize=16)
def _trained(name: str, layer: Layer) -> Classifier:
    batch = load(name)
    assert batch.labels is not None
    return train(batch.x, batch.labels, len(batch.label_names), layer)
