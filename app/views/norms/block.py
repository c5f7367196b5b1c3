"""The block of values that is normalized: (N, C, S) examples × channels × positions, and what happens to it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from app.batches.batch import Batch, Source
from app.batches.uploads import UploadStore
from app.errors import InvalidQuery
from app.figures.numbers import three
from app.settings import Settings
from app.streams import Stream
from app.views.norms.query import NormsFields
from bncore.arguments import Float64
from bncore.network import Convolution, weights

DIGIT = (1, 8, 8)
DARKEST = 16.0  # of a digit's pixel
KERNEL = 3
POOL = 2048  # examples that stand for the whole source
WORTH = 8  # numbers that are kept for each of the block's: one a norm, and the block


@dataclass(frozen=True, eq=False)
class Block:
    """`x` (N, C, H, W), (N, C, L) or (N, C) in float64; `labels` (N,) or None."""

    x: Float64
    labels: NDArray[np.int64] | None

    @property
    def shape(self) -> tuple[int, int, int]:
        """Examples, channels, positions."""
        examples, channels, *image = self.x.shape
        return examples, channels, int(np.prod(image))


@dataclass(frozen=True, eq=False)
class Blocks:
    """The block of the query's batch, what the situation makes of it, and the source's examples as a pool.

    `pool_of` draws the pool when it is first asked for. `convolved` is whether the batch went through the convolution,
    whose channels have no names; `changed` is the channel that the situation changes, `label` the class that it is
    sorted by; None if none.
    """

    batch: Batch
    total: int | None
    usual: Block
    now: Block
    pool_of: Callable[[], Block]
    convolved: bool
    changed: int | None = None
    label: int | None = None

    @property
    def pool(self) -> Block:
        """Examples that stand for the whole source."""
        return self.pool_of()

    @property
    def channel_names(self) -> list[str]:
        """A name each."""
        channels = self.usual.shape[1]
        return [f"channel {number}" for number in range(channels)] if self.convolved else list(self.batch.feature_names)


def blocks_of(query: NormsFields, uploads: UploadStore, settings: Settings) -> Blocks:
    """The blocks of a query. Raises the errors of the source, and InvalidQuery where there is too much or no class."""
    source = query.open(uploads)
    most = settings.view_numbers // WORTH
    query.check_work(source, most)
    batch = query.draw(source)
    usual = _block(query, batch)
    if usual.x.size > most:
        raise InvalidQuery(
            f"This block would have {usual.x.size:,} numbers, and this server normalizes up to {most:,} at once.",
            field="batch_size", given=query.batch_size,
            allowed=f"up to {most * len(usual.x) // usual.x.size:,} examples of {usual.x[0].size:,} numbers each",
        )  # fmt: skip
    pool_of = cache(lambda: _block(query, _pool(query, source, most // max(1, usual.x[0].size))))
    blocks = Blocks(batch, source.examples, usual, usual, pool_of, _is_convolved(query))
    return SITUATION_OF[query.situation](query, blocks)


def _pool(query: NormsFields, source: Source, most: int) -> Batch:
    """Examples of the source, as many as are worth it: what the running statistics of batch renormalization know."""
    size = max(1, min(source.examples or POOL, POOL, most))
    return source.draw(size, query.rng(Stream.POOL))


def _is_convolved(query: NormsFields) -> bool:
    return query.source == "digits"


def _block(query: NormsFields, batch: Batch) -> Block:
    if not _is_convolved(query):
        return Block(np.moveaxis(batch.x, batch.feature_axis, 1).astype(np.float64), batch.labels)
    images = batch.x.reshape(-1, *DIGIT) / DARKEST
    kernels = weights("he", (query.channels, 1, KERNEL, KERNEL), query.rng(Stream.CONVOLUTION))
    return Block(Convolution(kernels, None, query.stride, KERNEL // 2).forward(images).y, batch.labels)


def _usual(_query: NormsFields, blocks: Blocks) -> Blocks:
    return blocks


def _one_example(_query: NormsFields, blocks: Blocks) -> Blocks:
    usual = blocks.usual
    return replace(blocks, now=Block(usual.x[:1], None if usual.labels is None else usual.labels[:1]))


def _class_sorted(query: NormsFields, blocks: Blocks) -> Blocks:
    """The batch's first example and others of its class from the pool, as many as the batch has if there are."""
    usual, pool = blocks.usual, blocks.pool
    if usual.labels is None or pool.labels is None:
        raise InvalidQuery(
            "This source has no classes, so there is no batch of one class; choose another situation, or a source with "
            "classes, which of a file are the label that it is read with.",
            field="situation", given=query.situation,
            allowed="usual, one_example or huge_channel; or a source with classes",
        )  # fmt: skip
    label = int(usual.labels[0])
    axes = tuple(range(1, pool.x.ndim))
    alike = (pool.labels == label) & (pool.x != usual.x[0]).any(axis=axes)
    others = pool.x[alike][: len(usual.x) - 1]
    x = np.concatenate([usual.x[:1], others])
    return replace(blocks, now=Block(x, np.full(len(x), label)), label=label)


def _huge_channel(query: NormsFields, blocks: Blocks) -> Blocks:
    x = blocks.usual.x.copy()
    with np.errstate(over="ignore"):  # looked at below, and then named
        x[:, 0] *= query.huge_factor
    if not np.isfinite(x).all():
        raise InvalidQuery(
            f"The first channel has numbers up to {three(np.abs(blocks.usual.x[:, 0]).max())} in size; times "
            f"{three(query.huge_factor)} they are larger than float64 holds.",
            field="huge_factor", given=query.huge_factor, allowed="a smaller factor, or numbers up to about 1e150",
        )  # fmt: skip
    return replace(blocks, now=Block(x, blocks.usual.labels), changed=0)


SITUATION_OF: dict[str, Callable[[NormsFields, Blocks], Blocks]] = {
    "usual": _usual, "one_example": _one_example, "class_sorted": _class_sorted, "huge_channel": _huge_channel,
}  # fmt: skip
