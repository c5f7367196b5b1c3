"""Claims of the literature on batch norm in training, each replayed by runs, on the side on which it fails, too."""

from bncore.training.claims.bias import NO_GRADIENT, OUTSIDE_THE_GRADIENT
from bncore.training.claims.claim import Claim, Measured, Runs, Side
from bncore.training.claims.folding import FOLDING
from bncore.training.claims.invariance import GROWING_RATE, SCALE_INVARIANCE

CLAIMS: dict[str, Claim] = {
    "growing_rate": GROWING_RATE,
    "scale_invariance": SCALE_INVARIANCE,
    "folding": FOLDING,
    "bias": NO_GRADIENT,
    "outside": OUTSIDE_THE_GRADIENT,
}
"""By name, in the order of their numbers."""

__all__ = ["CLAIMS", "Claim", "Measured", "Runs", "Side"]
