"""The network page's sentences, and the states in which each may stand."""

import numpy as np

from tests.app.sentences.data import array_of
from tests.app.sentences.seen import Seen
from tests.app.sentences.sentence import Condition, Sentence, never

SMALL = 0.01  # of a deviation: what counts as noticed
SYMBOLS_OF = r"(?<![A-Za-z]){}(?![A-Za-z0-9\u0302])"
NOT_SHOWN = [
    r"\.(kind|kinds|shown|shown_in|joint|joint_kinds|setting)\b", r"(activations|gradients)_\w+\.data\.name",
    "data-about", " placeholder", "#h-", "#drop",
]  # fmt: skip
"""Names for a program, and texts on controls and files, which are the same in both notations."""
READ = rf"^(?!.*({'|'.join(NOT_SHOWN)}))(answer|page|tooltip)"


def normed(seen: Seen) -> bool:
    return seen.asked("norm", "batch") != "none"


def images(seen: Seen) -> bool:
    return seen.asked("architecture") == "convolutional"


def standardized(seen: Seen) -> bool:
    return seen.asked("standardize", "on") == "on"


def disturbed(seen: Seen) -> bool:
    return "disturb_layer" in seen.query


def lecture(seen: Seen) -> bool:
    return seen.asked("notation", "frameworks") == "lecture"


def inputs(seen: Seen) -> np.ndarray:
    """What enters, a row each number that shares a mean: (examples and positions, features or channels)."""
    x = array_of(seen.state)
    return np.moveaxis(x, 1, -1).reshape(-1, x.shape[1]) if images(seen) else x.reshape(len(x), -1)


def constant(seen: Seen) -> int:
    return int((np.ptp(inputs(seen), axis=0) == 0).sum())


def total(seen: Seen) -> int:
    return inputs(seen).shape[1]


def emptied(seen: Seen) -> bool:
    return standardized(seen) and constant(seen) == total(seen)


def alone(seen: Seen) -> bool:
    return len(inputs(seen)) == 1


def noticed(seen: Seen) -> bool:
    """Whether the distribution of any later block's product moved by as much as counts, or had no unit before."""
    disturbance = seen.answer["disturb"] or {"columns": {}}
    rows = [row for column in disturbance["columns"].values() if column for row in column["joints"]]
    later = [row for row in rows if row["kind"] == "z" and row["block"] > disturbance["block"]]
    return any(row["moved"] is None or row["moved"] > SMALL for row in later)


def flat(seen: Seen) -> bool:
    rows = [row for column in seen.answer["columns"].values() if column for row in column["joints"]]
    return any((row["saturated"] or 0.0) >= 0.9 for row in rows)


def takes_in_f(seen: Seen) -> bool:
    return seen.asked("residual") != "on" and not (normed(seen) and seen.asked("norm_place") == "behind")


def lawful(seen: Seen) -> bool:
    """Where the growth of wide layers is known."""
    recipe = (seen.asked("activation", "relu"), seen.asked("norm_place", "before"), seen.asked("residual", "off"))
    return recipe == ("relu", "before", "off") and normed(seen) and not images(seen) and len(inputs(seen)) >= 4


def both(*conditions: Condition) -> Condition:
    return lambda seen: all(condition(seen) for condition in conditions)


def no(condition: Condition) -> Condition:
    return lambda seen: not condition(seen)


def asking(name: str, value: str, default: str = "") -> Condition:
    return lambda seen: seen.asked(name, default) == value


def few(seen: Seen) -> bool:
    return normed(seen) and len(inputs(seen)) <= 2


def calm(condition: Condition) -> Condition:
    return both(no(disturbed), no(emptied), condition)


def grows(seen: Seen) -> bool:
    return normed(seen) and seen.asked("preset") in {"gradient_growth", "residual_tames"}


CONVENTIONS, HEADLINE, STAGE = r"conventions$", r"answer\.headline$", r"answer\.stage\."
DISTURBANCE = r"answer\.disturb"
of_variance, of_deviation = (asking("eps_placement", place, "variance") for place in ("variance", "deviation"))

