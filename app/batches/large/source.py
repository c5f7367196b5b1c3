"""A large array as a source of batches: drawn from a sample that is spread over all of it and always the same."""

import threading
from dataclasses import dataclass, field
from functools import cached_property
from math import prod

import numpy as np
from numpy.typing import NDArray

from app.batches.batch import Array, Batch
from app.batches.large.kept import KeptFindings
from app.batches.uploads.source import counted, floating
from app.errors import UnreadableBatch
from bncore.arguments import not_finite
from bncore.errors import BadParameter, NonFiniteInput
from bncore.progress import Said, unheard
from bncore.stream import Streamed
from bncore.stream.first import first_pass, state_of
from bncore.stream.sources.npy import InMemory
from bncore.stream.sources.raw import RawArray
from bncore.stream.sources.source import Source as StreamSource
from bncore.stream.state import SECONDS, State

SAMPLE = 4096  # examples of the sample
NUMBERS = 4_000_000  # numbers that it has at most, or one example


@dataclass(frozen=True, eq=False)
class LargeSource:
    """The file `name`. Implements `app.batches.batch.Source`; `examples` are those of the sample."""

    name: str
    stream: StreamSource
    feature_axis: int
    kept: KeptFindings
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _taking: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def total(self) -> int:
        """Examples of the file."""
        return self.stream.examples or 0

    @property
    def numbers(self) -> int:
        """Numbers of the file."""
        return self.total * self.numbers_per_example

    @property
    def numbers_per_example(self) -> int:
        return prod(self.stream.example)

    @property
    def examples(self) -> int:
        return min(self.total, SAMPLE, max(1, NUMBERS // self.numbers_per_example))

    @cached_property
    def feature_names(self) -> tuple[str, ...]:
        axes = len(self.stream.example) + 1
        return self.stream.names or counted(self.stream.example[self.feature_axis - 1], axes)

    @cached_property
    def which(self) -> NDArray[np.intp]:
        """The sample's examples by number: one of each of as many stretches, at a place that is always the same."""
        starts = np.arange(self.examples + 1) * self.total // self.examples
        places = np.random.default_rng(0).random(self.examples) * np.diff(starts)
        return starts[:-1] + places.astype(np.intp)

    def draw(self, size: int | None, rng: np.random.Generator) -> Batch:
        """`size` examples of the sample without replacement, in their order; None takes all of it.

        Raises UnreadableBatch where one of them holds a number that is not finite.
        """
        sample = self.sample()
        rows = np.arange(len(sample))
        if size is not None and size < len(sample):
            rows = np.sort(rng.choice(len(sample), size, replace=False, shuffle=False))
        x = floating(sample[rows])
        if not np.isfinite(x).all():
            row = int(np.isfinite(x).reshape(len(x), -1).all(axis=1).argmin())
            error = self._named(not_finite(x[row : row + 1], "x", int(self.which[rows[row]])))
            raise UnreadableBatch(str(error), field="source", given=f"large:{self.name}", allowed="finite numbers")
        return Batch(x, self.feature_names, self.feature_axis, rows=self.which[rows], warnings=self._notes())

    def statistics(self, say: Said = unheard) -> Streamed:
        """Over everything: kept, or gone on with from where the last one who took them was. Raises BatchNormError."""
        with self._taking:
            if "known" not in self.__dict__:
                self.__dict__["known"] = self._taken(say)
            known: Streamed = self.__dict__["known"]
            return known

    @property
    def passes(self) -> int:
        """How often the file is read through before there is a batch: twice where its sample has to be looked for."""
        is_there = isinstance(self.stream, (RawArray, InMemory)) or "taken" in self.__dict__ or self.kept.has_sample
        return 1 if is_there else 2

    @property
    def is_known(self) -> bool:
        """Whether the statistics are kept."""
        return "known" in self.__dict__ or self._state().is_whole

    def _taken(self, say: Said) -> Streamed:
        try:
            return self._first_pass(self._state(), say)
        except OSError:  # the disk takes no state: they are taken without, and may be taken again
            return self._first_pass(state_of(self.stream, None, self.feature_axis, None, SECONDS), say)

    def _first_pass(self, state: State, say: Said) -> Streamed:
        try:
            return first_pass(self.stream, None, state, self.feature_axis, say)
        except NonFiniteInput as error:
            raise self._named(error) from error

    def _named(self, error: NonFiniteInput) -> NonFiniteInput:
        """The error with the file in which the number stands."""
        detail = str(error).replace("] is", f"] of {self.name} is", 1)
        return NonFiniteInput(detail, parameter=error.parameter, index=error.index)

    def _state(self) -> State:
        try:
            return state_of(self.stream, None, self.feature_axis, self.kept.state, SECONDS)
        except BadParameter:  # damaged, or of another release
            self.kept.forget()
            return state_of(self.stream, None, self.feature_axis, self.kept.state, SECONDS)

    def sample(self, say: Said = unheard) -> Array:
        """The examples that batches are drawn from: kept, or taken now; all of a packed file or of Parquet is read."""
        with self._lock:
            if "taken" not in self.__dict__:
                self.__dict__["taken"] = self.kept.sample(lambda: self.stream.take(self.which, say))
            taken: Array = self.__dict__["taken"]
            return taken

    def _notes(self) -> tuple[str, ...]:
        if self.examples == self.total:
            return ()
        return (
            f"Batches are drawn from {self.examples:,} of the file's {self.total:,} examples, spread evenly and always "
            "the same.",
        )
