"""Positions of one image are alike: how much, and what that does to batches of whole images."""

from dataclasses import dataclass

import numpy as np

from bncore.arguments import Float64
from bncore.errors import BadParameter


@dataclass(frozen=True, eq=False)
class Alike:
    """Of N `images` of L `positions` each, per feature (D,); not-a-number for a constant one.

    `correlation` is that of two positions of one image, over all pairs of them, from -1/(L - 1) to 1. `factor` is by
    how much farther the mean of a batch of whole images strays than that of as many positions drawn one by one.
    """

    images: int
    positions: int
    correlation: Float64
    factor: Float64


def alike(x: Float64) -> Alike:
    """How alike the positions of an image are: `x` (N, L, D) with N >= 2 and L >= 2.

        L b^2 / sigma^2 = 1 + (L - 1) correlation           b the deviation of the images' means
        factor = b / sigma sqrt((N L - 1) / (N - 1))        exact, whatever the batch size

    The second is the ratio of sd(mean) = b sqrt((N - m) / ((N - 1) m)) of m whole images to that of m L positions,
    `bncore.batch_size.theory`'s. Cochran, Sampling Techniques, section 9.4 (clusters of equal size).

    Raises BadParameter for fewer than two images or positions.
    """
    images, positions, _ = x.shape
    if images < 2 or positions < 2:
        detail = f"x has {images} images of {positions} positions; give two of both or more."
        raise BadParameter(detail, parameter="x")
    sd = x.std(axis=(0, 1))
    of_means = x.mean(axis=1).std(axis=0)
    ratio = np.divide(of_means, sd, out=np.full_like(sd, np.nan), where=sd > 0)
    correlation = (positions * ratio**2 - 1.0) / (positions - 1)
    return Alike(images, positions, correlation, ratio * np.sqrt((images * positions - 1) / (images - 1)))
