"""What a new batch weighs in running statistics, as a query says it."""

from typing import Annotated, Literal

from pydantic import Field

Momentum = Annotated[float, Field(ge=0, le=1)] | Literal["cumulative"]
ALIKE = "`cumulative` weighs all batches alike: the t-th one by 1/t, as PyTorch's momentum=None."


def momentum_of(said: Momentum) -> float | None:
    """The momentum as `bncore` takes it.

    >>> momentum_of(0.1), momentum_of("cumulative")
    (0.1, None)
    """
    return None if isinstance(said, str) else said
