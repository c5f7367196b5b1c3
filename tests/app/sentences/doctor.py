"""The doctor's sentences, and the files of which each may be told.

A state has the arrays of its files (`tests/app/sentences/doctor_files.py`); a condition is computed from those.
"""

import numpy as np

from tests.app.sentences.doctor_files import EPS, captured, norms_of
from tests.app.sentences.seen import Seen
from tests.app.sentences.sentence import Condition, Sentence, never


def any_norm(holds) -> Condition:
    """Whether it holds of a norm of the file."""

    def of(seen: Seen) -> bool:
        with np.errstate(all="ignore"):
            return any(bool(holds(norm)) for norm in norms_of(seen.state["arrays"]))

    return of


def of_norm_and_rows(holds) -> Condition:
    """Whether it holds of a norm and of all rows that its channels saw (n, C)."""

    def of(seen: Seen) -> bool:
        with np.errstate(all="ignore"):
            return any(bool(holds(norm, x)) for norm, x, _ in captured(seen.state["arrays"]))

    return of


def of_rows(holds) -> Condition:
    return of_norm_and_rows(lambda _, x: holds(x))


def of_gradients(holds) -> Condition:
    return lambda seen: any(bool(holds(dy)) for _, _, dy in captured(seen.state["arrays"]))


def counts(seen: Seen) -> dict:
    told = [row["severity"] for row in seen.answer["rows"]]
    return {severity: told.count(severity) for severity in ("error", "warning", "note", "sound")}


def of_file(seen: Seen, severity: str) -> bool:
    return any(not row["norm"] and row["severity"] == severity for row in seen.answer["rows"])


def of_norms(seen: Seen, severity: str) -> int:
    return counts(seen)[severity] - of_file(seen, severity)


def new(norm):
    return (norm.mean == 0).all() and (norm.var == 1).all()


def half(norm):
    return ((norm.mean == 0).all() or (norm.var == 1).all()) and not new(norm)


def partly(norm):
    untouched = (norm.mean == 0) & (norm.var == 1)
    return untouched.any() and not untouched.all()


def dead(norm):
    return np.abs(norm.gamma) <= 1e-3 * np.median(np.abs(norm.gamma)) + 1e-6


def left(norm):
    """What is left of the beginning of the running statistics."""
    return norm.batches and (1 - norm.momentum) ** norm.batches > 0.01


def size(norm):
    """The median variance, by the squared weights in front where there are any."""
    return np.median(norm.var / norm.power)


def far(norm):
    return np.median(np.abs(norm.mean) / np.sqrt(norm.var + norm.eps))


def unlike(of, times: float) -> Condition:
    """Whether a norm's measure is so many times that of all others, or they so many times its own."""

    def among(seen: Seen) -> bool:
        with np.errstate(all="ignore"):
            ordered = sorted(of(norm) for norm in norms_of(seen.state["arrays"]))
        return len(ordered) > 1 and bool(ordered[-1] > times * ordered[-2] or ordered[0] * times < ordered[1])

    return among


def same_statistics(shared: bool) -> Condition:
    """Whether two norms have the same statistics, and γ and β as well or not."""

    def among(seen: Seen) -> bool:
        norms = norms_of(seen.state["arrays"])
        pairs = [(a, b) for at, a in enumerate(norms) for b in norms[at + 1 :] if np.array_equal(a.mean, b.mean)]
        return any(np.array_equal(a.gamma, b.gamma) == shared and not new(a) for a, b in pairs)

    return among


def all_norms(holds) -> Condition:
    def of(seen: Seen) -> bool:
        with np.errstate(all="ignore"):
            return all(bool(holds(norm)) for norm in norms_of(seen.state["arrays"])[1:])

    return of


def gap(norm, x):
    """How far outputs by the running statistics and by those of all rows are apart, in γ (C,)."""
    by, other = 1 / np.sqrt(x.var(0) + norm.eps), 1 / np.sqrt(norm.var + norm.eps)
    return np.hypot(np.sqrt(x.var(0)) * (by - other), (x.mean(0) - norm.mean) * other)


def share(x):
    """The largest part of a channel's variance that one number has."""
    squares = np.square(x - x.mean(0))
    return np.max(squares.max(0) / squares.sum(0))


def kurtosis(x):
    squares = np.square(x - x.mean(0))
    return np.max(np.square(squares).mean(0) / np.square(squares.mean(0))) - 3


def deviations(x):
    """How far the mean of a channel is from 0."""
    return np.max(np.abs(x.mean(0)) / x.std(0))


