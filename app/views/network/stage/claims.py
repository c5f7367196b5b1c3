"""What a claim adds to the stage: where to look, and the headline of its measurement."""

from collections.abc import Callable

from app.figures.numbers import digits, three
from app.views.network.stage.words import run_headline
from bncore.network.claims import YANG, Measured
from bncore.network.contrast import Contrast

LOOK: dict[str, tuple[list[str], str]] = {
    "vanishing": (["gradient"], "Look at the gradient of block 1, without BN and with it."),
    "exploding": (["without"], "Look at the row without BN, from the first block to the last."),
    "scale_invariance": (["with"], "Look at the row with BN, block by block."),
    "gradient_growth": (["gradient.with"], "Look at the gradient with BN, from the last block back."),
    "residual_tames": (["gradient.with"], "Look at the gradient with BN, from the last block back."),
    "gradient_norm": (["gradient.with"], "Look at the gradient with BN; what is taken out of it stands further below."),
}
"""By claim: the parts of the stage that are marked, and the sentence that points at them."""


def claim_headline(shown: Contrast, name: str, measured: Measured | None, notation: str) -> str:
    """What is measured of a claim; "" where that is no headline's business, or nothing could be measured."""
    if measured is None or measured.missing or measured.holds is None:
        return ""
    return HEADLINES[name](shown, measured, notation)


def _vanishing(_shown: Contrast, measured: Measured, _notation: str) -> str:
    times = measured.numbers["times"]
    if times is None:
        return "Without BN no gradient at all reaches block 1; with BN one does."
    return f"The gradient that reaches block 1 is {three(times)} times as large with BN as without."


def _exploding(shown: Contrast, _measured: Measured, notation: str) -> str:
    return run_headline(shown, notation)


def _growth(_shown: Contrast, measured: Measured, _notation: str) -> str:
    growth = measured.numbers["growth"] or 0.0
    return f"With BN the gradient {_changes(growth)} a block towards the input; wide layers' limit is {YANG:.3f}."


def _residual(shown: Contrast, measured: Measured, notation: str) -> str:
    growth, plain = measured.numbers["growth"] or 0.0, measured.numbers["plain"]
    if not measured.numbers["residual"] or plain is None:
        return _growth(shown, measured, notation)
    return (
        f"With BN the gradient {_changes(growth)} a block through residual connections, and {_changes(plain)} without."
    )


def _changes(factor: float) -> str:
    return f"grows {digits(factor, 4)}-fold" if factor >= 1.0 else f"falls to {digits(factor, 4)} of itself"


HEADLINES: dict[str, Callable[[Contrast, Measured, str], str]] = {
    "vanishing": _vanishing, "exploding": _exploding, "gradient_growth": _growth, "residual_tames": _residual,
}  # fmt: skip
