"""What was measured of a claim, in words with the numbers."""

from collections.abc import Callable

from app.figures.numbers import apart, digits, three
from app.figures.numbers import times as times_text
from bncore.distributions.axis import tick_text
from bncore.network.claims import ORDERS, ROUNDING, TAMED, YANG, YANG_WITHIN, Measured
from bncore.network.measures.survey import Diverged

NOT_HERE = {
    "no_norm": "This network has no column with batch norm, so that nothing can be measured.",
    "diverged": "Not measured here: with batch norm, too, numbers leave their range.",
    "no_gradient": "Not measured here: no gradient passes batch norm that is finite and more than rounding.",
}


_ROUNDING = " and ".join(f"{tick_text(share)} in {dtype}" for dtype, share in ROUNDING.items())
HOLDS_IF = {
    "vanishing": f"with batch norm the gradient at block 1 is at least {ORDERS:,.0f} times as large as without it",
    "exploding": "on the way forward a number is infinite or not a number without batch norm, and none is, either way, "
    "with it",
    "scale_invariance": f"none of the three differs by more than rounding, here {_ROUNDING}",
    "gradient_growth": f"the growth is within {tick_text(YANG_WITHIN)} of {YANG:.3f}",
    "residual_tames": f"the growth is at most {tick_text(TAMED)}, and less than without the connections",
    "gradient_norm": f"the two sides differ by no more than rounding, here {_ROUNDING} of themselves",
}
"""When a claim counts as holding: the threshold that each verdict has."""
LIMIT = f"√(π/(π−1)) = {YANG:.3f} is the limit of many examples and very wide layers"


def measured_text(name: str, measured: Measured) -> str:
    """A sentence or two; they say why where nothing could be measured."""
    return NOT_HERE[measured.missing] if measured.missing else TEXTS[name](measured)


def _vanishing(measured: Measured) -> str:
    n = measured.numbers
    without, with_norm, times = n["without"], n["with"], n["times"]
    if without is None or with_norm is None:
        return "Not measured here: one of the two columns has no finite gradient at block 1."
    if times is None:
        return f"The gradient that reaches block 1 is exactly 0 without batch norm, and {three(with_norm)} with it."
    return (
        f"The gradient that reaches block 1 has norm {three(without)} without batch norm and {three(with_norm)} with "
        f"it: {apart(times, ORDERS)[0]} times as much{_of_orders(times)}."
    )


def _of_orders(times: float) -> str:
    return "" if times >= ORDERS else f", less than the {ORDERS:,.0f} times that count as orders of magnitude here"


def _exploding(measured: Measured) -> str:
    without, with_norm, largest = (
        measured.diverged["without"],
        measured.diverged["with"],
        measured.numbers["largest_deviation"],
    )
    told = "stay in their range" if without is None else f"leave their range {_place(without)}"
    if with_norm is not None:
        other = f"{'leave it' if without is None else 'also leave it'} {_place(with_norm)}"
    else:
        other = f"stay in it, with deviations of at most {three(largest or 0.0)}"
    return f"Without batch norm the numbers {told}; with it they {other}."


def _place(diverged: Diverged) -> str:
    if diverged.block is None:
        return {"input": "at the input already", "readout": "at the read-out or the loss"}[diverged.kind]
    return f"in block {diverged.block}" if diverged.side == "forward" else f"on the way back, in block {diverged.block}"


def _scale_invariance(measured: Measured) -> str:
    n = measured.numbers
    orthogonal = f"|⟨w, ∂L/∂w⟩| is at most {three(n['alignment'] or 0.0)} of ‖w‖ ‖∂L/∂w‖ over all units"
    if "moved" not in n:
        return f"{orthogonal}. Disturb a block by a factor a > 0 to measure the rest."
    return (
        f"With a = {three(n['factor'] or 0.0)}, the values behind the disturbed block's batch norm move by "
        f"{_or_unknown(n['moved'])} deviations, ‖∂L/∂(aW)‖ is {_times_one(n['gradient_times_a'])} ‖∂L/∂W‖/a, "
        f"and {orthogonal}."
    )


def _growth(measured: Measured) -> str:
    n = measured.numbers
    if n["growth"] is None:
        return "Not measured here: with batch norm and at least two blocks there is a growth factor."
    wide = n["wide"]
    law = "" if wide is None else f"very wide layers make it {three(wide)} for {n['examples']:.0f} examples, and "
    return (
        f"With batch norm the gradient at z {_changes(n['growth'])} a block towards the input{_ends(n)}; {law}{LIMIT}."
    )


def _changes(factor: float) -> str:
    """By a factor a block, with as many digits as its threshold has."""
    return f"grows {digits(factor, 4)}-fold" if factor >= 1.0 else f"falls to {digits(factor, 4)} of itself"


def _ends(numbers: dict[str, float | None]) -> str:
    left_out = numbers["left_out"]
    return f", the {left_out:.0f} blocks at either end left out" if left_out else ""


def _residual(measured: Measured) -> str:
    growth, plain = measured.numbers["growth"], measured.numbers["plain"]
    if growth is None or not measured.numbers["residual"]:
        return _growth(measured) if growth is None else f"{_growth(measured)} Residual connections are off here."
    beside = "changes by a factor that is not known" if plain is None else _changes(plain)
    without = measured.numbers["without"]
    dashed = "" if without is None else f" Without batch norm, the dashed line, it {_changes(without)}."
    return (
        f"With batch norm the gradient at z {_changes(growth)} a block towards the input through residual "
        f"connections, and {beside} through the same weights without them{_ends(measured.numbers)}; {LIMIT} without "
        f"connections.{dashed}"
    )


def _gradient_norm(measured: Measured) -> str:
    n = measured.numbers
    differ = "by an unknown share" if n["disagreement"] is None else f"by at most {three(n['disagreement'])}"
    return (
        f"The two sides differ {differ} of themselves; on average over the blocks "
        f"{three(100.0 * (n['removed'] or 0.0))} % of ‖dy‖² is removed."
    )


def _times_one(value: float | None) -> str:
    return "an unknown number of times" if value is None else times_text(value, 1.0)


def _or_unknown(value: float | None) -> str:
    return "an unknown number of" if value is None else three(value)


TEXTS: dict[str, Callable[[Measured], str]] = {
    "vanishing": _vanishing, "exploding": _exploding, "scale_invariance": _scale_invariance,
    "gradient_growth": _growth, "residual_tames": _residual, "gradient_norm": _gradient_norm,
}  # fmt: skip
