"""What a stream reads: examples, a chunk of them at a time."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import zip_longest
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bncore.arguments import Array
from bncore.errors import BadDtype, ShapeMismatch
from bncore.progress import Said, unheard


@dataclass(frozen=True)
class Stored:
    """Where float32 or float64 of this shape lie side by side: in an open file of this machine, at byte `offset`."""

    descriptor: int
    offset: int
    dtype: np.dtype[Any]
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Chunk:
    """Some examples, which any thread may read; `stored` is where they lie in a file as they are."""

    read: Callable[[], Array]
    stored: Stored | None = None

    def __call__(self) -> Array:
        """The examples; good until the same thread reads the next ones."""
        return self.read()


class Source(Protocol):
    """`examples` is None where nobody knows before the end; `example` is the shape of one. `stamp` tells the source
    from another one, as far as that can be told without reading it; `names` are those of features, where it has some.
    """

    @property
    def examples(self) -> int | None: ...
    @property
    def example(self) -> tuple[int, ...]: ...
    @property
    def dtype(self) -> np.dtype[Any]: ...
    @property
    def stamp(self) -> str: ...
    @property
    def names(self) -> tuple[str, ...]: ...

    def chunks(self, rows: int, first: int = 0) -> Iterator[Chunk]:
        """All examples from number `first` on, `rows` at a time; the last chunk may have fewer."""
        ...

    def take(self, which: NDArray[np.intp], say: Said = unheard) -> Array:
        """A few examples by their numbers, which ascend; a copy. `say` is told of examples that were read through."""
        ...


def checked(dtype: np.dtype[Any], shape: tuple[int, ...], name: str) -> None:
    """Raises BadDtype for what holds no real numbers, ShapeMismatch below two axes or without numbers."""
    if dtype.kind not in "biuf" or dtype.itemsize > 8:
        raise BadDtype(f"x: {name} has dtype {dtype}; give real numbers, at most float64.", parameter="x")
    if len(shape) < 2 or 0 in shape:
        detail = f"x: {name} has shape {shape}; give two or more axes, examples first, and at least one number."
        raise ShapeMismatch(detail, parameter="x")


def beside(chunks: Iterator[Chunk], along: Iterator[Chunk] | None) -> Iterator[tuple[Chunk, Chunk | None]]:
    """The chunks of x and those of dy that are read with them. Raises ShapeMismatch where one of both ends first."""
    if along is None:
        yield from ((chunk, None) for chunk in chunks)
        return
    for x, dy in zip_longest(chunks, along):
        if x is None or dy is None:
            longer, shorter = ("dy", "x") if x is None else ("x", "dy")
            detail = f"{shorter} has fewer examples than {longer}; give one number of dy for each of x."
            raise ShapeMismatch(detail, parameter="dy")
        yield x, dy


def digest(examples: Array) -> str:
    """A few digits that differ, as good as surely, for other examples."""
    return blake2b(np.ascontiguousarray(examples).tobytes(), digest_size=8).hexdigest()


def cut(blocks: Iterable[Array], rows: int, first: int = 0) -> Iterator[Array]:
    """Blocks of any lengths as copies of `rows` examples each, without the `first` ones; the last may have fewer.

    >>> [len(chunk) for chunk in cut([np.zeros((3, 2)), np.zeros((4, 2))], 4, first=1)]
    [4, 2]
    """
    held: list[Array] = []
    count = 0
    for whole in blocks:
        block, first = whole[first:], max(first - len(whole), 0)
        while len(block):
            part, block = block[: rows - count].copy(), block[rows - count :]
            held.append(part)
            count += len(part)
            if count == rows:
                yield np.concatenate(held)
                held, count = [], 0
    if held:
        yield np.concatenate(held)


def picked(chunks: Iterator[Chunk], rows: int, which: NDArray[np.intp], say: Said) -> Array:
    """The examples of ascending numbers out of all chunks of `rows`."""
    parts, start = [], 0
    for chunk in chunks:
        here = which[(which >= start) & (which < start + rows)] - start
        if len(here):
            parts.append(chunk()[here])
        start += rows
        say(min(start, int(which[-1]) + 1), int(which[-1]) + 1, "taking a few examples")
        if start > which[-1]:
            break
    return np.concatenate(parts)
