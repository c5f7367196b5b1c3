"""Where a knob on a block stands: the stops of its factor and of its shift, each with its place on the dial."""

import math
from typing import Any

from bncore.distributions.axis import tick_text

FACTORS = (
    0.1, 0.12, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9,
    1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0,
)  # fmt: skip
SHIFTS = (-10.0, -5.0, -3.0, -2.0, -1.0, -0.5, -0.2, -0.1, 0.0, 0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0)


def knobs() -> dict[str, list[dict[str, Any]]]:
    """The stops of both knobs from the lowest: value, text, and the share of the dial's turn."""
    factors = [_stop(value, f"× {tick_text(value)}", (math.log10(value) + 1.0) / 2.0) for value in FACTORS]
    last = len(SHIFTS) - 1
    shifts = [_stop(value, shift_text(value), place / last) for place, value in enumerate(SHIFTS)]
    return {"factor": factors, "shift": shifts}


def shift_text(value: float) -> str:
    """A shift with its sign.

    >>> shift_text(-0.5), shift_text(0.0), shift_text(2.0)
    ('− 0.5', '+ 0', '+ 2')
    """
    return f"{'−' if value < 0 else '+'} {tick_text(abs(value))}"


def _stop(value: float, text: str, share: float) -> dict[str, Any]:
    return {"value": value, "text": text, "share": round(share, 4)}
