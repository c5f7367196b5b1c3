"""What a situation does to each norm, in words. Numbers are the result's own."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.figures.numbers import apart, counted, span, three
from app.views.norms.words.seen import inside, listed
from bncore.distributions.axis import tick_text
from bncore.norms import NORMS, Normed
from bncore.norms.effects import SQUEEZED, TELLING, Effect

TITLES = {
    "usual": "A usual batch",
    "one_example": "One example alone",
    "class_sorted": "A batch of one class",
    "huge_channel": "One huge channel",
}
LARGER = 1.0  # a factor from which on a channel is made larger
ROUNDING = 1e-9  # differences up to this are rounding, and told as none
ALL_KEPT = 0.9995  # of a deviation: more would be told as 100 %


@dataclass(frozen=True)
class Told:
    """What the sentences are about: a norm's result in the situation and its effect; the usual batch's examples, and
    whether they are `mixed`, of more than one class.
    """

    norm: str
    result: Normed
    effect: Effect
    usual_examples: int
    mixed: bool = True

    @property
    def other_batch(self) -> str:
        """The batch that a sorted one is held against."""
        return "a mixed batch" if self.mixed else "the usual batch, which is of one class as well"


def told_of(
    norm: str, result: Normed, effect: Effect | None, labels: NDArray[np.int64] | None, examples: int
) -> Told | None:
    """What is told of a norm whose usual batch has so many examples, of these labels; None in the usual batch."""
    if effect is None:
        return None
    return Told(norm, result, effect, examples, labels is not None and len(set(labels.tolist())) > 1)


def title_of(situation: str, factor: float) -> str:
    """What a situation is called; a channel that its `factor` makes no larger is not huge."""
    if situation == "huge_channel" and factor <= LARGER:
        return f"The first channel times {tick_text(factor)}"
    return TITLES[situation]


def situation_text(situation: str, told: Told | None, result: Normed) -> str:
    """What the situation does to a norm."""
    if told is None:
        return f"{NORMS[result.norm].over[:1].upper()}{NORMS[result.norm].over[1:]}."
    return SENTENCES[situation](told)


def _one_example(told: Told) -> str:
    if not NORMS[told.norm].batch:
        return _unmoved(told, f"its batch of {counted(told.usual_examples, 'example')}")
    if told.result.count == 1:
        what = "" if not NORMS[told.norm].corrected else " before r and d bring the running statistics back"
        return f"Nothing is left{what}: each statistic has one cell, which is its own mean, so it becomes 0."
    cells = counted(told.result.count, "position")
    if NORMS[told.norm].corrected and told.effect.moved <= ROUNDING:
        return (
            f"Takes its statistics from {cells} of this one example, but {_corrections(told.result)} are within their "
            "limits: what comes out is what the running statistics make of it, whoever its companions are."
        )
    if NORMS[told.norm].corrected:
        return (
            f"Takes its statistics from {cells} of this one example and corrects them: {_corrections(told.result)}. "
            f"The example's values move by {three(told.effect.moved)} (root mean square)."
        )
    same = "" if told.effect.from_instance > ROUNDING else ", so it is instance norm now"
    taken = f"Takes its statistics from {cells} of this one example{same}"
    if told.usual_examples == 1:
        return f"{taken}, as before: its batch has no other."
    return (
        f"{taken}: its values move by {three(told.effect.moved)} (root mean square) against its batch of "
        f"{told.usual_examples}."
    )


def _class_sorted(told: Told) -> str:
    if not NORMS[told.norm].batch:
        return f"{_unmoved(told, told.other_batch)[:-1]}; {_told_by_means(told)}."
    offset = f"the channels' means of x̂ are {_size(told.effect.offset)} (root mean square over the channels)"
    still = told.effect.moved <= ROUNDING
    moved = "example 0's values " + (
        f"stay as in {told.other_batch}" if still else f"move by {three(told.effect.moved)} against {told.other_batch}"
    )
    if NORMS[told.norm].corrected:
        return (
            f"Corrects the class's statistics towards the running ones, {_corrections(told.result)}: {offset}; {moved}."
        )
    if len(told.result.y) == 1:
        return f"One example is all that there is of the class: {offset}; {moved}."
    return f"Takes away what the class has in common: {offset}; {moved}."


def _told_by_means(told: Told) -> str:
    """What the channels' means say of the class, held against another batch's."""
    effect = told.effect
    if max(effect.offset, effect.offset_before) <= ROUNDING:
        return "the channels' means of x̂ are 0 in every example, whatever its class"
    here, there = apart(effect.offset, effect.offset_before)
    beside = f"as in {told.other_batch}" if here == there else f"{there} in {told.other_batch}"
    means = f"the channels' means of x̂ are {here} (root mean square over the channels), {beside}"
    if math.isnan(effect.by_chance) or not told.mixed:
        return means
    tell = effect.apart > TELLING * effect.by_chance
    how = f"{'more' if tell else 'less'} than twice the {_size(effect.by_chance)} that chance makes"
    sign = "they tell of the class" if tell else "no sign of the class"
    return f"{means}; channel by channel {_size(effect.apart)} apart, {how}: {sign}"


def _huge_channel(told: Told) -> str:
    effect = told.effect
    if told.result.y.shape[1] == 1:
        return "There is no other channel that it could squeeze."
    if math.isnan(effect.least_kept):
        return "The other channels have no deviation to compare, before as after."
    one, least = effect.squeezed < 2, _kept(effect.least_kept)
    below = f"squeezed below {_percent(SQUEEZED)} of {'its' if one else 'their'} usual deviation"
    if effect.least_kept > ALL_KEPT:
        some = (
            "The one other channel is not" if effect.others == 1 else f"None of the {effect.others} other channels is"
        )
        return f"{some} squeezed at all."
    if not effect.squeezed and effect.others == 1:
        return f"The one other channel is not {below}: it keeps {least}."
    if not effect.squeezed:
        return f"None of the {effect.others} other channels is {below}; each keeps {least} or more."
    return (
        f"{_squeezed_channels(effect)} {'is' if one else 'are'} {below}, {'' if one else 'the worst '}to {least}: the "
        f"huge channel decides the statistics that {'it shares' if one else 'they share'} with it."
    )


def _squeezed_channels(effect: Effect) -> str:
    if effect.others == 1:
        return "The one other channel"
    some = f"All {effect.others}" if effect.squeezed == effect.others else f"{effect.squeezed} of the {effect.others}"
    return f"{some} other channels"


SENTENCES: dict[str, Callable[[Told], str]] = {
    "one_example": _one_example, "class_sorted": _class_sorted, "huge_channel": _huge_channel,
}  # fmt: skip


def _unmoved(told: Told, against: str) -> str:
    if told.effect.moved <= ROUNDING:
        return f"Never looks at other examples: example 0 has exactly the values that it has in {against}."
    return f"Example 0's values move by {three(told.effect.moved)} (root mean square) against {against}."


def _corrections(result: Normed) -> str:
    if result.r is None or result.d is None:
        return "no correction"
    largest = max(abs(float(d)) for d in result.d)
    return f"r {span(result.r.tolist())}, |d| up to {three(largest)}"


def _size(value: float) -> str:
    return "0" if value <= ROUNDING else three(value)


def _kept(share: float) -> str:
    """What is kept of a deviation, with the digits that tell it from the share that counts as squeezed."""
    return f"{apart(100.0 * share, 100.0 * SQUEEZED)[0].removesuffix('.0')} %"


def _percent(share: float) -> str:
    return f"{three(100.0 * share).removesuffix('.0')} %"


def headline(
    situation: str, shape: tuple[int, int, int], told: Sequence[Told], results: Sequence[Normed], title: str = ""
) -> str:
    """The view in a sentence or two; `title` is what the situation is called if not by its own name."""
    title = title or TITLES[situation]
    examples, channels, positions = shape
    size = f"{counted(examples, 'example')} × {counted(channels, 'channel')} × {counted(positions, 'position')}"
    if situation == "usual":
        counts = [(r.count, f"{'up to ' * bool(r.parts)}{r.count:,}", r.norm) for r in results]
        return f"{size}. A statistic is shared by {_grouped(counts, 'cell under', 'cells under')}."
    if situation == "huge_channel" and channels == 1:
        return f"{title}: there is no other channel that it could squeeze."
    if situation == "huge_channel":
        squeezed = [(t.effect.squeezed, str(t.effect.squeezed or "none"), t.norm) for t in told]
        return f"{title}: of {counted(channels - 1, 'other')} it squeezes {_grouped(squeezed, 'under')}."
    if all(t.effect.moved <= ROUNDING for t in told):
        return f"{title}: example 0's values stay as they are under {listed([inside(t.norm) for t in told])}."
    moved = [(t.effect.moved, _moved(t.effect.moved), t.norm) for t in told]
    return f"{title}: example 0's values move {_grouped(moved, 'under')}."


def _moved(moved: float) -> str:
    return "not at all" if moved <= ROUNDING else f"by {three(moved)}"


def _grouped(told: Sequence[tuple[float, str, str]], word: str, words: str = "") -> str:
    """Texts with the norms that they hold for, the largest value first: `(value, text, norm)`."""
    texts: dict[str, list[str]] = {}
    for _, text, norm in sorted(told, key=lambda row: -row[0]):
        texts.setdefault(text, []).append(inside(norm))
    noun = {text: word if text == "1" or not words else words for text in texts}
    return "; ".join(f"{text} {noun[text]} {listed(names)}" for text, names in texts.items())
