"""The norms page's sentences, and the states in which each may stand."""

from math import prod

from tests.app.sentences.network import READ, SYMBOLS_OF, both, lecture, no
from tests.app.sentences.seen import Seen
from tests.app.sentences.sentence import Condition, Sentence, never

TELLING = 2.0  # times what chance makes
ROUNDING = 1e-9


def shows(*names: str) -> Condition:
    """Whether any of these norms is shown."""
    return lambda seen: any(row["name"] in names for row in seen.answer["norms"])


def shows_no_other_than(name: str) -> Condition:
    return lambda seen: [row["name"] for row in seen.answer["norms"]] == [name]


def situation(name: str) -> Condition:
    return lambda seen: seen.asked("situation", "usual") == name


def placed(where: str) -> Condition:
    return lambda seen: seen.asked("eps_placement", "variance") == where


def effects(seen: Seen) -> list[dict]:
    """Of the norms that look at no other example."""
    rows = [row for row in seen.answer["norms"] if not row["batch"]]
    return [row["effect"] for row in rows if row["effect"]]


def tells(seen: Seen) -> bool:
    """Whether any norm's channel means are farther from a mixed batch's than chance makes."""
    measured = [one for one in effects(seen) if one["by_chance"] is not None and one["offset"] > ROUNDING]
    return any(one["apart"] > TELLING * one["by_chance"] for one in measured)


def some_squeezed(seen: Seen) -> bool:
    return any(row["effect"] and row["effect"]["squeezed"] for row in seen.answer["norms"])


def single(seen: Seen) -> bool:
    """Whether a statistic of a norm that is shown has one cell alone."""
    return any(row["count"] == 1 for row in seen.answer["norms"])


def one_position(seen: Seen) -> bool:
    return prod(seen.answer["batch"]["shape"][2:]) == 1


def larger(seen: Seen) -> bool:
    return float(seen.asked("huge_factor", "100")) > 1


def shows_all(seen: Seen) -> bool:
    return seen.asked("norm", "all") == "all"


def alone(seen: Seen) -> bool:
    """Whether the block has one example."""
    return bool(seen.answer["batch"]["shape"][0] == 1)


def one_alone(seen: Seen) -> bool:
    """Whether the one norm that is shown has a statistic of a single cell."""
    rows = seen.answer["norms"]
    return len(rows) == 1 and rows[0]["count"] == 1


def alone_in_a_cube(seen: Seen) -> bool:
    """Whether a cell shares its statistic with no other; under layer norm of a token, if it is the only channel."""
    return single(seen) or (seen.answer["batch"]["shape"][1] == 1 and shows("layer")(seen))


def _effect(seen: Seen, name: str, of: str) -> float:
    return next((row["effect"][of] for row in seen.answer["norms"] if row["name"] == name and row["effect"]), 0)


def moves(name: str) -> Condition:
    """Whether example 0 moves under a norm."""
    return lambda seen: _effect(seen, name, "moved") > ROUNDING


def squeezes(name: str) -> Condition:
    return lambda seen: _effect(seen, name, "squeezed") > 0


def drawn_whole(seen: Seen) -> bool:
    """Whether as many numbers stand for cells as the block has cells."""
    return prod(seen.answer["stage"]["shown"]) == prod(seen.answer["batch"]["shape"])


def few(seen: Seen) -> bool:
    """Whether a row has at most 64 numbers, which are dots."""
    examples, channels, *positions = seen.answer["batch"]["shape"]
    across = examples if seen.asked("rows", "channel") == "channel" else channels
    return across * prod(positions) <= 64


HEADLINES = r"answer\.(headline|stage\.headline)$"
CONVENTIONS = r"conventions$"
OF_NORMS = r"answer\.norms\.text"
CENTRED = ("batch", "layer", "instance", "group", "renorm", "ghost")

