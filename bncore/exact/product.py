"""A matrix product whose results do not tell where in the batch an example stands, and how far rounding bends it."""

import numpy as np

from bncore.arguments import Array


def product(rows: Array, weight: Array, examples: int) -> Array:
    """rows W, (N R, E) for the rows (N R, D) of N `examples`, R each; of equal examples it is equal to the last bit.

    A BLAS kernel may add up the rows at the end of a block in another order than the rest, and a norm behind it makes
    numbers of size 1 of the difference. So what is the same for all examples is computed once.

    >>> y = product(np.ones((9, 2)), np.array([[0.1], [0.2]]), 9)
    >>> bool((y == y[0]).all())
    True
    """
    if _alike(rows.reshape(examples, -1)):
        return np.tile(rows[: len(rows) // examples] @ weight, (examples, 1))
    result: Array = rows @ weight
    return result


def _alike(examples: Array) -> bool:
    """Whether all rows are equal; the ends are compared first, which is all that most batches need."""
    return len(examples) > 1 and np.array_equal(examples[0], examples[-1]) and bool((examples == examples[0]).all())


def rounding_of_sums(terms: int, dtype: np.dtype) -> float:
    """gamma_n = n u / (1 - n u), for |fl(x . w) - x . w| <= gamma_n |x| . |w| of n `terms` in whichever order.

    u is half of the dtype's epsilon. Each term passes its multiplication and at most n - 1 additions, so it is off by a
    product of at most n factors 1 + delta, |delta| <= u. Higham 2002, "Accuracy and Stability of Numerical Algorithms",
    lemma 3.1 and equation 3.5. infinite where n u >= 1: then nothing is known.
    """
    roundings = terms * float(np.finfo(dtype).eps) / 2
    return roundings / (1 - roundings) if roundings < 1 else float("inf")
