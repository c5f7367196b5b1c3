"""The playground's sentences, and the states in which each may stand."""

import numpy as np

from app.figures.overview import STROKES_UP_TO, per_row
from tests.app.sentences.data import array_of
from tests.app.sentences.seen import Seen
from tests.app.sentences.sentence import Condition, Sentence, never

CAPTIONS = r"captions\.|#view$|#t-|caption"
HEADLINE = r"headline"
SUMMARY = r"figures\.(?!readout|d_readout|pair|parameters).*summary"
OF_THE_NOTATION = r"^(?!.*(#h-notation|#h-feature_names|data-about)).*$"
SHOWN_AT_ONCE = 16


def training(seen: Seen) -> bool:
    return seen.asked("mode", "train") == "train"


def inference(seen: Seen) -> bool:
    return not training(seen)


def deviation(seen: Seen) -> bool:
    return seen.asked("eps_placement", "variance") == "deviation"


def rounded(seen: Seen) -> bool:
    return seen.asked("arithmetic", "exact") != "exact"


def lecture(seen: Seen) -> bool:
    return seen.asked("notation", "frameworks") == "lecture"


def images(seen: Seen) -> bool:
    return array_of(seen.state).ndim > 2


def alone(seen: Seen) -> bool:
    """One number a feature."""
    return seen.state["examples"] == 1 and not images(seen)


def rows(seen: Seen) -> bool:
    return int(seen.state["features"]) <= SHOWN_AT_ONCE


def few(seen: Seen) -> bool:
    """At most 64 numbers a feature, which are dots."""
    x = array_of(seen.state)
    return x.size <= 64 * x.shape[1]


def full(seen: Seen) -> bool:
    """More values in a row of pooled features than there is room for a mark of each."""
    x = array_of(seen.state)
    return x.size / x.shape[1] * per_row(x.shape[1]) > STROKES_UP_TO


def plain(seen: Seen) -> bool:
    """Neither scaled nor shifted."""
    return not ({"gamma", "beta"} & seen.query.keys())


def undone(seen: Seen) -> bool:
    return seen.asked("gamma") == "sigma" and seen.asked("beta") == "mean"


def deviations(seen: Seen) -> np.ndarray:
    """The deviation of each feature, by NumPy alone."""
    x = array_of(seen.state)
    return np.moveaxis(x, 1, 0).reshape(x.shape[1], -1).std(axis=1)


def denominators(seen: Seen) -> np.ndarray:
    sd, eps = deviations(seen), float(seen.asked("eps", "1e-5"))
    return sd + eps if deviation(seen) else np.sqrt(sd**2 + eps)


def some_vary(seen: Seen) -> bool:
    return bool(deviations(seen).any()) and not deviations(seen).all()


def epsilon_weighs(seen: Seen) -> bool:
    """In some feature epsilon is a twentieth of what it is added to, or more."""
    sd, eps = deviations(seen), float(seen.asked("eps", "1e-5"))
    return bool((eps >= 0.05 * (sd if deviation(seen) else sd**2)).any())


def normalized_to_one(seen: Seen) -> bool:
    sd = deviations(seen)
    live = sd > 0
    return bool(live.any()) and float((sd[live] / denominators(seen)[live]).min()) > 0.9995


def both(*conditions: Condition) -> Condition:
    return lambda seen: all(condition(seen) for condition in conditions)


def no(condition: Condition) -> Condition:
    return lambda seen: not condition(seen)


