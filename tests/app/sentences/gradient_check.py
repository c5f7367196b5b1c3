"""The gradient check's sentences, and the answers and batches to which each may stand.

A state has how its dx was made (`made`), in which type or digits it was sent (`sent`), and its largest error `far`,
relative to the largest number of the correct dx, with the correct one by a student's code (`tests/bncore`).
"""

import numpy as np

from tests.app.sentences.seen import Seen
from tests.app.sentences.sentence import Sentence, always, never

ROUNDS = {"float64": 1e-4, "float32": 1e-4, "float16": 2.0**-11, "bfloat16": 2.0**-8, "digits": 5e-4}
"""What storing a number moves it by at most, relative to itself (of digits absolute), or what is close."""
HALVES = ("float16", "bfloat16")
SLIGHT = 0.06
"""No right computation, and no difference, is further off than this."""


def within(seen: Seen) -> bool:
    """Whether the answer is right as far as its numbers tell."""
    least = max(1e-4, 2 * ROUNDS[seen.state["sent"]] / (seen.state["size"] if seen.state["sent"] == "digits" else 1))
    return bool(seen.state["made"] in ("right", "half") or seen.state["far"] <= least)


def unseen(seen: Seen) -> bool:
    """Whether no more is to be seen: the answer is right, or float32 holds nothing of so small a dx."""
    return within(seen) or bool(seen.state["size"] <= 1e-5 * seen.state["direct"])


def beyond(seen: Seen) -> bool:
    return seen.state["made"] != "right" and bool(seen.state["far"] > 1e-4)


def in_half(seen: Seen) -> bool:
    return seen.state["sent"] in HALVES


def scattered(seen: Seen) -> bool:
    return seen.state["made"] in ("differences", "noise") and seen.state["far"] <= SLIGHT


def hiding(seen: Seen) -> bool:
    """Whether two mistakes may be the same on the batch: few examples, a tiny epsilon, a constant unit, gamma -1."""
    few = seen.state["examples"] <= 3 or seen.state["eps"] < 1e-3
    return few or seen.state["constant"] == "some" or seen.state["gamma"] == -1


def coarse(seen: Seen) -> bool:
    return in_half(seen) or seen.state["sent"] == "digits"


def of_two(seen: Seen) -> bool:
    return "+" in seen.state["made"] or seen.state["examples"] <= 3 or coarse(seen)


def is_zeroed(seen: Seen) -> bool:
    return "zeroed" in seen.state["made"] or seen.state["constant"] == "some"


def vanishing(seen: Seen) -> bool:
    """Whether every number of the correct dx is small beside gamma/s times dy."""
    return bool(seen.state["size"] <= 0.03 * seen.state["direct"])


def images(seen: Seen) -> bool:
    return bool(seen.state["axes"] == 4)


def beside(seen: Seen) -> bool:
    return bool(seen.query["eps_placement"] == "deviation")


TABLE = [
    Sentence(r"^Correct", within, "the answer is right as far as its numbers tell", "headline$"),
    Sentence(r"^No mistake is seen", unseen, "no more is to be seen", "headline$"),
    Sentence(r"is wrong|is 0 ", beyond, "the answer is further off than what is close", "headline$"),
    Sentence(r"mixes units|mixes examples", never, "nothing shows that"),
    Sentence(r"rounding of a computation in half", in_half, "16 bits", "headline$|warnings$"),
    Sentence(r"numeric differences|central difference in", scattered, "noise", r"headline$|warnings$"),
    Sentence(r"stored in (b?float16)", in_half, "16 bits"),
    Sentence(r"On this batch these mistakes give the same", hiding, "the batch hides something"),
    Sentence(r"Give more digits of it", coarse, "the answer has few digits"),
    Sentence(r"^Two mistakes at once", of_two, "two were made, or little is told"),
    Sentence(r"is 0 at ", is_zeroed, "zeros were put in"),
    Sentence(r"dx is almost 0", vanishing, "dx is"),
    Sentence(r"Epsilon is tiny", lambda seen: seen.state["eps"] < 1e-3, "epsilon is"),
    Sentence(r"A unit has variance 0", lambda seen: seen.state["constant"] == "some", "one is constant"),
    Sentence(r"K = \d+ examples", lambda seen: not images(seen), "a unit has one number an example", r"batch$"),
    Sentence(r"K = .* numbers a unit", images, "a unit has many numbers an example", r"batch$"),
    Sentence(r"s = σ \+ ε", beside, "epsilon beside the deviation", r"batch$"),
    Sentence(r"s = √\(σ² \+ ε\)", lambda seen: not beside(seen), "epsilon under the root", r"batch$"),
    Sentence(r"three factors fit any three examples", lambda seen: seen.state["count"] < 4, "K below 4"),
    Sentence(r"on your own batch$", always, "it is", r"checked$"),
]  # fmt: skip


def largest(values: np.ndarray) -> float:
    return float(np.abs(values).max())
