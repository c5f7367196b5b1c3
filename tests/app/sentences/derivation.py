"""The derivation's sentences, and the states in which each may stand."""

import numpy as np

from tests.app.sentences.seen import Seen
from tests.app.sentences.sentence import Condition, Sentence, never
from tests.app.sentences.states import State

DATA: State = {
    "door": ("upload", "inline"), "axes": (2, 4), "examples": (1, 2, 3, 8), "features": (1, 2, 3, 20),
    "constant": ("none", "some", "all"),
}  # fmt: skip
"""As for every view, but for the examples: up to eight are shown. Of images every position counts as one."""
LAYER: State = {
    "eps_placement": ("variance", "deviation"), "notation": ("frameworks", "lecture"), "eps": (1e-5, 0, 0.5),
    "gamma": (None, "0", "-2"), "upstream": (None, "ones", "sum_of_squares"), "naive": ("off", "on"),
}  # fmt: skip
OF_THE_NOTATION = r"^(?!.*(#h-notation|#h-feature_names|data-about|answer\.nodes\.formula)).*$"
PATHS = r"captions\.paths"
STEP = r"stage\.sentences\."
"""Each step's sentence, of the first example of the first feature unless a cell is asked for."""


def batch(seen: Seen) -> np.ndarray:
    """The numbers that are shown."""
    return np.array(seen.answer["batch"]["values"])


def many(seen: Seen) -> bool:
    return len(batch(seen)) > 1


def no(condition: Condition) -> Condition:
    return lambda seen: not condition(seen)


def both(*conditions: Condition) -> Condition:
    return lambda seen: all(condition(seen) for condition in conditions)


def either(*conditions: Condition) -> Condition:
    return lambda seen: any(condition(seen) for condition in conditions)


def features(seen: Seen) -> bool:
    return batch(seen).shape[1] > 1


def deviation(seen: Seen) -> bool:
    return seen.asked("eps_placement", "variance") == "deviation"


def lecture(seen: Seen) -> bool:
    return seen.asked("notation", "frameworks") == "lecture"


def no_epsilon(seen: Seen) -> bool:
    return float(seen.asked("eps", "1e-5")) == 0.0


def switched_off(seen: Seen) -> bool:
    return seen.asked("gamma") == "0"


def still(seen: Seen) -> bool:
    """The feature that is looked at, the first one, does not vary."""
    return bool(batch(seen)[:, 0].std() == 0.0)


def gone(seen: Seen) -> bool:
    """The gradient of that feature is a billionth of its direct path, or less."""
    paths = {name: np.abs(np.array(path)).sum() for name, path in seen.answer["paths"].items()}
    return bool(paths["dx"] <= 1e-9 * paths["dx_direct"])


def brings(path: str) -> Condition:
    """Of several examples' gradients, that of the cell that is looked at, the first one, has a part by that path."""

    def holds(seen: Seen) -> bool:
        parts = {name: abs(float(np.array(values).ravel()[0])) for name, values in seen.answer["paths"].items()}
        return many(seen) and parts[f"dx_{path}"] > 1e-9 * max(parts.values())

    return holds


def printed_is_right(seen: Seen) -> bool:
    """The lecture's formula gives the gradient to ten digits, where it gives one, or there is none to give."""
    exact = np.array(next(node["value"] for node in seen.answer["nodes"] if node["name"] == "dx"))
    varies = batch(seen).std(axis=0) > 0
    off = np.abs(np.array(seen.answer["printed"]["dx"]) - exact)[:, varies].max(initial=0.0)
    direct = np.array(next(node["value"] for node in seen.answer["nodes"] if node["name"] == "dx_direct"))
    return bool(off <= 1e-10 * np.abs(exact).max() or np.abs(exact).max() <= 1e-9 * np.abs(direct).max())


def node(seen: Seen, name: str) -> float:
    """A node's number at the cell, from the full answer's tensors."""
    value = np.array(next(one["value"] for one in seen.answer["nodes"] if one["name"] == name))
    example, feature = (int(part) for part in seen.asked("cell", "0,0").split(","))
    return float(value[example, feature] if value.ndim == 2 else value[feature] if value.ndim else value)


def column(seen: Seen) -> np.ndarray:
    """The numbers of the feature that the steps' sentences are about."""
    return batch(seen)[:, int(seen.asked("cell", "0,0").split(",")[1])]


def flat(seen: Seen) -> bool:
    """Whether that feature does not vary."""
    return bool(column(seen).std() == 0.0)


def off_mean(seen: Seen) -> float:
    example = int(seen.asked("cell", "0,0").split(",")[0])
    return float((column(seen)[example] - column(seen).mean()) / (column(seen).std() or 1.0))


