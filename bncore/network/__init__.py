"""Networks as plain lists of layers: forward, backward, and a record of every layer.

`layer` says what a layer is; `build` makes whole networks; `propagation` runs a batch through one.
"""

from bncore.network.build import NORM_PLACES, NORMS, Recipe, convolutional, fully_connected
from bncore.network.layers.convolution import Convolution
from bncore.network.layers.initializations import INITIALIZATIONS, Initialization, weights
from bncore.network.layers.layer import Layer, Pulled, Record, Step
from bncore.network.layers.linear import Linear
from bncore.network.layers.normalization import BatchNorm
from bncore.network.layers.pointwise import Activate
from bncore.network.layers.pooling import GlobalAveragePooling
from bncore.network.layers.residual import Residual
from bncore.network.losses import LOSSES, Loss, cross_entropy, squared_error
from bncore.network.propagation import Propagation, propagate

__all__ = [
    "INITIALIZATIONS",
    "LOSSES",
    "NORMS",
    "NORM_PLACES",
    "Activate",
    "BatchNorm",
    "Convolution",
    "GlobalAveragePooling",
    "Initialization",
    "Layer",
    "Linear",
    "Loss",
    "Propagation",
    "Pulled",
    "Recipe",
    "Record",
    "Residual",
    "Step",
    "convolutional",
    "cross_entropy",
    "fully_connected",
    "propagate",
    "squared_error",
    "weights",
]
