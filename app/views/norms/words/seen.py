"""The norms' view in words: what they are called, what they learn, how many statistics, the conventions in force."""

from collections.abc import Sequence

from app.figures.notation import in_notation
from app.figures.numbers import counted
from bncore.distributions.axis import tick_text
from bncore.norms import NORMS, Normed

SYMBOLS = {"r": "r", "d": "d"}
"""The term that each symbol of a sentence stands for."""

PARAMETER_WORDS = {True: "for each channel", False: "for each cell of an example"}


def inside(norm: str) -> str:
    """A norm's title inside a sentence.

    >>> inside("rms"), inside("ghost")
    ('RMS norm', 'ghost batch norm')
    """
    title = NORMS[norm].title
    return title if title[:2].isupper() else title[:1].lower() + title[1:]


def learned_text(result: Normed) -> str:
    """What a norm learns, and how many numbers that are."""
    row = NORMS[result.norm]
    names = " and ".join({"gamma": "γ", "beta": "β"}[name] for name in row.learned)
    return f"{names} {PARAMETER_WORDS[row.per_channel]}: {counted(len(row.learned) * result.gamma.size, 'number')}"


def statistics_text(result: Normed) -> str:
    """How many statistics a norm takes, each over how many cells."""
    if result.parts:
        return " and ".join(map(_each_over, result.parts)) + " in the smaller last ghost batch"
    return _each_over(result)


def _each_over(result: Normed) -> str:
    each = " " if result.statistics == 1 else ", each "
    return f"{counted(result.statistics, 'statistic')}{each}over {counted(result.count, 'cell')}"


def listed(names: Sequence[str]) -> str:
    """Names with commas and a last "and".

    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def _modes(shown: set[str]) -> str:
    running = [inside(norm) for norm in NORMS if norm in shown and NORMS[norm].running]
    same = [inside(norm) for norm in NORMS if norm in shown and not NORMS[norm].running]
    parts = []
    if running:
        parts.append(f"in inference {listed(running)} would take running statistics instead")
    if same:
        parts.append(f"{listed(same)} {'compute' if len(same) > 1 else 'computes'} the same in inference")
    return f"as in training: {'; '.join(parts)}"


def terms(shown: set[str], eps: float, notation: str) -> dict[str, str]:
    """A sentence for each word and symbol that can be pointed at."""
    if shown == {"rms"}:
        statistic = "A root mean square"
    else:
        statistic = f"A mean and a deviation{' (of RMS norm: a root mean square)' if 'rms' in shown else ''}"
    texts = {
        "x": "A cell's value before any norm.",
        "x_hat": "A cell's value behind the norm, before γ and β.",
        "statistic": f"{statistic} over all cells that are lit together.",
        "mean": "The mean of each row: the mark on its line.",
        "sd": "One deviation to either side of each row's mean: the line.",
        "eps": "Keeps the denominator away from 0." if eps else "Is 0: nothing keeps the denominator away from 0.",
        "batch": "Batch norm: each channel over all examples and positions.",
        "r": "The batch's deviation over the running one: batch renormalization multiplies by it, within its limits.",
        "d": "How far the batch's mean lies from the running one, in running deviations: batch renormalization adds "
        "it, within its limit.",
        "group": "Group norm: each example's groups of channels, over all positions.",
    }
    return {name: in_notation(text, notation) for name, text in texts.items()}


def _place(shown: set[str], eps_placement: str) -> str:
    """Where epsilon stands, in each of the norms that are shown."""
    centred, rms = any(NORMS[norm].centred for norm in shown), "rms" in shown
    if eps_placement == "variance":
        to = "the variance, √(σ²+ε), as in the frameworks" if centred else "the mean square, as in the frameworks"
        return f"ε is added to {to}{'; of RMS norm to the mean square' if centred and rms else ''}"
    if not centred:
        return "ε is added to the root mean square, as in RMS norm's own code"
    own = " and in RMS norm's own code" if rms else ""
    return f"ε is added to the deviation, σ+ε, as in the lecture{own}"


def _sizes(shown: set[str]) -> str:
    if any(NORMS[norm].centred for norm in shown):
        return "every variance is biased, divided by the number of cells"
    return "every mean square is divided by the number of cells"


def _parameters(shown: set[str]) -> str:
    return "γ = 1" if shown == {"rms"} else "γ = 1 and β = 0"


CELLS = {("layer", "rms"): "γ (and β)", ("layer",): "γ and β", ("rms",): "γ"}


def _of_cells(shown: set[str]) -> list[str]:
    """What is learned a cell, by the norms that learn so."""
    alone = tuple(norm for norm in ("layer", "rms") if norm in shown)
    if not alone:
        return []
    return [
        f"{listed([inside(norm) for norm in alone])}: everything behind the examples' axis (ONNX axis = 1, PyTorch "
        f"normalized_shape = shape[1:]), {CELLS[alone]} a cell"
    ]


def conventions(results: Sequence[Normed], pool: int, stride: int | None) -> list[str]:
    """The conventions in force, a sentence each."""
    shown = {result.norm for result in results}
    return [
        f"{_place(shown, results[0].eps_placement)}; ε = {tick_text(results[0].eps)}",
        _modes(shown),
        f"{_sizes(shown)}; {_parameters(shown)}, so that y is x̂",
        *([f"digits, pixels over 16, through a 3 × 3 convolution of stride {stride} with weights by He's rule"]
          * (stride is not None)),
        *(["group norm: consecutive channels, γ and β a channel, as in PyTorch and ONNX since opset 21"]
          * ("group" in shown)),
        *_of_cells(shown),
        *([f"batch renormalization: its running statistics are those of {counted(pool, 'example')} of the source; r "
           "and d are constants of the backward pass"] * ("renorm" in shown)),
    ]  # fmt: skip