def gamma_is(value: float) -> Condition:
    return lambda seen: bool(float(seen.asked("gamma", "1")) == value)


def undivided(seen: Seen) -> bool:
    """Whether s is 0 there."""
    return flat(seen) and no_epsilon(seen)


def divides_by_nothing(seen: Seen) -> bool:
    """Whether a step divides by an s or a σ of 0."""
    return flat(seen) and (no_epsilon(seen) or deviation(seen))


def alike(*names: str) -> Condition:
    """Whether these numbers at the cell are one, to nine digits of the largest path."""

    def holds(seen: Seen) -> bool:
        paths = [abs(node(seen, f"dx{path}")) for path in ("", "_direct", "_mean", "_variance")]
        values = [node(seen, name) if name else 0.0 for name in names]
        return bool(max(values) - min(values) <= 1e-9 * max(paths))

    return holds


def others_move(seen: Seen) -> bool:
    moved = seen.answer["moved"]
    by = np.abs(np.array(moved["after"]) - np.array(moved["before"]))[1:]
    return bool((by > 1e-9).any())


TABLE = [
    # What is in the batch.
    Sentence(r"helped to make both", both(brings("mean"), brings("variance")), "where both bring some", where=PATHS),
    Sentence(r"helped to make the mean", both(brings("mean"), no(brings("variance"))), "of the mean", where=PATHS),
    Sentence(r"helped to make the var", both(brings("variance"), no(brings("mean"))), "of σ² alone", where=PATHS),
    Sentence(r"the one example is its own mean", no(many), "with one example"),
    Sentence(r"So the gradient is a sum over k", many, "with two or more examples"),
    Sentence(r"mean and variance always", both(many, no(still)), "where the feature varies"),
    Sentence(r"There is one (feature|unit), so", no(features), "with one feature"),
    Sentence(r"Computed, not assumed", features, "with two or more features"),
    Sentence(r"there is no other one", no(many), "with one example"),
    Sentence(r"others? (one )?moves? too", others_move, "where another output moves"),
    Sentence(r"^Move one example", both(many, no(switched_off)), "where outputs can move", where=r"caption"),
    Sentence(r"is 0 here, so no", both(many, switched_off), "where the scale is 0"),
    Sentence(r"deviation, which is 0 here: it has no value", still, "where the feature does not vary"),
    # What each step concludes.
    Sentence(r", alone\.$", no(many), "with one example", where=STEP),
    Sentence(r"normalized together with", many, "with two or more examples", where=STEP),
    Sentence(r"leaves every .* as it is", gamma_is(1), "where the scale is 1", where=STEP),
    Sentence(r"wipes every .* out", gamma_is(0), "where the scale is 0", where=STEP),
    Sentence(r"is multiplied by it", both(no(gamma_is(1)), no(gamma_is(0))), "for another scale", where=STEP),
    Sentence(r"it keeps the denominator", no(no_epsilon), "where ε is not 0", where=STEP),
    Sentence(r"nothing keeps the denominator", no_epsilon, "where ε is 0", where=STEP),
    Sentence(r"one example itself|one example has no spread", no(many), "with one example", where=STEP),
    Sentence(r"the one (example|gradient)|its own mean", no(many), "with one example", where=STEP),
    Sentence(r"average of its|all add to it|every other example", many, "with several examples", where=STEP),
    Sentence(r"lies \S+ above", lambda seen: off_mean(seen) > 0, "above the mean", where=STEP),
    Sentence(r"lies \S+ below", lambda seen: off_mean(seen) < 0, "below the mean", where=STEP),
    Sentence(r"lies at (its|the) mean", lambda seen: abs(off_mean(seen)) < 1e-9, "at the mean", where=STEP),
    Sentence(r"do not vary", both(many, flat), "where the feature does not vary", where=STEP),
    Sentence(r"mean square of the distances", no(flat), "where the feature varies", where=STEP),
    Sentence(r"in proportion to its distance", no(flat), "where the feature varies", where=STEP),
    Sentence(r"every \S+ is 0\.", flat, "where the feature does not vary", where=STEP),
    Sentence(r"by definition", undivided, "where s is 0", where=STEP),
    Sentence(r"as s is 0: it counts as 0", divides_by_nothing, "where s is 0", where=STEP),
    Sentence(r"as σ is 0: it counts as 0", both(flat, deviation), "where σ is 0 and divides", where=STEP),
    Sentence(r"a distance that large becomes 1", no(undivided), "where s is not 0", where=STEP),
    Sentence(r"^[γG] takes", both(no(gamma_is(1)), no(flat)), "where the scale is not 1", where=STEP),
    Sentence(r"^[γG] keeps", either(gamma_is(1), flat), "where the scale is 1, or nothing varies", where=STEP),
    Sentence(r"whatever arrived", gamma_is(0), "where the scale is 0", where=STEP),
    Sentence(r"as it arrived", gamma_is(1), "where the scale is 1", where=STEP),
    Sentence(r"^[βB] adds nothing", lambda seen: node(seen, "beta") == 0, "where the shift is 0", where=STEP),
    Sentence(r"^[βB] shifts it", lambda seen: node(seen, "beta") != 0, "where there is a shift", where=STEP),
    Sentence(r"does not change the loss", lambda seen: node(seen, "dy") == 0, "where nothing arrives", where=STEP),
    Sentence(r"the direct path alone would give", no(alike("dx", "dx_direct")), "where paths add", where=STEP),
    Sentence(r"as the direct path alone gives", alike("dx", "dx_direct"), "where they do not", where=STEP),
    Sentence(r"its three paths cancel", both(alike("dx", ""), no(alike("dx_direct", ""))), "so", where=STEP),
    Sentence(r"by every path", alike("dx", "dx_direct", "dx_mean", ""), "where each is 0", where=STEP),
    Sentence(r"the gradient at σ, brought", deviation, "where ε is beside the deviation", where=STEP),
    Sentence(r"the gradient at s, brought", no(deviation), "where ε is under the root", where=STEP),
    Sentence(r"it is its own mean, so", no(many), "with one example", where=r"drag\.text$"),
    Sentence(r"so no [yẐ] moves", switched_off, "where the scale is 0", where=r"drag\.text$"),
    Sentence(r"every other \S+ with it", both(many, no(switched_off)), "else", where=r"drag\.text$"),
    # Epsilon.
    Sentence(r"added to the deviation", deviation, "where ε is added to σ", where=r"conventions"),
    Sentence(r"added to the variance", no(deviation), "where ε is added to σ²", where=r"conventions"),
    Sentence(r"at the denominator, through the root", no(deviation), "where ε is under the root", where=r"nodes"),
    Sentence(r"at the deviation, through the root", deviation, "where ε is beside the deviation", where=r"nodes"),
    Sentence(r"Epsilon is only added to it", deviation, "where ε is beside the deviation", where=r"nodes"),
    Sentence(r"ε is 0, so stretching", no_epsilon, "where ε is 0"),
    Sentence(r"goes to 0 with ε", no(no_epsilon), "where ε is not 0"),
    Sentence(r"which does not show here", printed_is_right, "where the printed formula is right"),
    Sentence(r"As printed it drops ε: ", no(printed_is_right), "where the printed formula is off"),
    Sentence(r"\(but for ε\) a stretch", no(no_epsilon), "where ε is not 0"),
    # What arrives, and what is left.
    Sentence(r"gradient that it passes on", never, "never: what a node gets is not what it gives"),
    Sentence(r"gradient that arrives here, ∂L/", lambda _: True, "at each backward node"),
    Sentence(r"^Every .* is 0( up to rounding)?: ", gone, "where the gradient is 0", where=r"laws"),
    Sentence(r"there is no angle", gone, "where the gradient is 0"),
    Sentence(r"points .* away", no(gone), "where there is a gradient"),
    # The notation.
    Sentence(r"examples are rows", no(lecture), "in the frameworks' notation"),
    Sentence(r"units are rows", lecture, "in the lecture's notation"),
    Sentence(r"[γβ]|x̂|∂L/∂[xy]|(?<!\w)N(?!\w)", no(lecture), "in the frameworks' notation", where=OF_THE_NOTATION),
    Sentence(r"x_hat|\bgamma\b|\bbeta\b", never, "never: a name in Python", where=r"flags|nodes\.(title|meaning)"),
    Sentence(r"Z̄|Ẑ|∂L/∂[ZGB]", lecture, "in the lecture's notation", where=OF_THE_NOTATION),
    Sentence(r"\bfeatures?\b", no(lecture), "in the frameworks' notation", where=r"^answer\.(?!batch\.warn)"),
    Sentence(r"\bunits?\b", lecture, "in the lecture's notation", where=r"^answer\."),
    # Numbers that say less than they seem to.
    Sentence(r"(\S+) here instead of \1[. ]", never, "never: two numbers that read alike"),
    Sentence(r"was (\S+), is \1$", never, "never: a move that reads like none"),
    Sentence(r"e−1[5-9]", never, "never: rounding told as a number", where=r"headline|laws|text"),
]
