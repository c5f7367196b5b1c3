"""What a batch becomes before it enters a network: images or rows, standardized, with classes for the loss."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.batches.batch import Array, Batch
from app.errors import InvalidQuery
from app.streams import Stream
from app.views.network.query import NetworkFields
from bncore.network.inputs import standardized, varying

CLASSES = 10  # of labels that the seed draws
DIGIT = (1, 8, 8)


@dataclass(frozen=True, eq=False)
class Inputs:
    """`x` (N, D) or (N, C, H, W) in the query's dtype; `labels` (N,) of `outputs` classes, the data's or the seed's.

    `constant` of the features, or channels, have one value over the batch.
    """

    x: Array
    labels: NDArray[np.int64]
    outputs: int
    seeded: bool
    constant: int


def inputs_of(query: NetworkFields, batch: Batch) -> Inputs:
    """The inputs of a query's batch. Raises InvalidQuery where a convolutional network has no images."""
    x = _images(query, batch) if query.architecture == "convolutional" else _rows(batch)
    constant = int(np.count_nonzero(~varying(x)))
    if query.standardize == "on":
        x = standardized(x)
    with np.errstate(over="ignore"):  # infinite inputs are shown as such
        x = x.astype(query.dtype)
    seeded = batch.labels is None
    labels = query.rng(Stream.NETWORK_LABELS).integers(0, CLASSES, len(x)) if batch.labels is None else batch.labels
    outputs = CLASSES if seeded else max(len(batch.label_names), int(labels.max()) + 1, 2)
    return Inputs(x, labels, outputs, seeded, constant)


def _rows(batch: Batch) -> Array:
    """(N, D): further axes are features, too."""
    return batch.x.reshape(len(batch.x), -1)


def _images(query: NetworkFields, batch: Batch) -> Array:
    if query.source == "digits":
        return batch.x.reshape(-1, *DIGIT)
    if batch.x.ndim != 4:
        shape = " × ".join(map(str, batch.x.shape))
        raise InvalidQuery(
            f"A convolutional network takes images, and this batch is {shape}: choose the digits, or upload an array "
            "of shape (N, C, H, W).", field="source", given=query.source, allowed="digits, or an upload of four axes",
        )  # fmt: skip
    return np.moveaxis(batch.x, batch.feature_axis, 1)
