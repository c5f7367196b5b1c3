"""The batch size view in words. Every number is the result's own."""

import math
from collections.abc import Sequence

from app.figures.notation import symbol
from app.figures.numbers import apart, counted, stated, three
from app.views.batch_size.words.missing import INSTEAD, LACKS
from bncore.batch_size.classifier import STEPS, Told, Verdicts
from bncore.batch_size.dependence import Dependence
from bncore.batch_size.estimates import Estimates
from bncore.batch_size.noise.example import Shape
from bncore.batch_size.outlier import Squeeze
from bncore.batch_size.positions import Alike

KIND_WORDS = {
    "batch_norm": "batch norm", "dropout": "dropout", "multiplicative": "weight perturbation",
    "additive": "bias perturbation",
}  # fmt: skip
SPREADS = 5  # standard errors
NEARLY_ALL = 0.9995  # a share that three digits cannot tell from all


def percent(share: float) -> str:
    """A share in percent; 100 only where it is all.

    >>> percent(0.1245), percent(0.99997), percent(1.0), percent(float("nan"))
    ('12.4 %', 'over 99.9 %', '100 %', 'an unknown share')
    """
    if NEARLY_ALL <= share < 1.0:
        return "over 99.9 %"
    return f"{three(100 * share)} %" if math.isfinite(share) else "an unknown share"


def signed_percent(share: float) -> str:
    """A change in percent.

    >>> signed_percent(0.142), signed_percent(-0.2), signed_percent(0.0)
    ('+14.2 %', '−20.0 %', '0 %')
    """
    return f"{'+' if share > 0 else ''}{percent(share)}"


def theory_text(estimates: Estimates, at: int, size: int, independent: bool) -> str:
    """How far what is measured is from theory at a size, in shares of theory's, and what the draws leave open."""
    row = estimates.sizes.index(size)
    if estimates.population.sd[at] == 0:
        return ""
    if missing := estimates.population.missing(at):
        return INSTEAD[missing]
    measured, error = float(estimates.deviation.sd[row, at]), float(estimates.deviation.sd_error[row, at])
    expected = float(estimates.expected_deviation.sd[row, at])
    if expected == 0:
        return f"At K = {size} the batch is the whole population: its statistics are exact."
    off, open_ = measured / expected - 1.0, SPREADS * error / expected
    within = abs(off) <= open_
    left = "within the" if within else "more than the"
    cause = (
        "It is of first order in 1/K, and fails at few examples or heavy tails." if independent
        else "It supposes that the examples of a batch do not depend on each other, and here they do."
    )  # fmt: skip
    told, theory = apart(measured, expected)
    return (
        f"At K = {size} the batch's deviation spreads by {told}, {percent(abs(off))} "
        f"{'more' if off > 0 else 'less'} than theory's {theory}: {left} ±{percent(open_)} (five "
        f"standard errors) that the draws leave open.{'' if within else f' {cause}'}"
    )


def off_text(estimates: Estimates, row: int, at: int) -> str:
    """How far the measured spread of the deviation is from theory's, in percent of it, with five standard errors.

    Theory's is above 0.
    """
    expected = float(estimates.expected_deviation.sd[row, at])
    off = float(estimates.deviation.sd[row, at]) / expected - 1.0
    error = SPREADS * float(estimates.deviation.sd_error[row, at]) / expected
    return f"{signed_percent(off)} ± {percent(error)}"


def population_text(estimates: Estimates, at: int, name: str, independent: bool) -> str:
    """The population's own numbers, and whether theory supposes more than it may."""
    at_ = estimates.population
    whole = (
        "an endless source"
        if estimates.total is None
        else f"{counted(estimates.total, 'example')}, without replacement"
    )
    numbers = ", ".join(
        f"{word} {three(float(value[at]))}"
        for word, value in (("μ =", at_.mean), ("σ =", at_.sd), ("excess kurtosis ρ =", at_.excess))
        if math.isfinite(value[at])
    )
    tied = "" if independent else (
        " The examples of a batch of this source depend on each other, and theory supposes that they do not."
    )  # fmt: skip
    lacks = LACKS.get(at_.missing(at), "")
    its = "; ".join(part for part in (numbers, f"it has {lacks}" if lacks else "") if part)
    return f"Batches of {name} are drawn from {whole}: {its}.{tied}"


