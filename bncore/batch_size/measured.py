"""A source without an end as a population: measured by many examples, and as far as its distribution is known."""

from collections.abc import Callable

import numpy as np

from bncore.arguments import Array, Float64
from bncore.batch_size.population import Moments, moments


def measured_moments(
    drawn: Callable[[int, np.random.Generator], Array], size: int, rng: np.random.Generator, at_once: int | None = None
) -> Moments:
    """The moments (D,) of `size` examples of a source, `drawn(count, rng)` being a batch (count, D) of it.

    Where examples of one batch depend on each other a single one, however large, is not the source: then many batches
    of `at_once` examples are drawn, as many as fit in `size`.
    """
    each = size if at_once is None else min(size, at_once)
    return moments(np.concatenate([drawn(each, rng) for _ in range(size // each)]).astype(np.float64))


def known_moments(measured: Moments, order: float, excess: Float64) -> Moments:
    """`measured` with `excess` (D,), and not-a-number in the place of moments that the distribution does not have.

    Only moments below `order` are finite: of Student's t distribution with n degrees of freedom it is n. The mean is of
    order 1, the deviation 2, the skewness 3 and the excess kurtosis 4.

    >>> known = known_moments(moments(np.array([[0.0], [2.0]])), 2.5, np.array([6.0]))
    >>> known.mean, known.sd, known.skewness, known.excess
    (array([1.]), array([1.]), array([nan]), array([nan]))
    """
    values = (measured.mean, measured.sd, measured.skewness, excess)
    return Moments(
        *(value if order > needed else np.full_like(value, np.nan) for needed, value in enumerate(values, 1))
    )
