"""What batches of a size do to the normalized values of a feature: the headline, and the words that explain it."""

import math

from app.figures.notation import symbol
from app.figures.numbers import counted, three
from app.views.batch_size.words.missing import headline_without
from app.views.batch_size.words.seen import percent, signed_percent
from bncore.batch_size.estimates import Estimates

MEDIAN = 2  # its place among `QUANTILES`
AVERAGED_FROM = 4  # examples of a batch, from which on few batches do not rule the average of σ/σ_B
HARDLY = 5e-4  # a change of scale that is not worth a number


def headline(estimates: Estimates, at: int, size: int, name: str, notation: str) -> str:
    """How far a batch of `size` takes normalized values astray, in one sentence."""
    if estimates.population.sd[at] == 0:
        return f"{name} is the same for every example: there is nothing to estimate, and no noise."
    if math.isnan(estimates.population.sd[at]):
        median = float(estimates.deviation.quantiles[MEDIAN, estimates.sizes.index(size), at])
        return headline_without(median, size, name, estimates.population.missing(at))
    if size == estimates.total:
        own = "the batch's statistics are the population's own"
        return f"With K = {size:,}, all the examples, there is no noise: {own}."
    x_hat = symbol("x_hat", notation)
    if size == 2:
        return f"With K = 2, {_of_two(estimates, at, f'{x_hat} of {name}')}."
    strays = three(float(estimates.x_hat.whole[estimates.sizes.index(size), at]))
    return (
        f"With K = {size:,}, {x_hat} of {name} typically strays by {strays} from inference's; "
        f"{_stretched(estimates, at, size)}."
    )


def _of_two(estimates: Estimates, at: int, it: str) -> str:
    """Two examples lie one deviation from their mean, both: exactly ±1, but for ε and for equal ones."""
    row = estimates.sizes.index(2)
    unit, equal = float(estimates.x_hat.unit[row, at]), float(estimates.x_hat.equal[row, at])
    if unit == 1.0:
        return f"{it} is always +1 or −1: only which of the two is larger is left"
    if unit + equal == 1.0:
        return f"{it} is ±1, but 0 in the {percent(equal)} of the batches whose examples are equal"
    if unit >= 0.5:
        why = "ε and equal pairs make" if equal > 0 else "ε makes"
        return f"{it} is ±1 in {percent(unit)} of the batches; {why} it smaller in the others"
    middle = three(float(estimates.x_hat.size[row, at]))
    return f"{it} is ±{middle} in the middle of the batches: ε keeps it from ±1"


def _stretched(estimates: Estimates, at: int, size: int) -> str:
    """By how much batches stretch or shrink differences: on average, or where few batches rule that, in the middle."""
    row, stretch = estimates.sizes.index(size), estimates.x_hat.stretch
    averaged = size >= AVERAGED_FROM
    by = float((stretch.average if averaged else stretch.points[1])[row, at]) - 1.0
    if not abs(by) >= HARDLY:
        return "its scale hardly changes"
    how = "stretch" if by > 0 else "shrink"
    if averaged:
        return f"on average batches {how} it by {percent(abs(by))}"
    return f"half of the batches {how} it by over {percent(abs(by))}"


def x_hat_text(estimates: Estimates, at: int, size: int, notation: str) -> str:
    """What the headline's numbers are of, and their parts."""
    if not estimates.population.sd[at] > 0 or size == estimates.total:
        return ""
    row, x_hat, told = estimates.sizes.index(size), symbol("x_hat", notation), estimates.x_hat
    strays, shift, scale = (three(float(part[row, at])) for part in (told.whole, told.shift, told.scale))
    equal = float(told.equal[row, at])
    none = f" In {percent(equal)} of the batches all examples are equal, and {x_hat} is 0." if equal > 0 else ""
    return (
        f"Over {counted(estimates.draws, 'batch', 'batches')} of {size:,}, the {x_hat} of their examples strays from "
        f"the value by the population's statistics by {strays} (root mean square): {shift} through the batch's mean, "
        f"{scale} through its deviation.{none}{_stretch_text(estimates, at, size)}"
    )


def _stretch_text(estimates: Estimates, at: int, size: int) -> str:
    """How the factor by which a batch stretches differences is spread; nothing of two examples, or of equal ones."""
    row, stretch = estimates.sizes.index(size), estimates.x_hat.stretch
    low, middle, high = (float(point[row, at]) - 1.0 for point in stretch.points)
    if size == 2 or math.isnan(middle):
        return ""
    where = f"by {signed_percent(middle)} in the middle"
    if size >= AVERAGED_FROM:
        average, sd = float(stretch.average[row, at]) - 1.0, float(stretch.sd[row, at])
        where = f"by {signed_percent(average)} on average, with a deviation of {percent(sd)}"
    ends = f"{signed_percent(low)} to {signed_percent(high)} in 90 % of them"
    return f" Batches stretch differences (σ/σ_B, ε in both) {where}; {ends}."
