"""Which norm when: a line each, with who says so."""

from dataclasses import dataclass

from bncore.norms.reference import WU_HE_2018

_SMALLEST = WU_HE_2018.batch_sizes[-1]


@dataclass(frozen=True)
class Advice:
    """What is `used`, and `why`; `source` is who published it, `cubes` are those that it is about."""

    when: str
    used: str
    why: str
    source: str
    cubes: tuple[str, ...]


def _error(norm: str) -> str:
    return f"{WU_HE_2018.errors[norm][-1]} %"


CHOICE = (
    Advice(
        "Images, large batches", "batch norm", "it made deep networks train fast.", "Ioffe & Szegedy 2015",
        ("batch", "inference"),
    ),
    Advice(
        "Images, small batches", "group norm",
        f"with {_SMALLEST} examples a worker, {_error('group')} error against batch norm's {_error('batch')}.",
        "Wu & He 2018", ("group",),
    ),
    Advice(
        "Style transfer", "instance norm", "each image loses its own contrast.", "Ulyanov et al. 2016", ("instance",),
    ),
    Advice(
        "Transformers", "layer or RMS norm of a token", "it needs no other token.",
        "Ba et al. 2016; Zhang & Sennrich 2019", ("layer", "token", "rms"),
    ),
    Advice(
        "Text", "no batch norm", "statistics fluctuate from batch to batch.", "Shen et al. 2020",
        ("batch", "inference"),
    ),
)  # fmt: skip
