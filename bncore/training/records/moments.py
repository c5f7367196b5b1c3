"""Which steps of a run have a record: all below 64, then as many an octave as the spec asks for, and the last."""

from typing import Protocol

DENSE = 64
HELD = 4  # records from one look at the held-out examples to the next


class Asked(Protocol):
    """What is read of a spec."""

    @property
    def resolution(self) -> int: ...
    @property
    def steps(self) -> int: ...


def stride(step: int, resolution: int) -> int:
    """Steps from one record to the next in the octave of a step.

    >>> [stride(step, 32) for step in (63, 64, 127, 128, 1000)]
    [1, 2, 2, 4, 16]
    """
    octave = 1 << max(0, step.bit_length() - 1)
    return max(1, octave // resolution) if step >= DENSE else 1


def is_recorded(step: int, asked: Asked) -> bool:
    """Whether a step has a record."""
    return step == asked.steps or step % stride(step, asked.resolution) == 0


def has_held(step: int, asked: Asked) -> bool:
    """Whether its record tells of the held-out examples: every fourth does, and the last one."""
    return step == asked.steps or step % (HELD * stride(step, asked.resolution)) == 0


def records_of(asked: Asked) -> int:
    """How many records a run has that goes on to its last step, that of step 0 among them.

    >>> from types import SimpleNamespace
    >>> for steps in (1, 63, 64, 127, 2000):
    ...     asked = SimpleNamespace(steps=steps, resolution=32)
    ...     print(records_of(asked), sum(is_recorded(step, asked) for step in range(steps + 1)))
    2 2
    64 64
    65 65
    97 97
    224 224
    """
    count, octave = min(asked.steps + 1, DENSE), DENSE
    while octave <= asked.steps:
        last, apart = min(2 * octave - 1, asked.steps), stride(octave, asked.resolution)
        count += (last - octave) // apart + 1
        octave *= 2
    return count + (asked.steps % stride(asked.steps, asked.resolution) != 0)