TABLE = [
    Sentence(r"[Aa]ll norms (do the same|subtract)", never, "never, as RMS norm subtracts no mean"),
    Sentence(r"every variance is biased", shows(*CENTRED), "of norms with a variance", CONVENTIONS),
    Sentence(r"every mean square", shows_no_other_than("rms"), "of RMS norm alone", CONVENTIONS),
    Sentence(r"β = 0", shows(*CENTRED), "of norms that learn β", CONVENTIONS),
    Sentence(r"added to the variance", both(placed("variance"), shows(*CENTRED)), "where it is", CONVENTIONS),
    Sentence(r"added to the deviation", both(placed("deviation"), shows(*CENTRED)), "where it is", CONVENTIONS),
    Sentence(r"added to the mean square|of RMS norm to the mean square", both(placed("variance"), shows("rms")),
             "where RMS norm is shown", CONVENTIONS),
    Sentence(r"RMS norm", shows("rms"), "where RMS norm is shown", r"conventions$|terms\.statistic"),
    Sentence(r"batch renormalization", shows("renorm"), "where it is shown", CONVENTIONS),
    Sentence(r"^group norm: ", shows("group"), "where it is shown", CONVENTIONS),
    Sentence(r"through a 3 × 3 convolution", lambda seen: seen.asked("source") == "digits", "of digits", CONVENTIONS),
    Sentence(r"tell of the class", both(situation("class_sorted"), tells), "where means are that far apart"),
    Sentence(r"no sign of the class", situation("class_sorted"), "of a batch of one class", OF_NORMS),
    Sentence(r"cells? of all examples, layer norm only", both(situation("usual"), shows_all, no(alone)),
             "of several examples", HEADLINES),
    Sentence(r"last ghost batch is smaller", lambda seen: seen.asked("ghost_size") == "3", "where it is", HEADLINES),
    Sentence(r"in the last ghost batch \d", lambda seen: seen.asked("ghost_size") == "3", "where it is smaller"),
    Sentence(r"The only example", both(situation("usual"), shows_all, alone), "of one example", HEADLINES),
    Sentence(r"batch norm takes \d+ cells, as instance norm", both(situation("one_example"), no(one_position)),
             "of one example of several positions", HEADLINES),
    Sentence(r"batch norm has a single cell and makes it 0", both(situation("one_example"), shows_all, one_position),
             "of one example of single cells", HEADLINES),
    Sentence(r"moves example 0 by", both(situation("class_sorted"), shows_all, moves("batch")), "where it moves",
             HEADLINES),
    Sentence(r"under batch norm, not at all under layer norm", both(situation("class_sorted"), no(moves("layer"))),
             "where layer norm leaves it", HEADLINES),
    Sentence(r"leaves example 0 as it was", both(situation("class_sorted"), no(moves("batch")), no(moves("layer"))),
             "where neither moves it", HEADLINES),
    Sentence(r"layer norm squeezes \d+ of", squeezes("layer"), "where it does", HEADLINES),
    Sentence(r"layer norm squeezes none of", both(situation("huge_channel"), no(squeezes("layer"))),
             "where it does not", HEADLINES),
    Sentence(r"no other cell shares its", one_alone, "of single cells", HEADLINES),
    Sentence(r"cells share its", no(one_alone), "of several cells", HEADLINES),
    Sentence(r"running statistics instead", shows("batch"), "where batch norm is shown", r"stage\.cubes\.spoken"),
    Sentence(r"share a root mean square", shows("rms"), "of RMS norm", r"stage\.cubes\.spoken"),
    Sentence(r"other examples decide|all examples", no(alone), "of several examples", r"stage\.(legend|cubes\.over)"),
    Sentence(r"no other example in|the only example", alone, "of one example", r"stage\.(legend|cubes\.over)"),
    Sentence(r"a cell alone", alone_in_a_cube, "of single cells", r"stage\.cubes\.(spoken|cells)"),
    Sentence(r"^Drawn: ", both(no(drawn_whole)), "of a block that is drawn in part", r"stage\.drawn"),
    Sentence(r"A batch of one class", situation("class_sorted"), "of a batch of one class", r"answer\.headline"),
    Sentence(r"One example alone", situation("one_example"), "of one example", r"answer\.headline"),
    Sentence(r"One huge channel", both(situation("huge_channel"), larger), "of a channel made larger", r"headline"),
    Sentence(r"The first channel times", both(situation("huge_channel"), no(larger)), "of another", r"headline"),
    Sentence(r"the huge channel decides", some_squeezed, "where others are squeezed", OF_NORMS),
    Sentence(r"Nothing is left", both(situation("one_example"), single), "of single cells", OF_NORMS),
    Sentence(r"instance norm now", both(situation("one_example"), no(single)), "of one example", OF_NORMS),
    Sentence(r"positions? of this one example", both(situation("one_example"), no(one_position)), "of images"),
    Sentence(r"has a single cell", single, "of single cells", r"remarks"),
    *(Sentence(SYMBOLS_OF.format(s), no(lecture), "in the frameworks' notation", READ) for s in ("x", "x̂", *"γβN")),
    *(Sentence(SYMBOLS_OF.format(s), lecture, "in the lecture's notation", READ) for s in ("Z", "Z̄", "G", "K")),
    Sentence(r": dots for each", few, "of rows of up to 64 numbers", r"summary"),
    Sentence(r"a histogram for each", no(few), "of rows of more", r"summary"),
    Sentence(r"from ([−\d]\S*) to \1(?=[ ,;]|\.?$|\. )", never, "never"),
]  # fmt: skip
