"""What stands above the playground's rows of panels, and why a gradient vanishes: as the state has it."""

import math
from collections.abc import Sequence

from app.figures.dots import DOTS_UP_TO
from app.figures.notation import in_notation
from app.figures.numbers import counted
from app.figures.overview import MOST_ROWS, per_row, stroked
from app.figures.rows import dotted
from app.views.playground.figures import Selection
from bncore.playground.chain import Playground
from bncore.playground.vanishing import Vanished

OF_A_ROW = (
    "A row is a feature: the histogram of its values, a dot at the mean, a line of one deviation to either side. Each "
    "row is as high as its own densest bin."
)
OF_DOTS = (
    "A row is a feature: each dot is {an_example}, stacked where they are close. Below them a diamond at the mean, a "
    "line of one deviation to either side."
)
OF_A_MAP = "A row is a feature, darker where more of its values lie; pick one to see its values."
OF_A_POOLED_MAP = "A row pools neighbouring features, darker where more of their values lie; pick one to see them."
OF_A_FULL_MAP = (
    "A row pools {each} neighbouring features, {values} values: too many for a mark each, so a place is the "
    "darker, the more of them lie there; pick one to see them."
)
OF_STROKES = "A row is {a_row}: each stroke is {a_value}, piled up where they are close; pick a row to see it larger."
ADD_UP = "Direct + through the mean + through the variance add up to the gradient at the input."
ALONE = "In inference only the direct path is left: the running statistics are constants, and nothing passes them."
MOVES = "Batch norm moves and stretches each axis on its own."


def captions(result: Playground, selection: Selection) -> dict[str, str]:
    """A caption for each section of the page, by the section's name."""
    return {
        "forward": f"{_forward(result)} {_drawn(result, selection)}",
        "backward": f"How much the loss changes with each number, {_from_above(result)}; {_tied(result)}.",
        "paths": ADD_UP if result.layer.mode == "train" else ALONE,
        "pair": _pair(selection),
    }


def _forward(result: Playground) -> str:
    if result.layer.mode == "inference":
        return (
            "Batch norm subtracts each feature's running mean, divides by its running deviation (with ε), then scales "
            "and shifts by what is learned: no example counts for another."
        )
    over = "the batch" if result.positions == 1 else "the batch and its positions"
    return (
        f"Batch norm subtracts each feature's mean over {over}, divides by its deviation (with ε), then scales and "
        "shifts by what is learned."
    )


def _drawn(result: Playground, selection: Selection) -> str:
    """What a row of the panels is."""
    x, pooled = result.stages["x"], len(selection.names) > MOST_ROWS
    an_example = "an example" if result.positions == 1 else "a position"
    if selection.rows:
        return OF_DOTS.format(an_example=an_example) if dotted(x) else OF_A_ROW
    if stroked(x):
        a_value = f"{an_example} of one of them" if pooled else an_example
        return OF_STROKES.format(a_row="a few neighbouring features" if pooled else "a feature", a_value=a_value)
    features, numbers = x.values.shape
    each = per_row(features)
    if numbers <= DOTS_UP_TO:
        return OF_A_FULL_MAP.format(each=each, values=f"{each * numbers:,}")
    return OF_A_POOLED_MAP if pooled else OF_A_MAP


def _from_above(result: Playground) -> str:
    """Where the gradient starts: a given one lies at the output, below an activation that nobody named."""
    start = "activation" if "d_activation" in result.stages else "output"
    return f"from the {start} back to the input"


def _tied(result: Playground) -> str:
    """Whom an input reaches."""
    if result.layer.mode == "inference":
        return "the running statistics stand still, so an input moves its own output alone"
    if result.stages["x"].values.shape[1] == 1:
        return "the one example is its own mean, so nothing reaches the input"
    others = "every other example" if result.positions == 1 else "every other number of its feature"
    return f"the input also moves its feature's mean and deviation, and so {others}"


def _pair(selection: Selection) -> str:
    if len(selection.names) == 1:
        return "There is one feature, so there is nothing to hold it against."
    known = all(math.isfinite(value) for value in selection.correlations)
    return f"{MOVES} It does not decorrelate: the cloud keeps its correlation." if known else MOVES


def why_vanished(vanished: Sequence[Vanished], selection: Selection) -> str:
    """Which features' gradient is next to nothing at the input, and why, "" if none."""
    return " ".join(
        f"The gradient at the input vanishes for {_who(each.features, selection)}. "
        f"{in_notation(each.text, selection.notation)}"
        for each in vanished
    )


def _who(features: Sequence[int], selection: Selection) -> str:
    if len(features) == len(selection.names):
        return "every feature"
    return selection.names[features[0]] if len(features) == 1 else counted(len(features), "feature")
