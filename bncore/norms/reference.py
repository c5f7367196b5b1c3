"""Published results that norms are held against."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """Errors in percent by norm, one for each batch size."""

    title: str
    source: str
    batch_sizes: tuple[int, ...]
    errors: dict[str, tuple[float, ...]]


WU_HE_2018 = Published(
    "Validation error of ResNet-50 on ImageNet, in percent, by the batch size of each worker",
    "Wu & He, Group Normalization, ECCV 2018, table 2",
    (32, 16, 8, 4, 2),
    {"batch": (23.6, 23.7, 24.8, 27.3, 34.7), "group": (24.1, 24.2, 24.0, 24.2, 24.1)},
)