def positions_text(alike: Alike | None, at: int) -> str:
    """How alike the positions of one image are, and what that does to a batch of whole images."""
    if alike is None or not math.isfinite(alike.factor[at]):
        return ""
    return (
        f" The examples are the {alike.positions:,} positions of each of {alike.images:,} images, drawn one by one. "
        f"But two positions of one image have a correlation of {three(float(alike.correlation[at]))}, and a network's "
        f"batch has whole images: the mean of as many positions then strays {three(float(alike.factor[at]))} times as "
        "far as is drawn here, and as theory says."
    )


def noise_text(
    shapes: dict[str, Shape], z: float, example: int, size: int, total: int | None, notation: str, by: str = ""
) -> str:
    """The kinds of noise on one example, side by side; `by` says whose statistics stand in where none exist."""
    told = "; ".join(
        f"{KIND_WORDS[name]} variance {three(shape.var)} about {three(shape.mean)}" for name, shape in shapes.items()
    )
    x_hat = symbol("x_hat", notation)
    stand_in = f", by mean and deviation of {by}" if by else ""
    all_ = " No other companions are left to draw: the batch is always the same." if size == total else ""
    return f"Example {example} has {x_hat} = {three(z)} without noise{stand_in}. In batches of {size}: {told}.{all_}"


def match_text(
    var: float, example: int, matched: dict[str, float], capped: Sequence[str], draws: int, deals: int
) -> str:
    """What the button sets; of the strengths in `capped` not even the largest gives as much. The stage matches its own
    `deals`, so that its strengths differ a little.
    """
    if var == 0:
        return f"Batch norm puts no noise on example {example} here: to match it is to have no other noise either."
    names = {"rate": "dropout at p =", "deviation": "noise of s ="}
    told = {name: f"{words} {three(matched[name])}" for name, words in names.items()}
    enough = " or ".join(text for name, text in told.items() if name not in capped)
    short = " and ".join(told[name] for name in capped)
    as_much = f"as much as {enough}" if enough else "more than either can have"
    less = f"; {short}, the most there is, has less" if short else ""
    return (
        f"Over {draws:,} draws, others than the stage's {deals} deals, batch norm's noise on example {example} has "
        f"variance {three(var)}: {as_much}{less}."
    )


def pairs_text(shares: dict[str, Sequence[float]]) -> str:
    """What each kind of noise shares between two examples of a batch."""
    told, opposite = [], ""
    for name, values in shares.items():
        known = [value for value in values if math.isfinite(value)]
        if known:
            ends = dict.fromkeys((three(min(known)), three(max(known))))
            told.append(f"{KIND_WORDS[name]} {' to '.join(ends)}")
        elif name == "batch_norm":
            opposite = " Batch norm has none to share."
        if known and name == "batch_norm":
            opposite = _opposite(sum(1 for value in known if value < 0), len(known))
    if not told:
        return "There is no noise to share here."
    return f"Correlation of the noise over the pairs: {'; '.join(told)}.{opposite}"


def _opposite(count: int, pairs: int) -> str:
    """Of how many pairs batch norm moves the two in opposite ways."""
    moves = "move" if count > 1 else "moves"
    return f" Under batch norm {count or 'none'} of {counted(pairs, 'pair')} {moves} in opposite ways."


def moved_text(dependence: Dependence, by: float, name: str, deviations: float | None, number: int | None) -> str:
    """What moving one example did to the others, in both modes; `deviations` is the same move in its control's unit,
    and `number` the example's in the source, if it has one.
    """
    which = "" if number is None else f" Example {dependence.example} of the draw is {number} of the source, from 0."
    if by == 0:
        return f"Example {dependence.example} is not moved in {name}: drag it, and see who else moves.{which}"
    others, moved = len(dependence.x) - 1, dependence.others_moved("train")
    with_it = f", by up to {three(dependence.farthest('train'))}" if moved else ""
    who = f"{moved or 'none'} of the {others} others move"
    if others == 1:
        who = "the other one moves" if moved else "the other one does not move"
    in_deviations = "" if deviations is None else f", which is {three(deviations)} deviations"
    return (
        f"Example {dependence.example} is moved by {three(by)} in {name}{in_deviations}. In training {who} with "
        f"it{with_it}; in inference {dependence.others_moved('inference') or 'none'}.{which}"
    )


