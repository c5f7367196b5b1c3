"""The stage's sentences: the headline, which follows the hand, and what a row and a block are told. A table a case.

A headline has at most twenty words and three numbers, a count such as "11 of 11" being one and "Block 1" a name.
"""

import math

from app.figures.numbers import three
from app.views.network.words.disturbance import NOTICED, how_many
from app.views.network.words.seen import COLUMN_WORDS, joint_symbol
from bncore.distributions.axis import tick_text
from bncore.network.contrast import Column, Contrast, Disturbance
from bncore.network.measures.survey import Diverged, Survey

SAME_SIZE = 3.0  # times as much, up or down, is still the same size
PLACES = {"input": "at the input", "readout": "at the read-out"}


def pull_text(d: Disturbance) -> str:
    """What a hand did to a block, as short as it can be."""
    shift = f" {'−' if d.shift < 0 else '+'} {tick_text(abs(d.shift))}" if d.shift else ""
    factor = f"× {tick_text(d.factor)}" if d.factor != 1.0 or not shift else ""
    return f"{factor}{shift}".strip()


def pull_headline(shown: Contrast, d: Disturbance) -> str:
    """How many of the later blocks notice, by their distributions."""
    pulled, later = f"Block {d.block}{_briefly(d)}", shown.setup.depth - d.block
    if not later:
        return f"{pulled}: no later block is there to notice, only the read-out and the loss."
    counts = {name: how_many(column, d, NOTICED) for name, column in shown.columns.items()}
    if "with" not in counts:
        return f"{pulled}: {_alone(counts['without'], later)}"
    return f"{pulled}: {_both(counts['without'], counts['with'], later)}"


def _briefly(d: Disturbance) -> str:
    """Behind a block's number: a shift alone names what it shifts, lest "1 + 2" reads as two blocks."""
    if d.shift and d.factor == 1.0:
        return f", biases {pull_text(d)}"
    return f" × {tick_text(d.factor)} and shifted" if d.shift else f" {pull_text(d)}"


def _alone(noticed: int | None, later: int) -> str:
    if noticed is None:
        return "numbers leave their range."
    return f"{noticed} of {later} later blocks notice, and no norm is here to stop it."


def _both(without: int | None, with_norm: int | None, later: int) -> str:
    if without is None and with_norm is None:
        return "numbers leave their range without BN and with it."
    if without is None:
        return f"without BN numbers leave their range; with BN {with_norm} of {later} later blocks notice."
    if with_norm is None:
        return f"{without} of {later} later blocks notice without BN; with BN numbers leave their range."
    return f"{without} of {later} later blocks notice without BN, {with_norm} of {later} with."


def row_text(column: Column, d: Disturbance | None, depth: int) -> str:
    """What stands beside a row: how many notice; "" where nothing is disturbed, or no block comes later."""
    if d is None or d.block == depth:
        return ""
    noticed = how_many(column, d, NOTICED)
    return "numbers leave their range" if noticed is None else f"{noticed} of {depth - d.block} later blocks notice"


def beyond_text(share: float) -> str:
    """How much of the block of which the most lies beyond the ruler does, in whole percent.

    >>> beyond_text(0.204), beyond_text(0.004), beyond_text(0.999)
    ('up to 20 % beyond the ruler', 'less than 1 % beyond the ruler', 'more than 99 % beyond the ruler')
    """
    percent = 100.0 * share
    much = f"up to {percent:.0f} %"
    if percent < 1.0:
        much = "less than 1 %"
    elif 99.0 < percent < 100.0:
        much = "more than 99 %"
    return f"{much} beyond the ruler"


def gradient_text(survey: Survey) -> str:
    """Of a row whose strip of gradients is empty, as numbers leave their range on the way there or back; else ""."""
    has_some = any(math.isfinite(surveyed.backward.norm) for surveyed in survey.at("z").values())
    return "" if has_some else "no finite gradient"


def run_headline(shown: Contrast, notation: str) -> str:
    """What becomes of the products' size from the first block to the last, where nothing is disturbed."""
    z, depth = joint_symbol(shown, "without", "z", notation), shown.setup.depth
    if any(column.survey.diverged for column in shown.columns.values()):
        return _ranges({name: column.survey.diverged for name, column in shown.columns.items()})
    if depth == 1:
        return f"One block: {z} has deviation {three(shown.columns['without'].survey.at('z')[1].forward.sd)}."
    runs = {name: _run(column.survey) for name, column in shown.columns.items()}
    if "with" not in runs:
        return f"Over {depth} blocks the deviation of {z} {runs['without']}; no norm is here."
    if runs["without"] == runs["with"]:
        return f"Over {depth} blocks the deviation of {z} {runs['with']}, without BN and with it."
    return f"Over {depth} blocks the deviation of {z} {runs['without']} without BN, and {runs['with']} with it."


def _run(survey: Survey) -> str:
    joints = survey.at("z")
    first, last = joints[1].forward.sd, joints[survey.depth].forward.sd
    if first == 0.0 or last == 0.0:
        return "is 0 from the start" if first == 0.0 else "falls to 0"
    if last > SAME_SIZE * first:
        return f"grows {three(last / first)}-fold"
    return f"falls {three(first / last)}-fold" if first > SAME_SIZE * last else "keeps its size"


def _ranges(diverged: dict[str, Diverged | None]) -> str:
    """Where numbers leave their range, without BN and with it."""
    left = {name: f"leave their range {_place(at)}" if at else "stay in it" for name, at in diverged.items()}
    if "with" not in left:
        return f"Numbers {left['without']}."
    if diverged["without"] is None:
        return f"With BN numbers {left['with']}; without BN they {left['without']}."
    also = left["with"].replace("leave", "also leave")
    return f"Without BN numbers {left['without']}; with BN they {also}."


def _place(at: Diverged) -> str:
    if at.block is None:
        return PLACES[at.kind]
    return f"in block {at.block}" if at.side == "forward" else f"in block {at.block}, on the way back"


def emptied_headline(shown: Contrast, *, standardized: bool) -> str:
    """That all inputs are 0, and why."""
    why = "as no input varies over this batch" if standardized else "as the data are"
    if standardized and shown.setup.x[:, :1].size == 1:
        why = "as one example minus the batch's mean is"
    return f"Every input is 0, {why}: nothing of the batch enters the network."


def block_text(name: str, block: int, told: dict[str, str], noticed: str) -> str:
    """A block in words, for who points at it or cannot see it; `told` are its sizes by what they are of."""
    sizes = "; ".join(f"{of} {text}" for of, text in told.items())
    return f"Block {block}, {COLUMN_WORDS[name]}: {sizes}{noticed}."


def size_text(after: float, before: float | None = None) -> str:
    """A size, and what it was where something is disturbed."""
    if not math.isfinite(after):
        return "out of range"
    was = "" if before is None or three(before) == three(after) else f", was {three(before)}"
    return f"{three(after)}{was}"