TABLE = [
    # The mode.
    Sentence(r"subtracts each feature's mean", training, "in training"),
    Sentence(r"subtracts each feature's running mean", inference, "in inference"),
    Sentence(r"normalized by this batch's mean", training, "in training"),
    Sentence(r"normalized by the running statistics", inference, "in inference"),
    Sentence(r"By the running statistics", inference, "in inference"),
    Sentence(r"also moves its feature's mean", both(training, no(alone)), "in training on two or more numbers"),
    Sentence(r"every other example", both(training, no(images), no(alone)), "in training on two or more examples"),
    Sentence(r"every other number", both(training, images), "in training on images"),
    Sentence(r"moves its own output alone", inference, "in inference"),
    Sentence(r"nothing reaches the input", both(training, alone), "in training on one example"),
    Sentence(r"add up to the gradient at the input", training, "in training"),
    Sentence(r"[Oo]nly the direct path|direct path alone", inference, "in inference"),
    Sentence(r"all three paths", training, "in training"),
    Sentence(r"^The path through the mean: 0", inference, "in inference"),
    Sentence(r"No law in inference", inference, "in inference"),
    Sentence(r"[Ss]hifting every example alike|[Ss]caling the feature", training, "in training"),
    # Epsilon.
    Sentence(r"added to the deviation", deviation, "where ε is added to σ", where=r"conventions$"),
    Sentence(r"added to the variance", no(deviation), "where ε is added to σ²", where=r"conventions$"),
    Sentence(r"beside the variance", no(deviation), "where ε is added to σ²"),
    Sentence(r"beside the deviation", deviation, "where ε is added to σ"),
    Sentence(r"is not small beside", epsilon_weighs, "where ε is a twentieth of what it is added to"),
    Sentence(r"mean 0 and deviation 1\.( |$)", normalized_to_one, "where the deviations are 1", where=HEADLINE),
    # Scale and shift.
    Sentence(r"every feature .*has mean 0 and", both(plain, training), "without scale and shift", where=HEADLINE),
    Sentence(r"scaled by [γG]", lambda seen: "gamma" in seen.query, "where γ is not 1", where=HEADLINE),
    Sentence(r"shifted by [βB]", lambda seen: "beta" in seen.query, "where β is not 0", where=HEADLINE),
    Sentence(r"undo the normalization", undone, "where γ and β undo it", where=HEADLINE),
    # What is in the batch.
    Sentence(r"that varies has", some_vary, "where some features vary and some do not", where=HEADLINE),
    Sentence(r"No feature varies", lambda seen: not deviations(seen).any(), "where none varies", where=HEADLINE),
    Sentence(r"So every .* is 0", lambda seen: not deviations(seen).any(), "where none varies", where=HEADLINE),
    Sentence(r"batch has one example", alone, "with one example", where=r"headline|vanished|why"),
    Sentence(r"-fold", lambda seen: len(set(deviations(seen))) > 1, "where deviations differ", where=HEADLINE),
    Sentence(r"no correlation, as one", no(lambda s: bool(deviations(s)[:2].all())), "where one is constant"),
    Sentence(r"keeps its correlation", lambda s: bool(deviations(s)[:2].all()), "where both vary"),
    Sentence(r"divided by [NK] = \d+\)", both(training, no(images)), "in training, without positions"),
    Sentence(r"\(a channel\)|\(channels\)", images, "of images", where=r"batch\.text|batch-line"),
    Sentence(r"divided by \d+: [NK] = .* × 4 positions", both(training, images), "in training on images"),
    # How it is drawn.
    Sentence(r"the mark on the line in each row|the line to either side", rows, "up to 16 features"),
    Sentence(r"the histogram of its|densest bin|a dot at the mean", both(rows, no(few)), "of rows of many", CAPTIONS),
    Sentence(r"stacked where they are close|a diamond at the mean", both(rows, few), "of rows of up to 64 values"),
    Sentence(r"each dot is an example", both(rows, few, no(images)), "of rows of up to 64 examples"),
    Sentence(r"each dot is a position", both(rows, few, images), "of rows of up to 64 positions"),
    Sentence(r"darker where more", both(no(rows), no(few)), "above 16 features, many values", CAPTIONS),
    Sentence(r"histograms of", both(rows, no(few)), "up to 16 features, more than 64 values", where=SUMMARY),
    Sentence(r": dots of", both(rows, few), "up to 16 features, up to 64 values", where=SUMMARY),
    Sentence(r"each stroke is", both(no(rows), few, no(full)), "above 16 features, up to 64 values", CAPTIONS),
    Sentence(r"too many for a mark each", both(few, full), "of up to 64 values that pixels do not hold", CAPTIONS),
    Sentence(r"a map of", both(no(rows), lambda s: full(s) or not few(s)), "above 16 features, many", where=SUMMARY),
    Sentence(r": strokes of", both(no(rows), few, no(full)), "above 16 features, up to 64 values", where=SUMMARY),
    # The notation.
    Sentence(r"[γβ]|x̂|∂L/∂[xy]|(?<!\w)N(?!\w)", no(lecture), "in the frameworks' notation", where=OF_THE_NOTATION),
    Sentence(r"Z̄|Ẑ|∂L/∂[ZGB]", lecture, "in the lecture's notation", where=OF_THE_NOTATION),
    # The arithmetic.
    Sentence(r"All numbers here are computed in float64", no(rounded), "where none is chosen"),
    Sentence(r"[Cc]omputed (in b?float16|as E\[)", rounded, "where another arithmetic is chosen"),
    Sentence(r"Only the statistics are rounded", rounded, "where another arithmetic is chosen"),
    # Numbers that say less than they seem to.
    Sentence(r"from (\S+) to \1(?![\w.,−])", never, "never: two ends that read alike"),
    Sentence(r"(\S+) before, \1 after", never, "never: a change that reads like none"),
    Sentence(r"of Σ \|[^|]+\| = [\d.]+e−1[3-9]", never, "never: rounding held against itself"),
]
