"""The stage in words. Every number is the result's own."""

import math

import numpy as np

from app.figures.notation import symbol
from app.figures.numbers import apart, counted, three
from app.views.batch_size.stage.compute import BATCH_NORM, DEALS, Staged
from app.views.batch_size.stage.rulers import of_dots, outside
from app.views.batch_size.words.seen import KIND_WORDS, moved_text, percent
from bncore.arguments import Float64

UNIT = 0.995  # what three digits cannot tell from 1
SAME = 1e-12  # as far apart as rounding puts normalized values
STRENGTHS = {
    "dropout": "dropout of {}", "multiplicative": "weight noise of {}", "additive": "bias noise of {}",
}  # fmt: skip


def headline(of: Staged) -> str:
    """What its companions do to one example, in one sentence that holds for all deals."""
    name, size, x_hat = of.sampled.name, of.sampled.size, of.deals.x_hat
    its = f"{symbol('x_hat', of.query.notation)} of one example"
    low, high = float(x_hat.min()), float(x_hat.max())
    if of.sampled.population.moments.sd[of.sampled.at] == 0:
        return f"{name} is the same for every example: whatever is dealt, it is normalized to 0."
    if size == of.sampled.total:
        return f"With K = {size:,}, all the examples, {its} is {three(high)} each time: no other companions are left."
    if high - low <= SAME:
        who = "its companion is" if size == 2 else "its companions are"
        return f"At K = {size:,}, {its} is {three(high)} in every batch that was dealt, whoever {who}."
    if size == 2 and bool((np.abs(x_hat) >= UNIT).all()):
        return f"At K = 2, {its} is +1 or −1: only which of the two is larger is left."
    decide = "its companion decides" if size == 2 else "its companions decide"
    return f"At K = {size:,}, {its} scatters by {three(math.sqrt(of.deals.var))} over {DEALS} batches: {decide}."


def strip_headline(of: Staged) -> str:
    """What the example that is moved does to the others, in both modes, in one sentence."""
    moved = of.move.moved
    if of.move.by == 0:
        return f"Example {moved.example} is not moved: drag it, and see who else moves in training and in inference."
    train, inference = (moved.others_moved(mode) for mode in ("train", "inference"))
    who = _who(train, len(moved.x) - 1, symbol("x_hat", of.query.notation))
    does = f"{counted(inference, 'other')} too" if inference else "none does"
    by = three(of.move.by) if of.move.deviations is None else f"{three(of.move.deviations)} deviations"
    return f"Example {moved.example} moved by {by}: in training {who}, in inference {does}."


def _who(moved: int, others: int, x_hat: str) -> str:
    """How many of the others moved."""
    if 1 < moved < others:
        return f"{moved} other {x_hat} move"
    one = "no" if moved == 0 else "one" if moved < others else "the" if others == 1 else "every"
    return f"{one} other {x_hat} moves"


def scatter_text(of: Staged) -> str:
    """How far the deals scatter the example, and how strong the other kinds of noise are that scatter it as much."""
    x_hat, var = symbol("x_hat", of.query.notation), of.deals.var
    its = f"{x_hat} of example {of.query.example}"
    if var == 0:
        return f"{DEALS} deals do not scatter {its}: dropout and weight noise of the same strength are none."
    kinds = {name: _strength(name, of) for name in of.noisy if name != BATCH_NORM}
    short = [text for name, text in kinds.items() if _key(name) in of.matched.capped]
    enough = [text for name, text in kinds.items() if _key(name) not in of.matched.capped]
    as_much = f": as much as {' or '.join(enough)}" if enough else ""
    less = f"; {' and '.join(short)}, the most there is here, scatters it less" if short else ""
    return f"{DEALS} deals scatter {its} by {three(math.sqrt(var))}{as_much}{less}."


def _key(name: str) -> str:
    return "rate" if name == "dropout" else "deviation"


def _strength(name: str, of: Staged) -> str:
    strength = of.matched.strengths[_key(name)]
    return STRENGTHS[name].format(percent(strength) if name == "dropout" else three(strength))


def title(name: str, of: Staged) -> str:
    """What a pile is called: the kind of noise, and how strong it is made."""
    if name == BATCH_NORM:
        return f"{KIND_WORDS[name]}, K = {of.sampled.size:,}"
    return _strength(name, of)


def told(name: str, values: Float64, of: Staged) -> str:
    """Where all deals put the example; in dropout the value is there, larger, or it is 0."""
    low, high = float(values.min()), float(values.max())
    if name == "dropout" and low < high:
        return f"all {len(values)}: 0 in {int((values == 0).sum())}, else {three(low if of.z < 0 else high)}"
    ends = dict.fromkeys(apart(low, high))
    return f"all {len(values)}: {' to '.join(ends)}"


def beyond_text(values: Float64, columns: int, ruler_end: float) -> str:
    """How many of a kind's draws lie beyond the ruler, and how far out; "" where none does."""
    if not columns:
        return ""
    far = float(values[np.abs(values).argmax()])
    return f"{columns} of {len(values)} beyond ±{three(ruler_end)}, out to {three(far)}"


def dots_text(of: Staged) -> str:
    """What a dot of the population is, and how many are beyond the ruler."""
    dots, total = of.dots, of.sampled.total
    count = len(dots.x)
    if total is None:
        what = f"{count} dots stand for a source without an end, at quantiles of {dots.examples:,} of its examples"
    elif count == total:
        what = f"{counted(total, 'example')}, a dot each"
    else:
        what = f"{count} dots stand for {counted(total, 'example')}, each for {_share(total / count)} of them"
    beyond = outside(dots.x, of_dots(dots))
    out = f"; {counted(beyond, 'dot')} beyond the ruler" if beyond else ""
    return f"{of.sampled.name}: {what}{out}"


def _share(examples: float) -> str:
    return f"{examples:.0f}" if examples == round(examples) else f"about {examples:.0f}"


def strip_text(of: Staged) -> str:
    """What moving one example does to the others, and of how many a larger batch shows itself here."""
    count, size = len(of.move.moved.x), of.sampled.size
    number = of.small.number_of(of.query.example)
    told = moved_text(of.move.moved, of.move.by, of.sampled.name, of.move.deviations, number)
    fewer = f" Of a batch of {size:,} the strip has {count}." if count < size else ""
    return f"{told}{fewer}"


def handle_titles(of: Staged) -> list[str]:
    """What the mark of each example of the small batch is called, by which it is moved."""
    labels, numbers = of.small.labels, of.small.numbers
    return [
        f"Example {j}{f', {labels[j]}' if labels else ''}{'' if numbers is None else f' ({numbers[j]} of the source)'}"
        for j in range(len(of.move.moved.x))
    ]
