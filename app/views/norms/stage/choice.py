"""Which norm when: a line each, with who says so."""

from dataclasses import dataclass

from bncore.norms.reference import WU_HE_2018

_LARGEST, _SMALLEST = WU_HE_2018.batch_sizes[0], WU_HE_2018.batch_sizes[-1]


@dataclass(frozen=True)
class Advice:
    """`cubes` are those that it is about; `source` who published it."""

    norm: str
    when: str
    why: str
    source: str
    cubes: tuple[str, ...]


def _errors(norm: str) -> str:
    first, *_, last = WU_HE_2018.errors[norm]
    return f"{first} % error with {_LARGEST} examples a worker, {last} % with {_SMALLEST}."


CHOICE = (
    Advice(
        "Batch norm", "Images, many examples a batch", _errors("batch"),
        "Ioffe & Szegedy 2015; Wu & He 2018, table 2", ("batch", "inference"),
    ),
    Advice(
        "Group norm", "Images, few examples a batch", _errors("group"), "Wu & He 2018, table 2", ("group",),
    ),
    Advice(
        "Instance norm", "Style transfer", "Each image loses its own contrast.", "Ulyanov et al. 2016", ("instance",),
    ),
    Advice(
        "Layer, RMS norm", "Transformers, recurrent networks", "Each token by itself, whatever the batch and length.",
        "Ba et al. 2016; Zhang & Sennrich 2019", ("layer", "token", "rms"),
    ),
    Advice(
        "Why not batch norm there", "Text", "A batch's statistics fluctuate strongly through training.",
        "Shen et al. 2020 (PowerNorm)", ("batch", "inference"),
    ),
)  # fmt: skip
