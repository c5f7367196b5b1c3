"""What a network is trained on: examples by value, generated ones, and the split in training and held-out examples."""

from bncore.training.data.data import Data
from bncore.training.data.shapes import SHAPES, Shape, blobs, circles, moons, spirals
from bncore.training.data.split import SCALINGS, split

__all__ = ["SCALINGS", "SHAPES", "Data", "Shape", "blobs", "circles", "moons", "spirals", "split"]
