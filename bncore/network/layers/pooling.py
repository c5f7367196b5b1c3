"""Global average pooling: an image's channels as their means."""

from dataclasses import dataclass

import numpy as np

from bncore.arguments import Array
from bncore.network.layers.layer import Pulled, Step, WithoutParameters


@dataclass(frozen=True, eq=False)
class GlobalAveragePooling(WithoutParameters):
    """y (N, C) is the mean of x (N, C, H, W) over the positions; each position gets 1/(H W) of dy."""

    def forward(self, x: Array) -> Step:
        """The channels' means."""
        positions = x.shape[2] * x.shape[3]

        def pull(dy: Array) -> Pulled:
            return Pulled(np.broadcast_to((dy / positions)[:, :, None, None], x.shape).astype(x.dtype))

        return Step(x.mean(axis=(2, 3), dtype=x.dtype), pull)