TABLE = [
    Sentence(r"has mean 0, deviation 1 over this batch$", both(standardized, lambda seen: constant(seen) == 0),
             "of standardized inputs that all vary", CONVENTIONS),
    Sentence(r"but for the .* not vary", both(standardized, lambda seen: 0 < constant(seen) < total(seen)),
             "of standardized inputs of which some vary", CONVENTIONS),
    Sentence(r"is 0: of one example", both(standardized, alone), "of one example", CONVENTIONS),
    Sentence(r"is 0: none varies", both(emptied, no(alone)), "of examples that are all alike", CONVENTIONS),
    Sentence(r"inputs enter as they are", no(standardized), "where nothing is standardized", CONVENTIONS),
    Sentence(r"Every input is 0|Nothing of the batch enters", emptied, "where no input varies", r"headline|findings"),
    Sentence(r"runs from|in block 1 as in block|last block's", no(emptied), "where one varies", r"answer\.run"),
    Sentence(r"(ReLU|Tanh|tanh) is flat or dead", both(flat, no(emptied)), "where f is flat for what entered"),
    Sentence(r"the gradient that reaches block 1", no(asking("depth", "1")), "of several blocks", r"answer\.run"),
    Sentence(r"[Ww]ith BN|[Bb]oth columns|same weights, same batch", normed, "of a network with a norm"),
    Sentence(r"[Ww]ith(out)? batch norm, the dashed line", normed, "of a network with a norm", r"preset\."),
    Sentence(r"What batch norm does to the gradient", normed, "of a network with a norm", "^page"),
    Sentence(r"no norm: there is one column", no(normed), "of a network without a norm", CONVENTIONS),
    Sentence(r"added to the variance", both(normed, of_variance), "where ε is added to σ²", CONVENTIONS),
    Sentence(r"added to the deviation", both(normed, of_deviation), "where ε is added to σ", CONVENTIONS),
    Sentence(r"beside the variance", both(normed, of_variance), "where ε is added to σ²", DISTURBANCE),
    Sentence(r"beside the deviation", both(normed, of_deviation), "where ε is added to σ", DISTURBANCE),
    Sentence(r"variance per channel|channels, examples and positions", images, "of images", CONVENTIONS),
    Sentence(r"variance per unit|units and examples", no(images), "of rows", CONVENTIONS),
    Sentence(r"no biases but the disturbance's", both(disturbed, asking("disturb_shift", "1")), "of shifted biases"),
    Sentence(r"^Undisturbed: |, before and after| disturbed$", disturbed, "where a block is disturbed", "answer"),
    Sentence(r"Pick a block, or just move|Nothing is disturbed\. ", no(disturbed), "where no block is", "^page"),
    Sentence(r"grey, dotted, or the upper half|counts as noticed", disturbed, "where a block is disturbed", "^page"),
    Sentence(r"a covariate shift", noticed, "where a later block's distribution moved", r"disturb\.headline"),
    Sentence(r"no later block's product", no(noticed), "where no later block's did", r"disturb\.headline"),
    Sentence(r"which the next block takes in", takes_in_f, "where f is taken in", r"(tooltip |terms\.)f$"),
    Sentence(r"the same in both columns", normed, "where there are two", r"(tooltip |terms\.)product$"),
    Sentence(r"product → BN", both(normed, asking("norm_place", "before", "before")), "where BN is next", "^page"),
    Sentence(r"f → BN", both(normed, asking("norm_place", "behind")), "where BN stands behind f", "^page"),
    Sentence(r"→ \+", asking("residual", "on"), "of residual connections", "^page"),
    Sentence(r"very wide layers make it", lawful, "where the law is known", r"preset\."),
    Sentence(r"subtracts each channel", images, "of images", r"(tooltip|terms)"),
    Sentence(r"subtracts each unit", no(images), "of rows", r"(tooltip|terms)"),
    *(Sentence(SYMBOLS_OF.format(s), no(lecture), "in the frameworks' notation", READ) for s in "zγβN"),
    *(Sentence(SYMBOLS_OF.format(s), no(lecture), "in the frameworks' notation", READ) for s in ("x̂", "dx", "dy")),
    *(Sentence(SYMBOLS_OF.format(s), lecture, "in the lecture's notation", READ) for s in "ZGK"),
    Sentence(r"later blocks notice", both(disturbed, no(asking("depth", "1"))), "where one comes later", HEADLINE),
    Sentence(r"no later block is there", both(disturbed, asking("depth", "1")), "where none comes later", HEADLINE),
    Sentence(r"blocks notice without BN, ", normed, "of a network with a norm", HEADLINE),
    Sentence(r"no norm is (to|here)", no(normed), "of a network without a norm", HEADLINE),
    Sentence(r"^Over \d+ blocks", calm(no(asking("depth", "1"))), "of blocks that nothing disturbs", HEADLINE),
    Sentence(r"^One block: ", calm(asking("depth", "1")), "of one block that nothing disturbs", HEADLINE),
    Sentence(r"times as large with BN", calm(asking("preset", "vanishing")), "where that is claimed", HEADLINE),
    Sentence(r"wide layers' limit", calm(grows), "where growth is claimed", HEADLINE),
    Sentence(r"Look at the gradient of block 1", asking("preset", "vanishing"), "where that is claimed", STAGE),
    Sentence(r"it (notices|does not)|later blocks notice|, was ", disturbed, "where a block is disturbed", STAGE),
    Sentence(r"no more than rounding$|no more than rounding[.;]", few, "of two examples or one", STAGE),
    Sentence(r"same weights with residual", asking("residual", "off", "off"), "where there are none", STAGE),
    Sentence(r"a thousand decades|1\.00 times what it was|from ([−\d]\S*) to \1(?=[ ,;]|\.?$|\. )", never, "never"),
]  # fmt: skip
