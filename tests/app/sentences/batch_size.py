"""The batch size page in sentences, and the states in which each may stand."""

import numpy as np

from tests.app.sentences.seen import Seen
from tests.app.sentences.sentence import Sentence, never


def size(seen: Seen) -> int:
    """K, as far as there are examples."""
    asked, total = int(seen.asked("size", "8")), seen.answer["batch"]["total"]
    return asked if total is None else min(asked, total)


def lecture(seen: Seen) -> bool:
    return seen.asked("notation", "frameworks") == "lecture"


def frameworks(seen: Seen) -> bool:
    return not lecture(seen)


def feature(seen: Seen) -> dict:
    estimates = seen.answer["estimates"]
    return next(one for one in estimates["features"] if one["feature"] == estimates["feature"])


def sd(seen: Seen) -> float:
    """The population's deviation, not-a-number where it has none."""
    population_sd = feature(seen)["population"]["sd"]
    return np.nan if population_sd is None else population_sd


def constant(seen: Seen) -> bool:
    return sd(seen) == 0


def varies(seen: Seen) -> bool:
    return sd(seen) > 0


def everything(seen: Seen) -> bool:
    return size(seen) == seen.answer["batch"]["total"]


def noisy(seen: Seen) -> bool:
    return varies(seen) and not everything(seen)


def of_two(seen: Seen) -> bool:
    return noisy(seen) and size(seen) == 2


def momentum(seen: Seen) -> float:
    return np.nan if cumulative(seen) else float(seen.asked("momentum", "0.1"))


def cumulative(seen: Seen) -> bool:
    return seen.asked("momentum") == "cumulative"


def path(seen: Seen) -> np.ndarray:
    return np.array(seen.answer["running"]["var"]["biased"])


def independent(seen: Seen) -> bool:
    return seen.asked("source") != "class_sorted"


def eps_matters(seen: Seen) -> bool:
    return float(seen.asked("eps", "1e-5")) > 0


def kinds(seen: Seen) -> dict:
    return {kind["kind"]: kind for kind in seen.answer["noise"]["kinds"]}


def own_noise(seen: Seen) -> bool:
    return kinds(seen)["batch_norm"]["variance"] > 0


def opposite_pairs(seen: Seen) -> bool:
    return any(r is not None and r < 0 for r in kinds(seen)["batch_norm"]["pairs"]["measured"])


def shared(seen: Seen) -> bool:
    return any(r is not None for r in kinds(seen)["batch_norm"]["pairs"]["measured"])


def moved(seen: Seen) -> bool:
    x = seen.answer["dependence"]["x"]
    return x["before"] != x["after"]


def others(seen: Seen, mode: str) -> int:
    """How many others moved, by the answer's own values."""
    effect, at = seen.answer["dependence"], int(seen.asked("example", "0"))
    before, after = (np.array(effect[mode][when]) for when in ("before", "after"))
    return int((np.delete(np.abs(after - before), at) > 1e-12).sum())


def outside(seen: Seen) -> bool:
    """Whether a normalized value of the strips leaves the axis that they share."""
    low, high = seen.answer["figures"]["strip_train"]["layout"]["yaxis"]["range"]
    effect = seen.answer["dependence"]
    return any(not low <= value <= high for mode in ("train", "inference") for value in effect[mode]["after"])


def dealt(seen: Seen) -> np.ndarray:
    """The followed example's x̂ in the deals, by the answer's own numbers."""
    return np.array(seen.answer["stage"]["values"])


def scattered(seen: Seen) -> bool:
    return bool(np.ptp(dealt(seen)) > 0)


def fewer_dots(seen: Seen) -> bool:
    return (seen.answer["batch"]["total"] or 0) > 200


def beyond(seen: Seen) -> bool:
    """Whether a draw lies in no column."""
    return any(chr(0x100) in kind["column"] for kind in seen.answer["stage"]["kinds"])


def another_class(seen: Seen) -> float:
    classes = seen.answer["classes"]
    return 1 - classes["counts"][classes["inference"]["answer"]] / classes["draws"]


def images(seen: Seen) -> bool:
    return seen.state.get("axes") == 4


HEADLINE, X_HAT = r"answer\.estimates\.headline$", r"answer\.estimates\.x_hat\.text$"
RUNNING, BIASED = r"answer\.running\.text$", r"answer\.running\.biased_text$"
MOVED, PAIRS, MATCH = r"answer\.dependence\.text$", r"answer\.noise\.pairs_text$", r"answer\.noise\.match_text$"

