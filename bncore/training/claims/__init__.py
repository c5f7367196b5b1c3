"""Claims of the literature on batch norm in training, each replayed by runs, on the side on which it fails, too."""

from bncore.training.claims.batches.company import COMPANY
from bncore.training.claims.batches.large_batches import LARGE_BATCHES
from bncore.training.claims.batches.sizes import BATCH_SIZES
from bncore.training.claims.bias import NO_GRADIENT, OUTSIDE_THE_GRADIENT
from bncore.training.claims.claim import Claim, Measured, Runs, Side
from bncore.training.claims.decay import DECAY
from bncore.training.claims.depth.collapse import COLLAPSE
from bncore.training.claims.depth.growth import GROWTH
from bncore.training.claims.depth.orthogonal import ORTHOGONAL
from bncore.training.claims.dynamic_tanh import DYNAMIC_TANH
from bncore.training.claims.folding import FOLDING
from bncore.training.claims.gammas import GAMMAS
from bncore.training.claims.inference import INFERENCE
from bncore.training.claims.invariance import GROWING_RATE, SCALE_INVARIANCE
from bncore.training.claims.largest_rate import LARGEST_RATE
from bncore.training.claims.noisy import NOISY
from bncore.training.claims.pace import PACE
from bncore.training.claims.regularization import REGULARIZATION
from bncore.training.claims.stability import STABILITY

CLAIMS: dict[str, Claim] = {
    "growing_rate": GROWING_RATE,
    "scale_invariance": SCALE_INVARIANCE,
    "folding": FOLDING,
    "bias": NO_GRADIENT,
    "stability": STABILITY,
    "pace": PACE,
    "outside": OUTSIDE_THE_GRADIENT,
    "largest_rate": LARGEST_RATE,
    "noisy": NOISY,
    "regularization": REGULARIZATION,
    "batch_sizes": BATCH_SIZES,
    "company": COMPANY,
    "inference": INFERENCE,
    "large_batches": LARGE_BATCHES,
    "decay": DECAY,
    "growth": GROWTH,
    "collapse": COLLAPSE,
    "orthogonal": ORTHOGONAL,
    "gammas": GAMMAS,
    "dynamic_tanh": DYNAMIC_TANH,
}
"""By name, in the order of their numbers."""

__all__ = ["CLAIMS", "Claim", "Measured", "Runs", "Side"]