def between(x, batches=2):
    """By what factor the variance of all rows is beyond that of the batches, at most."""
    parts = np.stack(np.split(x, batches))
    return np.max(x.var(0) / parts.var(1).mean(0))


def other_is(*names: str) -> Condition:
    return lambda seen: seen.state["other"] in names


TOLD = r"(sentence|findings\.sentence)$"
TABLE = [
    Sentence(r"Nothing is wrong with the", lambda seen: not counts(seen)["error"] + counts(seen)["warning"],
             "without an error or a warning"),
    Sentence(r"Nothing is wrong with it,", lambda seen: counts(seen)["sound"] > 0, "of a norm without a finding"),
    Sentence(r"ha(s|ve) an error[:,]", lambda seen: of_norms(seen, "error") > 0, "of norms with an error"),
    Sentence(r"\d+ more a warning", lambda seen: of_norms(seen, "warning") > 0, "of norms with a warning"),
    Sentence(r"^No error; ", lambda seen: not counts(seen)["error"] and of_norms(seen, "warning") > 0, "of warnings"),
    Sentence(r"of its own, but the file as a whole has one",
             lambda seen: of_file(seen, "error") or of_file(seen, "warning"), "of the file's own"),
    Sentence(r"has no norm layer", lambda seen: not norms_of(seen.state["arrays"]), "of a file without one"),
    Sentence(r"is (not a number|−?∞)[^:]*: nothing finite comes out", any_norm(lambda n: not n.answers.all()),
             "where a number in gives none out", TOLD),
    Sentence(r"is ∞: x̂ is 0 there", any_norm(lambda n: np.isposinf(n.var).any()), "of a variance of ∞", TOLD),
    Sentence(r"which no variance is: its root is NaN", any_norm(lambda n: (n.var + n.eps < 0).any()), "below −ε", TOLD),
    Sentence(r"only ε = \S+ keeps its root", any_norm(lambda n: ((n.var < 0) & (n.var + n.eps >= 0)).any()),
             "between −ε and 0", TOLD),
    Sentence(r"are both 0: inference divides by 0", any_norm(lambda n: n.eps == 0 and (n.var == 0).any()),
             "where both are 0", TOLD),
    Sentence(r"running mean is still 0 and the running variance still 1", any_norm(new), "of new buffers", TOLD),
    Sentence(r"and no batch was counted", any_norm(lambda n: new(n) and n.batches == 0), "at a count of 0", TOLD),
    Sentence(r"yet .* counted", any_norm(lambda n: new(n) and n.batches), "where some were counted", TOLD),
    Sentence(r"while the running \w+ is not as it began", any_norm(half), "of one buffer of two", TOLD),
    Sentence(r"still 0 and 1 while the others moved", any_norm(partly), "of some channels", TOLD),
    Sentence(r"% of the 0 and 1 that", any_norm(left), "where a hundredth is left", TOLD),
    Sentence(r"gives a new batch the weight", any_norm(lambda n: n.momentum > 2 / 3), "of such a momentum", TOLD),
    Sentence(r"two layers never see the same", same_statistics(False), "of one's statistics in another", TOLD),
    Sentence(r"the same layer under two names", same_statistics(True), "of a layer that is there twice", TOLD),
    Sentence(r"what comes in no longer matters", any_norm(lambda n: (dead(n) & (n.var > n.eps)).any()),
             "where the input lives", TOLD),
    Sentence(r"the output is β: training has put", any_norm(lambda n: (dead(n) & (n.var <= n.eps)).any()),
             "where it does not", TOLD),
    Sentence(r"^γ is below 0 in", any_norm(lambda n: (n.gamma < 0).any()), "of such a γ", TOLD),
    Sentence(r"a sign was probably turned", any_norm(lambda n: (n.gamma < 0).mean() > 0.5), "of most", TOLD),
    Sentence(r"training may do that", any_norm(lambda n: 0 < (n.gamma < 0).mean() < 1), "of some", TOLD),
    Sentence(r"other channels hardly matter", any_norm(lambda n: np.max(np.abs(n.gamma)) > 100 * np.median(n.gamma)),
             "of a γ far from the others", TOLD),
    Sentence(r"what comes next gets numbers of that size", any_norm(lambda n: np.median(np.abs(n.gamma)) > 100),
             "of large ones", TOLD),
    Sentence(r"were multiplied by one factor", all_norms(lambda n: size(n) > 10), "of all norms", TOLD),
    Sentence(r"were divided by one factor", all_norms(lambda n: size(n) < 0.1), "of all norms", TOLD),
    Sentence(r"(above|below) the (largest|smallest) of the neighbouring", unlike(size, 1000), "of one norm", TOLD),
    Sentence(r"times as far as the neighbouring", unlike(far, 1000), "of one norm", TOLD),
    Sentence(r"^The running variance of .* times the layer's", any_norm(
             lambda n: np.max(n.var / n.power) > 1e4 * size(n)), "of one channel", TOLD),
    Sentence(r"deviations from 0, unlike the layer's others", any_norm(
             lambda n: np.max(np.abs(n.mean) / np.sqrt(n.var + n.eps)) > 1000), "of one channel", TOLD),
    Sentence(r"beyond float16's", any_norm(lambda n: max(*abs(n.scale), *abs(n.shift)) > 65504), "so large", TOLD),
    Sentence(r"which float16 rounds to 0", any_norm(lambda n: np.min(np.abs(n.scale)) <= 2.0**-25), "so small", TOLD),
    Sentence(r"are less than 1/254 of the largest", any_norm(
             lambda n: np.max(abs(n.scale) * n.largest) > 254 * np.min(abs(n.scale) * n.largest)), "that small", TOLD),
    Sentence(r"in the flat part of the ReLU", any_norm(lambda n: (n.beta <= -10 * abs(n.gamma)).any()), "so low", TOLD),
    Sentence(r"bias of \S+, up to", any_norm(lambda n: n.bias is not None and (n.mean < 0).any()), "of a bias", TOLD),
    Sentence(r"where these are raw inputs", any_norm(lambda n: n.first and n.bare and (n.var <= EPS).any()),
             "of a first norm without a layer in front", TOLD),
    Sentence(r"the data hardly varied there", any_norm(lambda n: ((n.var <= n.eps) & ~dead(n)).any()), "below ε", TOLD),
    Sentence(r"^It is folded into", any_norm(lambda n: (n.gamma == 1).all() and abs(n.var + n.eps - 1).max() < 1e-6),
             "of a folded norm", TOLD),
    Sentence(r"is not finite in step", of_rows(lambda x: not np.isfinite(x).all()), "of such a row", TOLD),
    Sentence(r"numbers of .* are the same", of_rows(lambda x: (np.ptp(x, 0) == 0).any()), "where they are", TOLD),
    Sentence(r"% of the variance of", of_rows(lambda x: share(x) > 0.5), "of one number's share", TOLD),
    Sentence(r"has heavy tails", of_rows(lambda x: kurtosis(x) > 30), "of such a kurtosis", TOLD),
    Sentence(r"[Tt]raining and inference differ by", of_norm_and_rows(lambda n, x: np.max(gap(n, x)) > 0.1),
             "by a tenth", TOLD),
    Sentence(r"which changes the output by", of_norm_and_rows(lambda n, x: np.max(gap(n, x)) < 0.1), "by less", TOLD),
    Sentence(r"[Nn]o gradient comes back", of_gradients(lambda dy: (dy == 0).all(0).any()), "where none does", TOLD),
    Sentence(r"that arithmetic loses", of_rows(lambda x: deviations(x) > 10 or np.max(abs(x)) > 255), "far off", TOLD),
    Sentence(r"it was taken at other weights", lambda seen: seen.state["capture"] == "other", "of another model", TOLD),
    Sentence(r"it is frozen", any_norm(lambda n: n.mode == "inference"), "of running statistics", TOLD),
    Sentence(r"[Aa]veraging the variances", of_rows(lambda x: between(x) > 1.1), "of unlike batches", TOLD),
    Sentence(r"[Ff]olded into the layer in front in float32", of_rows(lambda x: deviations(x) > 1e3), "far off", TOLD),
    Sentence(r"^No norm differs from", other_is("same"), "of the same file"),
    Sentence(r"\d+ of \d+ norms differ from", other_is("moved", "added"), "of another"),
    Sentence(r"Most moved: ", other_is("moved"), "where arrays moved"),
    Sentence(r"The other model does not have it", other_is("added"), "of a norm more"),
    Sentence(r"ε is not in the file", lambda seen: seen.state["made"] != "capture", "without it", "facts"),
    Sentence(r"The playground takes finite numbers", any_norm(lambda n: not n.finite), "of others", "kept_back"),
    Sentence(r"takes no negative variance", any_norm(lambda n: (n.var < 0).any()), "of one below 0", "kept_back"),
    Sentence(r"\bNaN (deviations|times)|\bnan\b|\binf\b|None", never, "never"),
]  # fmt: skip
