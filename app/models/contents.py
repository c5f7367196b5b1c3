"""A file as its reader opens it: each tensor's name, shape and dtype, its values when asked, nothing yet of norms."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import UnreadableModel, UploadTooLarge
from app.models.limits import NAME, TENSORS

Array = NDArray[Any]


@dataclass(frozen=True)
class Tensor:
    """The shape and the dtype of a tensor (bfloat16 and float8 are those of `ml_dtypes`)."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]


@dataclass(frozen=True)
class Contents:
    """The tensors of a file by name.

    `ordered` says whether their order is the network's; `read` gives a tensor's values, which may be a view into the
    file; `source` is what the format's writer needs.
    """

    format: str
    tensors: Mapping[str, Tensor]
    ordered: bool
    read: Callable[[str], Array]
    source: Any
    notes: tuple[str, ...] = ()

    def noted(self, *notes: str) -> "Contents":
        """The same with more notes."""
        return replace(self, notes=(*self.notes, *notes))


def check_count(count: int, what: str = "The file") -> None:
    """Raises UploadTooLarge for more tensors than a model has."""
    if count > TENSORS:
        raise UploadTooLarge(
            f"{what} holds {count:,} tensors; up to {TENSORS:,} are read. Save a part of the model.",
            field="file", given=count, allowed=f"at most {TENSORS} tensors",
        )  # fmt: skip


def check_names(names: Mapping[str, Any] | list[str], what: str) -> None:
    """Refuse more tensors than a model has, or names that are texts.

    Raises:
        UploadTooLarge: there are too many.
        UnreadableModel: a name is too long.
    """
    check_count(len(names), what)
    longest = max(map(len, names), default=0)
    if longest > NAME:
        raise UnreadableModel(
            f"{what} has a tensor with a name of {longest:,} characters; up to {NAME} are read. Rename it.",
            field="file",
        )
