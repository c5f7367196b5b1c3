"""The learning rate at every step: a schedule, and the rates that a person set in mid-run.

    constant       η(t) = η0
    step           η(t) = η0 factor^floor(t / every)
    exponential    η(t) = η0 factor^(t / every)          above 1 it grows: Li & Arora 2020, "An Exponential Learning
                                                         Rate Schedule for Deep Learning"
    cosine         η(t) = η0 (1 + cos(pi t / steps)) / 2     Loshchilov & Hutter 2017, "SGDR", equation 5

A change (s, r) sets the rate at step s to r, from where the schedule goes on: η(t) = r m(t) / m(s) with the schedule's
multiple m.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol


class Asked(Protocol):
    """What a schedule reads of a spec."""

    @property
    def rate(self) -> float: ...
    @property
    def schedule(self) -> str: ...
    @property
    def factor(self) -> float: ...
    @property
    def every(self) -> int: ...
    @property
    def steps(self) -> int: ...
    @property
    def changes(self) -> tuple[tuple[int, float], ...]: ...


@dataclass(frozen=True)
class Schedule:
    """`between(asked, s, t)` is m(t) / m(s)."""

    title: str
    formula: str
    between: Callable[[Asked, int, int], float] = field(repr=False)


def _constant(_asked: Asked, _start: int, _step: int) -> float:
    return 1.0


def _step(asked: Asked, start: int, step: int) -> float:
    return _power(asked.factor, step // asked.every - start // asked.every)


def _exponential(asked: Asked, start: int, step: int) -> float:
    return _power(asked.factor, (step - start) / asked.every)


def _power(factor: float, times: float) -> float:
    """Infinite where float64 ends."""
    try:
        return float(factor**times)
    except OverflowError:
        return math.inf


def _cosine(asked: Asked, start: int, step: int) -> float:
    """At the last step, where the multiple is 0, nothing is updated any more."""
    now, then = (1 + math.cos(math.pi * min(t, asked.steps) / asked.steps) for t in (step, start))
    return now / then if then > 0 else 1.0


SCHEDULES: dict[str, Schedule] = {
    "constant": Schedule("Constant", r"\eta_t = \eta_0", _constant),
    "step": Schedule("In steps", r"\eta_t = \eta_0\,q^{\lfloor t / T \rfloor}", _step),
    "cosine": Schedule("Cosine", r"\eta_t = \tfrac{1}{2} \eta_0 \left(1 + \cos \tfrac{\pi t}{S}\right)", _cosine),
    "exponential": Schedule("Exponential", r"\eta_t = \eta_0\,q^{t / T}", _exponential),
}


def rate_at(asked: Asked, step: int) -> float:
    """The learning rate of the update that is made at `step`, from 0 on.

    `asked` is a `Spec`, whose changes are in the order of their steps.
    """
    start, rate = max(((s, r) for s, r in asked.changes if s <= step), default=(0, asked.rate))
    return rate * SCHEDULES[asked.schedule].between(asked, start, step)
