"""A network's query, prepared: its batch is drawn, how much work it is, and what the numerics need of it."""

from dataclasses import dataclass
from math import prod

import numpy as np

from app.batches.batch import Batch
from app.batches.datasets import DATASETS
from app.batches.generators import GENERATORS
from app.batches.uploads import UploadStore
from app.errors import InvalidQuery
from app.query.source import AUTO_GENERATED
from app.settings import Settings
from app.streams import Stream
from app.views.network.inputs import CLASSES, DIGIT, Inputs, inputs_of
from app.views.network.query import NetworkFields, joint_kinds
from bncore.network.build import KERNEL, Recipe
from bncore.network.contrast import Disturbance, Setup

PER_NUMBER = 200  # multiply-adds that take as long as everything else that is done to a number


@dataclass(frozen=True, eq=False)
class Prepared:
    """A query whose batch is drawn and whose work is allowed."""

    query: NetworkFields
    batch: Batch
    total: int | None
    inputs: Inputs
    work: int


def weights_rng(query: NetworkFields) -> np.random.Generator:
    """What the query's weights are drawn from: whoever asks anew draws the same network."""
    return query.rng(Stream.NETWORK_WEIGHTS)


def prepare(query: NetworkFields, uploads: UploadStore, settings: Settings) -> Prepared:
    """Draw the batch. Raises the errors of the source and of the query's own checks, and where it is all too much."""
    query.check()
    source = query.open(uploads)
    query.check_work(source, settings.view_numbers)
    batch = query.draw(source)
    inputs = inputs_of(query, batch)
    query.check_sum(inputs.x.shape[1])
    work = work_of(query, inputs.x.shape, inputs.outputs)
    if work > settings.network_work:
        raise _too_much(query, inputs, work, settings.network_work)
    kept = numbers_of(query, inputs.x.shape)
    if kept > settings.network_numbers:
        raise _too_many(query, inputs, kept, settings.network_numbers)
    return Prepared(query, batch, source.examples, inputs, work)


def work_of(query: NetworkFields, shape: tuple[int, ...], outputs: int) -> int:
    """The work of a forward pass in multiply-adds, what else is done to each number included."""
    examples, inputs, *image = shape
    positions, kernel = prod(image), KERNEL**2 if image else 1
    moved = kernel if image else 0  # numbers that im2col copies for each input
    width, inner = query.width, query.depth - 1
    fan_in = (inputs + inner * width) * kernel
    per_position = fan_in * width + PER_NUMBER * (query.depth * width + (inputs + inner * width) * moved)
    return examples * (positions * per_position + width * outputs)


def known_work(query: NetworkFields) -> int | None:
    """The work where the query alone says what enters; None where one must look: at a typed table, or at an upload."""
    known = DATASETS.get(query.source)
    if known is None and query.source not in GENERATORS:
        return None
    features = known.features if known else query.features
    shape = (1, *DIGIT[1:]) if query.architecture == "convolutional" else (features,)
    asked = query.batch_size if isinstance(query.batch_size, int) else AUTO_GENERATED
    total = known.examples if known else asked
    examples = total if query.batch_size == "all" else min(asked, total)
    return work_of(query, (examples, *shape), CLASSES)


def numbers_of(query: NetworkFields, shape: tuple[int, ...]) -> int:
    """The numbers at all joints of a pass."""
    examples, _, *image = shape
    return examples * prod(image) * query.width * query.depth * len(joint_kinds(query.norm, query.residual))


def _too_many(query: NetworkFields, inputs: Inputs, kept: int, most: int) -> InvalidQuery:
    return InvalidQuery(
        f"This network has {kept:,} numbers at its joints, and this server keeps up to {most:,} of a pass.",
        field="batch_size", given=query.batch_size,
        allowed=f"up to {most * len(inputs.x) // kept:,} examples, or a smaller network",
    )  # fmt: skip


def _too_much(query: NetworkFields, inputs: Inputs, work: int, most: int) -> InvalidQuery:
    examples = len(inputs.x)
    fitting = int(most / (work / examples))
    detail = f"A pass of this network takes {work:,} steps of work, and this server computes up to {most:,} at once"
    if fitting < 1:
        return InvalidQuery(
            f"{detail}: one example alone is too much.", field="width", given=query.width,
            allowed="a smaller width or depth, or smaller images",
        )  # fmt: skip
    return InvalidQuery(
        f"{detail}.", field="batch_size", given=query.batch_size,
        allowed=f"up to {fitting:,} examples at depth {query.depth} and width {query.width}, or a smaller network",
    )  # fmt: skip


def setup_of(prepared: Prepared) -> Setup:
    """What the numerics need of the query."""
    query, inputs = prepared.query, prepared.inputs
    recipe = Recipe(
        norm=query.norm, norm_place=query.norm_place, activation=query.activation, residual=query.residual == "on",
        initialization=query.initialization, scale=query.weight_scale, eps=query.eps,
        eps_placement=query.eps_placement, dtype=query.dtype,
    )  # fmt: skip
    disturbance = Disturbance(query.disturb_layer, query.disturb_factor, query.disturb_shift)
    return Setup(
        x=inputs.x, labels=inputs.labels, outputs=inputs.outputs, architecture=query.architecture, depth=query.depth,
        width=query.width, recipe=recipe, loss=query.loss, disturbance=disturbance if query.disturb_layer else None,
    )  # fmt: skip