def handle_titles(dependence: Dependence) -> list[str]:
    """What the mark of each example is called, by which it can be moved."""
    return [
        f"Move example {j}: it was {before}, is {now}"
        for j, (before, now) in enumerate(apart(*pair) for pair in zip(dependence.x, dependence.moved, strict=True))
    ]


def outlier_text(squeezes: Sequence[Squeeze]) -> str:
    """The curves' ends and bounds."""
    if not squeezes:
        return "The others are all equal, or too few: there is nothing to squeeze."
    told = "; ".join(f"K = {each.size}: never beyond {three(each.bound)}" for each in squeezes)
    far = squeezes[0]
    return (
        f"An outlier {three(float(far.distance[-1]))} deviations away squeezes the other {far.size - 1} of a batch of "
        f"{far.size} to a spread of {three(float(far.spread[-1]))}. It cannot get further than √(K − 1) itself: {told}."
    )


def classes_text(verdicts: Verdicts, names: Sequence[str], title: str) -> str:
    """Whether an example's class depends on its companions."""
    own = names[verdicts.inference.answer]
    alone = f"Example {verdicts.example} of {title} ({names[verdicts.label]}) is “{own}” by itself."
    if verdicts.changed == 0:
        return (
            f"{alone} In {verdicts.draws} random batches of {verdicts.size} it is that, too, whoever its companions "
            "are."
        )
    share = f"{percent(verdicts.changed)} of" if verdicts.changed < 1 else "all of"
    return (
        f"{alone} In batches of {verdicts.size} it is another class in {share} {verdicts.draws} random ones: only its "
        "companions differ."
    )


def classifier_text(title: str, accuracy: float, chosen_at: int, most: int) -> str:
    """What the classifier is."""
    return (
        f"The classifier: batch norm and a softmax layer, trained on all of {title} as one batch, from weights 0 by "
        f"{STEPS} steps of gradient descent; it gets {percent(accuracy)} of them right by itself. The example is the "
        "one, among those that it decides most closely, whose class changes most evenly in batches of "
        f"{chosen_at}; it is the same one for every K. Here batches have {most} examples at most."
    )


def between_text(across: float, features: int) -> str:
    """What is measured between features."""
    if features < 2:
        return "this batch has one feature, and one block."
    nudged = f"nudging every input of {features} features"
    return f"{nudged}, the largest derivative between two different ones is {three(across)}."


def batch_text(told: Told, names: Sequence[str]) -> str:
    """What one batch makes of the example."""
    sure = percent(float(told.probabilities[told.answer]))
    return f"“{names[told.answer]}” with {sure}, among the examples {', '.join(map(str, told.companions.tolist()))}."


def conventions(
    size: int, eps: float, eps_placement: str, total: int | None, nested: bool, notation: str, stand_in: str = ""
) -> list[str]:
    """The conventions in force, a sentence each; `nested` where smaller batches are parts of larger ones. `stand_in`
    says whose statistics stand in where the population has none.
    """
    where = {
        "variance": "under the root, √(σ²+ε), as in the frameworks",
        "deviation": "beside the deviation, σ+ε, as in the lecture",
    }
    endless = "independently, without an end" if nested else "without an end"
    drawn = endless if total is None else "without replacement"
    smaller = "smaller ones are parts of larger ones" if nested else "each size has batches of its own"
    return [
        f"K is the batch size; a batch's deviation is the biased one (its variance divided by K = {size})",
        f"ε = {stated(eps)} stands {where[eps_placement]}: in normalized values, not in μ_B and σ_B",
        f"examples are drawn {drawn}; batches of one size are independent of each other, {smaller}",
        f"in inference the statistics are those of {stand_in or 'the population'}, "
        f"{symbol('gamma', notation)} = 1, {symbol('beta', notation)} = 0",
    ]  # fmt: skip
