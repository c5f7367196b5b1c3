"""Where each node stands in the picture of the computation: forward above, backward below and right to left."""

from app.figures.theme import MEANINGS

Place = tuple[float, float]

FORWARD: dict[str, Place] = {
    "x": (0, 1), "mean": (1, 2), "centred": (2, 1), "var": (3, 2), "scale": (4, 2), "eps": (5, 2), "x_hat": (5, 1),
    "gamma": (6, 0), "scaled": (6, 1), "beta": (7, 0), "y": (7, 1), "loss": (8, 1),
}  # fmt: skip
BACKWARD: dict[str, Place] = {
    "dy": (7, 4), "dbeta": (7, 3), "dgamma": (6, 3), "dx_hat": (5, 4), "dx_direct": (2, 3), "dscale": (4, 4),
    "dvar": (3, 4), "dx_variance": (2, 4), "dmean": (3, 5), "dx_mean": (2, 5), "dx": (0, 4),
}  # fmt: skip
WIDER = {"sigma": (4.0, 2.0), "dsigma": (4.0, 4.0)}
"""Beside the deviation there is one step more between the variance and the denominator."""
COLUMN_OF_SCALE = 4
COLOURS = {
    "x": "x", "x_hat": "x_hat", "y": "y", "dx_direct": "direct", "dx_mean": "mean", "dmean": "mean", "mean": "mean",
    "dx_variance": "variance", "dvar": "variance", "dscale": "variance", "dsigma": "variance", "var": "variance",
    "sigma": "variance", "scale": "variance",
}  # fmt: skip


def places(eps_placement: str) -> dict[str, Place]:
    """Column and row of every node of a placement of epsilon."""
    placed = FORWARD | BACKWARD
    if eps_placement == "variance":
        return placed
    moved = {name: (column + (column >= COLUMN_OF_SCALE), row) for name, (column, row) in placed.items()}
    return moved | WIDER


def colour(name: str, side: str) -> str:
    """A node's colour: that of its meaning, and the gradient's for what else goes backward."""
    return MEANINGS[COLOURS.get(name, "gradient" if side == "backward" else "neutral")]
