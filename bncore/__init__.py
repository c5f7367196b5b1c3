"""Batch normalization, forward and backward, exactly."""

from bncore.activations import ACTIVATIONS, Activation
from bncore.batch_norm import Forward, forward
from bncore.epsilon import EPS_PLACEMENTS, EpsPlacement
from bncore.errors import (
    BadCapture,
    BadDtype,
    BadParameter,
    BatchNormError,
    CannotMend,
    EmptyBatch,
    MissingLabels,
    NonFiniteInput,
    ShapeMismatch,
    UnbiasedOfOne,
    VarianceOverflow,
)
from bncore.exact.careful import MODES
from bncore.flags import FLAGS, Flag
from bncore.gradient import Gradients, backward
from bncore.kernels import Backend, backend
from bncore.running import RUNNING_VARIANCES, cold_start
from bncore.statistics import Statistics, statistics
from bncore.upstream import UPSTREAMS, Upstream, UpstreamKind

__all__ = [
    "ACTIVATIONS",
    "EPS_PLACEMENTS",
    "FLAGS",
    "MODES",
    "RUNNING_VARIANCES",
    "UPSTREAMS",
    "Activation",
    "Backend",
    "BadCapture",
    "BadDtype",
    "BadParameter",
    "BatchNormError",
    "CannotMend",
    "EmptyBatch",
    "EpsPlacement",
    "Flag",
    "Forward",
    "Gradients",
    "MissingLabels",
    "NonFiniteInput",
    "ShapeMismatch",
    "Statistics",
    "UnbiasedOfOne",
    "Upstream",
    "UpstreamKind",
    "VarianceOverflow",
    "backend",
    "backward",
    "cold_start",
    "forward",
    "statistics",
]
__version__ = "0.1.0"
