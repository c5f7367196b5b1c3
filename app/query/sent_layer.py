"""What a JSON body says of a layer, in the words of every call that takes one."""

from typing import Any

from pydantic import Field

from bncore.running import MOST_TRACKED

EPS: Any = Field(1e-5, ge=0, allow_inf_nan=False, description="Keeps the denominator away from 0.")
EPS_PLACEMENT: Any = Field(
    "variance", description="`variance`: s = sqrt(var + eps), the frameworks' form; `deviation`: s = sqrt(var) + eps."
)
MOMENTUM: Any = Field(
    0.1, ge=0, le=1,
    description="Weight of the new batch in the running statistics; null is the cumulative average, as PyTorch's None: "
    "1 / (num_batches_tracked + 1).",
)  # fmt: skip
TRACKED: Any = Field(
    0, ge=0, le=MOST_TRACKED, description="Batches that the running statistics have seen; read where momentum is null."
)
RUNNING_VARIANCE: Any = Field(
    "unbiased", description="The variance that the running one takes up: divided by K - 1 or by K."
)
