"""Any iterable of chunks: a list, or a function that begins a new iteration each time it is called."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bncore.arguments import Array, real_array
from bncore.errors import BadParameter, EmptyBatch, ShapeMismatch
from bncore.progress import Said, unheard
from bncore.stream.sources.source import Chunk, checked, cut, digest, picked

Chunks = Iterable[ArrayLike] | Callable[[], Iterable[ArrayLike]]
ROWS = 2**12


class Iterated:
    """Chunks of examples, of any lengths. Implements `Source`; an iterator serves one pass, all else any number."""

    examples: int | None = None
    names: tuple[str, ...] = ()

    def __init__(self, chunks: Chunks) -> None:
        self._make: Callable[[], Iterable[ArrayLike]] = chunks if callable(chunks) else partial(iter, chunks)
        self._once = not callable(chunks) and iter(chunks) is chunks
        begun = iter(self._make())
        first = next(begun, None)
        if first is None:
            raise EmptyBatch("x has no chunks; give at least one.", parameter="x")
        self._rest: Iterator[ArrayLike] | None = chain([first], begun) if self._once else None
        block = real_array(first, "x")
        self.dtype: np.dtype[Any] = block.dtype
        self.example: tuple[int, ...] = block.shape[1:]
        self.stamp = f"{self.dtype.str} {self.example} {digest(block[:1])}"
        checked(self.dtype, (1, *self.example), "a chunk")

    def chunks(self, rows: int, first: int = 0) -> Iterator[Chunk]:
        for chunk in cut(self._blocks(), rows, first):
            yield Chunk(partial(np.asarray, chunk))

    def take(self, which: NDArray[np.intp], say: Said = unheard) -> Array:
        return picked(self.chunks(ROWS), ROWS, which, say)

    def _blocks(self) -> Iterator[Array]:
        for number, chunk in enumerate(self._begin()):
            block = real_array(chunk, "x")
            if block.shape[1:] != self.example:
                detail = f"chunk {number} of x has examples of shape {block.shape[1:]}, the first {self.example}"
                raise ShapeMismatch(f"{detail}; give chunks of one kind.", parameter="x")
            yield block

    def _begin(self) -> Iterable[ArrayLike]:
        if not self._once:
            return self._make()
        begun, self._rest = self._rest, None
        if begun is None:
            detail = "x is an iterator that has been read; give a list or a function, which begin anew."
            raise BadParameter(detail, parameter="x")
        return begun
