"""What a claim is: a sentence of the literature, runs that replay it, and runs on which it fails."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from bncore.arguments import Array, Float64
from bncore.training.data import Data
from bncore.training.layout import layout_of
from bncore.training.network import Network
from bncore.training.records.record import Record
from bncore.training.run import Seen, Work, first_seen, last_record, watched
from bncore.training.spec import Spec, inputs_of
from bncore.training.state import State, start

if TYPE_CHECKING:
    from bncore.training.claims.trials import Trials

Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Runs:
    """Runs side by side, by fields of `Spec`: those that all share, and those of each, by the letters of a page."""

    shared: Fields
    variants: Mapping[str, Fields]

    def spec(self, data: Data, letter: str, **other: Any) -> Spec:
        """The run of a letter, with `other` fields where they are given."""
        return Spec(data, **{**self.shared, **self.variants[letter], **other})


@dataclass(frozen=True)
class Side:
    """What one side of a claim has brought: words, numbers, and whether they are what the claim says of this side."""

    text: str
    numbers: Mapping[str, float]
    as_said: bool


@dataclass(frozen=True)
class Measured:
    """Both sides of a claim: where it holds, and where it fails."""

    holds: Side
    fails: Side


@dataclass(frozen=True)
class Table:
    """How numbers of the side that holds are laid out: shares, by their names, a tuple for each row's title."""

    corner: str
    columns: tuple[str, ...]
    rows: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Claim:
    """`statement` as the `source` has it, in the `paper`'s setting; in `ours` it is replayed, within the `tolerance`.

    `when_it_fails` says what it needs; `runs` and `failing` are what a page opens on either side. `data` is the name of
    what `measure` is to be given: "digits" are 1,200 to train on and 597 held out, their pixels from 0 to 1;
    of "few_digits" 300 are trained on and 1,497 held out. `trials` are the runs that `measure` takes where they are
    many, `table` how the numbers are laid out where a sentence has no room for them.
    """

    number: int
    title: str
    statement: str
    source: str
    paper: str
    ours: str
    tolerance: str
    when_it_fails: str
    runs: Runs
    failing: Runs
    measure: Callable[[Data], Measured] = field(repr=False)
    data: str = "digits"
    trials: "Trials | None" = field(default=None, repr=False)
    table: Table | None = None


def run(spec: Spec) -> tuple[State, tuple[Record, ...]]:
    """A run to its end, with all of its records."""
    return course(spec, Work.record)


def course(spec: Spec, look: Callable[[Work], Seen]) -> tuple[State, tuple[Seen, ...]]:
    """A run to its end, with what `look` sees where there is a record."""
    begun = start(spec)
    state, seen = watched(begun, spec.steps, look)
    return state, (first_seen(begun, look), *seen)


def end(spec: Spec) -> tuple[State, Record]:
    """The end of a run, and its last record."""
    return last_record(start(spec))


def inferred(state: State, x: Array) -> Array:
    """The logits of examples, as `Data` has them, in inference by the network of a state."""
    spec = state.spec
    network = Network(spec, layout_of(spec), state.parameters.copy(), state.running.copy())
    return network.infer(inputs_of(spec, x))


def right(spec: Spec) -> float:
    """The share of held-out examples that a run is right on at its end; 0 where it has diverged."""
    state, record = end(spec)
    held = record.held
    return 0.0 if held is None or state.has_diverged else held.accuracy


def written(write: Callable[[float], str], numbers: Mapping[str, float]) -> dict[str, str]:
    """Numbers as a sentence has them, by their names."""
    return {name: write(number) for name, number in numbers.items()}


def apart(one: Spec, other: Spec) -> float:
    """How far the losses of two runs are apart, at most; infinite where one has ended before the other."""
    first, second = losses(one), losses(other)
    return float(np.abs(first - second).max()) if first.shape == second.shape else np.inf


def losses(spec: Spec) -> Float64:
    """The loss of each record of a run."""
    return np.array(course(spec, lambda work: work.loss)[1])
