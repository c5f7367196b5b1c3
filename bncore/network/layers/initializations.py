"""How weights are drawn, by name. Every one takes the factor `scale`, so that a network can be made too hot or cold."""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import prod, sqrt

import numpy as np

from bncore.arguments import Array, Float64, choice

Draw = Callable[[np.random.Generator, int, int], Float64]


@dataclass(frozen=True)
class Initialization:
    """`draw(rng, rows, columns)` gives a matrix of unit scale; `rows` = fan-in, `columns` = outputs."""

    title: str
    formula: str
    source: str
    draw: Draw = field(repr=False)


def weights(
    name: str, shape: tuple[int, ...], rng: np.random.Generator, *, scale: float = 1.0, dtype: str = "float64"
) -> Array:
    """Weights of a linear layer, shape (D, E), or of a convolution, shape (O, C, h, w).

    Fan-in is D or C h w, the outputs E or O. Drawn in float64 and then rounded, so that dtypes share their draws.

    >>> weights("he", (50, 20), np.random.default_rng(0)).shape
    (50, 20)

    Raises BadParameter for a name that is not in INITIALIZATIONS.
    """
    drawn = INITIALIZATIONS[choice(name, INITIALIZATIONS, "initialization")].draw
    if len(shape) == 2:
        return (scale * drawn(rng, *shape)).astype(dtype)
    outputs, *kernel = shape
    return (scale * drawn(rng, prod(kernel), outputs).T.reshape(shape)).astype(dtype)


def _xavier(rng: np.random.Generator, rows: int, columns: int) -> Float64:
    return rng.standard_normal((rows, columns)) * sqrt(2 / (rows + columns))


def _he(rng: np.random.Generator, rows: int, columns: int) -> Float64:
    return rng.standard_normal((rows, columns)) * sqrt(2 / rows)


def _normal(rng: np.random.Generator, rows: int, columns: int) -> Float64:
    return rng.standard_normal((rows, columns))


def _orthogonal(rng: np.random.Generator, rows: int, columns: int) -> Float64:
    """The Q of a Gaussian matrix's QR, its columns' signs made those of R's diagonal, which makes it uniform."""
    tall = rng.standard_normal((max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(tall)
    q *= np.where(np.diagonal(r) < 0, -1.0, 1.0)
    return q if rows >= columns else q.T


INITIALIZATIONS: dict[str, Initialization] = {
    "xavier": Initialization(
        "Xavier", r"W \sim \mathcal{N}\left(0, \tfrac{2}{D + E}\right)", "Glorot & Bengio 2010, section 4.2.1", _xavier
    ),
    "he": Initialization("He", r"W \sim \mathcal{N}\left(0, \tfrac{2}{D}\right)", "He et al. 2015, equation 10", _he),
    "normal": Initialization("Gaussian", r"W \sim \mathcal{N}(0, s^2)", "s is the scale itself", _normal),
    "orthogonal": Initialization("Orthogonal", r"W^\top W = I", "Saxe et al. 2014", _orthogonal),
}