DRAGGED = r"answer\.stage\.strip\.headline$"
DEALT, SCATTER, PILES = r"answer\.headline$", r"answer\.stage\.text$", r"answer\.stage\.kinds"

TABLE = [
    Sentence(r"scatters by", scattered, "where its companions make a difference", DEALT),
    Sentence(r"its companions decide", lambda seen: scattered(seen) and size(seen) > 2, "among two or more", DEALT),
    Sentence(r"its companion decides", lambda seen: scattered(seen) and size(seen) == 2, "beside one", DEALT),
    Sentence(r"is \+1 or −1",
             lambda seen: of_two(seen) and bool((np.abs(dealt(seen)) > 0.99).all()), "of two that differ", DEALT),
    Sentence(r"no other companions are left",
             lambda seen: varies(seen) and everything(seen), "in a batch of everything", DEALT),
    Sentence(r"whoever its companion", lambda seen: not scattered(seen), "where they make none", DEALT),
    Sentence(r"is normalized to 0", constant, "of a constant feature", DEALT),
    Sentence(r"deals scatter", scattered, "where they do", SCATTER),
    Sentence(r"do not scatter", lambda seen: not scattered(seen), "where they do not", SCATTER),
    Sentence(r"the most there is here",
             lambda seen: seen.answer["stage"]["z"] ** 2 * 19 < dealt(seen).var() * 1.05, "if none is", SCATTER),
    Sentence(r"of \d+ beyond ±", beyond, "where one is", PILES),
    Sentence(r"else −?\d", lambda seen: scattered(seen), "where values are dropped", PILES),
    Sentence(r"the strip has 16", lambda seen: size(seen) > 16, "of a larger batch", r"answer\.stage\.strip"),
    Sentence(r"a dot each", lambda seen: not fewer_dots(seen), "of up to 200 examples", r"answer\.stage"),
    Sentence(r"dots stand for \d", fewer_dots, "of more than 200 examples"),
    Sentence(r"dots stand for a source without",
             lambda seen: seen.answer["batch"]["total"] is None, "without an end"),
    Sentence(r"normalized values carry|noise in (scale|shift)", never, "never: x̂ is divided by σ_B, not multiplied"),
    Sentence(r"typically strays by",
             lambda seen: noisy(seen) and size(seen) > 2, "in batches of three or more", HEADLINE),
    Sentence(r"on average batches",
             lambda seen: noisy(seen) and size(seen) > 3, "where the average has an error", HEADLINE),
    Sentence(r"always \+1 or −1|±1,? ", of_two, "of two examples", HEADLINE),
    Sentence(r"ε keeps it from",
             lambda seen: of_two(seen) and eps_matters(seen), "of two, where there is an ε", HEADLINE),
    Sentence(r"there is no noise: the batch's",
             lambda seen: varies(seen) and everything(seen), "in a batch of everything"),
    Sentence(r"the same for every example", constant, "of a constant feature", HEADLINE),
    Sentence(r"half of the batches find a deviation", lambda seen: np.isnan(sd(seen)), "without a deviation", HEADLINE),
    Sentence(r"strays from the value by", noisy, "where there is noise", X_HAT),
    Sentence(r"Batches stretch differences",
             lambda seen: noisy(seen) and size(seen) > 2, "in batches of three or more", X_HAT),
    Sentence(r"that the draws leave open(?!\.)|±[^(]*% that the draws",
             never, "never without the five standard errors"),
    Sentence(r"five standard errors\) that the draws leave open", noisy, "where there is something to estimate"),
    Sentence(r"whole population: its statistics are exact",
             lambda seen: varies(seen) and everything(seen), "in a batch of all"),
    Sentence(r"(settles|jumps) around",
             lambda seen: momentum(seen) > 0 and noisy(seen) and independent(seen), "where it does", BIASED),
    Sentence(r"jumps around", lambda seen: momentum(seen) == 1, "at momentum 1", BIASED),
    Sentence(r"stays 1, where it starts",
             lambda seen: bool((path(seen) == 1).all()), "where the series stays at 1", BIASED),
    Sentence(r"never move", lambda seen: bool((path(seen) == 1).all()), "at momentum 0", RUNNING),
    Sentence(r"% below σ² = 0(?![.])", never, "never: no share is below 0"),
    Sentence(r"does not vary: the running variance only", constant, "of a constant feature", BIASED),
    Sentence(r"keeps jittering",
             lambda seen: momentum(seen) > 0 and noisy(seen) and independent(seen), "where it does", RUNNING),
    Sentence(r"weigh alike, and the average of",
             lambda seen: cumulative(seen) and noisy(seen) and independent(seen) and seen.asked("running_steps") != "0",
             "of an average of batches that differ", RUNNING),
    Sentence(r"weigh alike, and the biased",
             lambda seen: cumulative(seen) and noisy(seen) and independent(seen), "where it does", BIASED),
    Sentence(r"the same mean, and so has their average",
             lambda seen: cumulative(seen) and not noisy(seen), "of batches that are alike", RUNNING),
    Sentence(r"goes towards σ²", lambda seen: varies(seen) and everything(seen), "in a batch of everything", BIASED),
    Sentence(r"go(es)? towards the average variance of such",
             lambda seen: not independent(seen), "of dependent examples", BIASED),
    Sentence(r"has variance .*: as much as|has variance .*: more than",
             own_noise, "where batch norm makes noise", MATCH),
    Sentence(r"puts no noise on example", lambda seen: not own_noise(seen), "where batch norm makes none", MATCH),
    Sentence(r"can be \+1, 0 or negative", never, "never: the data say what they can show"),
    Sentence(r"Under batch norm [1-9]", opposite_pairs, "where a pair moves in opposite ways", PAIRS),
    Sentence(r"Batch norm has none to share", lambda seen: not shared(seen), "where no pair shares noise", PAIRS),
    Sentence(r"Under batch norm none of", lambda seen: not opposite_pairs(seen), "where no pair does", PAIRS),
    Sentence(r"(In training every|In inference none does)", never, "never: how many move is for the data to say"),
    Sentence(r"1/K for every pair", never, "never: the small batch has a size of its own"),
    Sentence(r"is outside the axis, at", outside, "where a value leaves its axis"),
    Sentence(r"moved by", moved, "where an example is moved", DRAGGED),
    Sentence(r"drag it, and see", lambda seen: not moved(seen), "where none is", DRAGGED),
    Sentence(r"every other|the other (x̂|Z̄)",
             lambda seen: others(seen, "train") == len(seen.answer["dependence"]["x"]["before"]) - 1,
             "if all others move", DRAGGED),
    Sentence(r"in training no other",
             lambda seen: moved(seen) and not others(seen, "train"), "if none does", DRAGGED),
    Sentence(r"none does", lambda seen: moved(seen) and not others(seen, "inference"), "in inference", DRAGGED),
    Sentence(r"is moved by", moved, "where an example is moved", MOVED),
    Sentence(r"is not moved", lambda seen: not moved(seen), "where none is", MOVED),
    Sentence(r"In training [1-9]\d* of|the other one moves",
             lambda seen: others(seen, "train") > 0, "if others move", MOVED),
    Sentence(r"In training none|other one does not",
             lambda seen: moved(seen) and not others(seen, "train"), "if none does", MOVED),
    Sentence(r"in inference none", lambda seen: not others(seen, "inference"), "in inference", MOVED),
    Sentence(r"another class in", lambda seen: another_class(seen) > 0, "where one is", r"answer\.classes\.text$"),
    Sentence(r"positions of each of", images, "of images"),
    Sentence(r"under the root", lambda seen: seen.asked("eps_placement", "variance") == "variance", "of the variance",
             r"answer\.conventions$"),
    Sentence(r"beside the deviation", lambda seen: seen.asked("eps_placement") == "deviation", "of the deviation",
             r"answer\.conventions$"),
    Sentence(r"beside the variance", never, "never: the deviation has it beside it"),
    Sentence(r"(?<![\w∂/])(x̂|γ|β)(?!\w)|(?<!\w)N(?=\(| [−=])|\bN examples", frameworks, "in the frameworks' notation",
             r"^(?!page #h-notation)"),
    Sentence(r"Z̄", lecture, "in the lecture's notation"),
    Sentence(r"without replacement", lambda seen: seen.answer["batch"]["total"] is not None, "of so many examples",
             r"^answer"),
    Sentence(r"not a number|NaN|undefined|\bnan\b", never, "never"),
]  # fmt: skip
