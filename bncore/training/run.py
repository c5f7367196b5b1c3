"""A run: passes and updates, one after the other, with a record where one is due."""

from collections.abc import Callable, Iterator
from math import isfinite
from typing import TypeVar

import numpy as np

from bncore.training.batches import ORDERS, trained_labels
from bncore.training.layout import layout_of
from bncore.training.network import Network
from bncore.training.optimizers import OPTIMIZERS
from bncore.training.records.measure import Measure
from bncore.training.records.moments import is_recorded
from bncore.training.records.record import Held, Percentiles, Record
from bncore.training.schedules import rate_at
from bncore.training.spec import inputs_of
from bncore.training.state import State

Seen = TypeVar("Seen")


def advance(state: State, steps: int) -> tuple[State, tuple[Record, ...]]:
    """Up to `steps` updates on from `state`, to the end of the run at most, and the records of the steps behind it.

    Bit-identical, however many steps are taken at a time and in whichever process, on one kernel of BLAS. A state that
    has ended stays, without records. Numbers that leave the dtype's range end the run with a record that says so.

    >>> from bncore.training import SHAPES, Spec, split, start
    >>> x, labels = SHAPES["moons"].draw(80, np.random.default_rng(0), 0.1)
    >>> spec = Spec(split(x, labels, ("upper", "lower"), 20), widths=(4,), batch_size=20, steps=6)
    >>> state, records = advance(start(spec), 4)
    >>> state.step, [record.step for record in records]
    (4, [1, 2, 3, 4])
    """
    return watched(state, steps, Work.record)


def watched(state: State, steps: int, look: "Callable[[Work], Seen]") -> tuple[State, tuple[Seen, ...]]:
    """As `advance`, with what `look` sees where there is a record; records take half of a run's time."""
    if state.has_ended:
        return state, ()
    with np.errstate(all="ignore"):
        work = Work(state)
        seen = tuple(look(work) for _ in work.until(min(state.step + steps, state.spec.steps)))
    return work.state, seen


def last_record(state: State) -> tuple[State, Record]:
    """The end of a run on from `state`, and its record, as `advance` has both; records take half of its time."""
    with np.errstate(all="ignore"):
        work = Work(state)
        work.look()
        while work.step < state.spec.steps and not work.has_diverged:
            work.update()
            work.look()
        return work.state, work.record()


def first_record(state: State) -> Record:
    """The record of the step that a state stands behind; of `start`, that of step 0."""
    return first_seen(state, Work.record)


def first_seen(state: State, look: "Callable[[Work], Seen]") -> Seen:
    """What `look` sees at the step that a state stands behind."""
    with np.errstate(all="ignore"):
        work = Work(state)
        work.look()
        return look(work)


def next_record(state: State) -> tuple[State, Record]:
    """One update on from a state that has not ended, with the record of its step, whether or not one is due there."""
    assert not state.has_ended
    with np.errstate(all="ignore"):
        work = Work(state)
        work.look()
        work.update()
        work.look()
        return work.state, work.record()


class Work:
    """The arrays of a run on its way; a pass of batch t comes before update t + 1, which it is the gradient of."""

    def __init__(self, state: State) -> None:
        spec = self.spec = state.spec
        self.layout = layout_of(spec)
        self.step, self.has_diverged = state.step, state.has_diverged
        self.moments = state.moments.copy()
        self.network = Network(spec, self.layout, state.parameters.copy(), state.running.copy())
        size, dtype = self.layout.size, spec.dtype
        self.moved, self.ones = np.zeros(size, dtype), np.ones(size, dtype)
        self.x, self.labels = inputs_of(spec, spec.data.x), trained_labels(spec.data, spec.random_labels, spec.seed)
        self.rows = ORDERS[spec.order].deal(spec.data.labels, spec.batch_size, spec.seed)
        self.batch = np.empty((spec.batch_size, *self.x.shape[1:]), spec.dtype)
        self.measure = Measure(self.network)
        self.loss = np.nan

    @property
    def state(self) -> State:
        """Where the run is."""
        network = self.network
        kept = (network.parameters.copy(), network.running.copy(), self.moments.copy())
        return State(self.spec, self.step, *kept, self.has_diverged)

    def until(self, end: int) -> Iterator[int]:
        """Updates up to step `end`; the steps whose records are due, while the run stands behind them."""
        self.look()
        while self.step < end and not self.has_diverged:
            self.update()
            self.look()
            if self.has_diverged or is_recorded(self.step, self.spec):
                yield self.step

    def look(self) -> None:
        """The pass of the step's batch: its loss, and the gradient."""
        rows, network = self.rows(self.step), self.network
        np.take(self.x, rows, 0, out=self.batch, mode="clip")
        logits = network.forward(self.batch, self.step)
        self.loss = network.loss.forward(logits, self.labels[rows])
        network.backward(network.loss.gradient)
        self.has_diverged = not (isfinite(self.loss) and isfinite(network.parameters @ self.ones))

    def update(self) -> None:
        """One step down the gradient; `moved` is then what was subtracted."""
        spec, network, trained = self.spec, self.network, self.layout.trained
        w, g, moved = network.parameters[trained], network.gradients[trained], self.moved[trained]
        self._decay()
        rate, moments = rate_at(spec, self.step), self.moments[:, trained]
        OPTIMIZERS[spec.optimizer].update(spec, w, g, moments, moved, rate, self.step + 1)
        network.settle(self.step)
        self.step += 1

    def _decay(self) -> None:
        if self.spec.weight_decay > 0:
            decayed, network = self.layout.decayed, self.network
            np.multiply(network.parameters[decayed], self.spec.weight_decay, out=self.moved[decayed])
            network.gradients[decayed] += self.moved[decayed]

    def record(self) -> Record:
        """What is told of the step."""
        moved = self.moved if self.step > 0 else None
        return self.measure.record(self.step, self.loss, moved, self.has_diverged)

    def held(self) -> Held | None:
        """What the record of the step tells of the held-out examples."""
        return self.measure.held(self.step, self.has_diverged)

    def unit(self) -> Percentiles:
        """What the record of the step tells of the observed unit."""
        return self.measure.unit()
