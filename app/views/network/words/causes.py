"""Why a disturbance passes a block or stops in it: a sentence for each cause of `bncore.network.passing`."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from app.figures.numbers import apart, three
from app.views.network.words.seen import joint_symbol
from bncore.distributions.axis import tick_text
from bncore.network.build import Recipe
from bncore.network.contrast import Contrast, Disturbed
from bncore.network.measures.movement import Moved
from bncore.network.measures.passing import SMALL, Passing


def cause_text(shown: Contrast, name: str, disturbed: Disturbed, notation: str) -> str:
    """Why a column's disturbance passed its block or stopped there; "" where its numbers are not finite."""
    if disturbed.passing is None:
        return ""
    return WHY[disturbed.passing.cause](_Told(shown, name, disturbed, disturbed.passing, notation))


def size_text(value: float) -> str:
    """How far something moved, in deviations."""
    return three(value) if math.isfinite(value) else "more than the numbers hold"


@dataclass(frozen=True)
class _Told:
    """What the sentences of a cause are made of."""

    shown: Contrast
    name: str
    disturbed: Disturbed
    passing: Passing
    notation: str

    @property
    def recipe(self) -> Recipe:
        return self.shown.setup.recipe

    @property
    def first(self) -> Moved:
        """The disturbed product's own movement."""
        return self.disturbed.moved[0]

    @property
    def last(self) -> Moved:
        return self.disturbed.moved[-1]

    @property
    def block(self) -> int:
        return self.first.block

    @property
    def at_the_end(self) -> bool:
        """Whether no block comes behind the disturbed one."""
        return self.block == self.shown.setup.depth

    @property
    def z(self) -> str:
        return joint_symbol(self.shown, self.name, "z", self.notation)

    @property
    def entered(self) -> str:
        return joint_symbol(self.shown, self.name, self.passing.entered, self.notation)

    @property
    def around(self) -> bool:
        """Whether a residual connection leads around the block."""
        return any(moved.kind == "sum" and moved.block == self.block for moved in self.disturbed.moved)

    @property
    def doing(self) -> str:
        """Whose the rest is: ε's where the same numbers normalized without ε have moved by less than half of it."""
        mostly_eps = self.recipe.eps > 0.0 and self.passing.exact < self.passing.left / 2.0
        return "ε's" if mostly_eps else "rounding's"

    @property
    def deviations(self) -> tuple[float, float]:
        """The deviation behind the block's norm before and after."""
        surveys = self.shown.columns[self.name].survey, self.disturbed.survey
        before, after = (survey.at("norm")[self.block].forward.sd for survey in surveys)
        return before, after


def _nothing(told: _Told) -> str:
    why = NOTHING_AS[told.passing.reason].format(dtype=told.recipe.dtype)
    return f"Nothing is disturbed: no number of block {told.block} changes, as {why}."


NOTHING_AS = {
    "as_it_was": "the factor is 1 and the shift 0",
    "no_weights": "its weights are 0",
    "no_input": "all that enters it is 0",
    "one_example": "one example minus the batch's mean, which is itself, is 0",
    "rounding": "the disturbance is smaller than the last digit of {dtype}",
}


def _constant(told: _Told) -> str:
    made = f"{_made_of_equals(told)}, and " if told.name == "with" else ""
    around = " but by its residual connection" if told.around else ""
    when, why = CONSTANT_AS[told.passing.reason]
    return (
        f"{when}, {told.entered} of block {told.block} is the same for every example, as "
        f"{why.format(dtype=told.recipe.dtype)}: {made}nothing of the batch passes this block{around}."
    )


def _made_of_equals(told: _Told) -> str:
    """A small ε lets batch norm magnify what the product's rounding made of equal numbers."""
    _, after = told.deviations
    if after <= SMALL:
        return "batch norm makes 0 of it"
    return f"batch norm makes a deviation of {three(after)} of its rounding alone"


CONSTANT_AS = {
    "one_example": ("Disturbed or not", "there is only one"),
    "before": ("Disturbed or not", "nothing of the batch comes that far"),
    "no_factor": ("Disturbed", "its weights become 0"),
    "rounding": ("Disturbed", "the shift leaves no digits of {dtype} to differ in"),
    "flat": ("Disturbed", "f is flat or dead for all that enters it"),
}


def _runs(told: _Told) -> str:
    if told.last.values <= SMALL:
        first = "It moves" if math.isnan(told.first.values) else f"It is {size_text(told.first.values)} at"
        return f"{first} {told.z} of block {told.block}, and dies away behind it."
    if not told.last.noticed:
        return (
            "Nothing stops it: at the last joint the single values move, though their distribution is nearly what it "
            "was."
        )
    if told.at_the_end:
        return "Nothing stops it, but no block comes behind: only the read-out's inputs shift."
    return "Nothing stops it: this is the lecture's covariate shift."


def _stopped(told: _Told) -> str:
    stops = (
        "Batch norm stops it at once"
        if told.passing.entered == "z"
        else "Batch norm behind f stops it, as f passes it on as a scale and a shift of each unit"
    )
    if not told.passing.left:
        return f"{stops}: nothing is left behind it."
    magnified = told.last.values > SMALL and not told.at_the_end
    later = f", which the later blocks make {size_text(told.last.values)}" if magnified else ""
    return f"{stops}: {three(told.passing.left)} of a deviation is left behind it, {told.doing} doing{later}."


def _epsilon(told: _Told) -> str:
    return (
        f"Batch norm would stop it at ε = 0, but ε = {tick_text(told.recipe.eps)} is not small beside the "
        f"{told.recipe.eps_placement} of the disturbed {told.entered} in block {told.block}: "
        f"{three(told.passing.left)} of a deviation is left behind it, ε's doing."
    )


def _flipped(told: _Told) -> str:
    before, after = told.deviations
    texts = apart(before, after)
    stay = abs(after - before) <= SMALL * before
    size = "mean and deviation stay" if stay else f"its deviation goes from {texts[0]} to {texts[1]}, ε's doing"
    return f"The negative factor flips the sign of {told.entered}, and batch norm passes that on; {size}."


def _rounding(told: _Told) -> str:
    return (
        f"Disturbed, {told.entered} of block {told.block} has too few digits left in {told.recipe.dtype} to be "
        "normalized exactly: what is left is rounding's doing."
    )


def _bent(_told: _Told) -> str:
    return (
        "Batch norm stands behind f here, and f does not pass the disturbance on as one scale and one shift of each "
        "unit, which is all that batch norm takes out."
    )


WHY: dict[str, Callable[[_Told], str]] = {
    "nothing": _nothing, "constant": _constant, "runs": _runs, "stopped": _stopped, "epsilon": _epsilon,
    "flipped": _flipped, "rounding": _rounding, "bent": _bent,
}  # fmt: skip
