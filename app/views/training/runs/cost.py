"""What a step costs, from the spec alone: how many steps a segment has, and how much work a run is."""

from itertools import pairwise
from math import log2, prod

from bncore.training import Spec
from bncore.training.layout import KERNEL
from bncore.training.records.moments import HELD

PER_SECOND = 2e10  # multiply-adds of a matrix product, in float32, on one core
PER_NUMBER, PER_MOVED = 180, 40  # multiply-adds for all else that is done to a number of a block, or of a window
PER_STEP, PER_BLOCK = 3_000_000, 2_000_000  # multiply-adds that take as long as what a step costs however small it is
SEGMENT = (1, 4096)  # the fewest and the most steps of a segment


def step_cost(spec: Spec) -> float:
    """Multiply-adds of a step, forward and backward, all else counted as so many of them.

    >>> import numpy as np
    >>> from bncore.training import split
    >>> data = split(np.random.default_rng(0).normal(size=(90, 64)), np.arange(90) % 10, tuple("0123456789"), 20)
    >>> step_cost(Spec(data)), segment_of(Spec(data))
    (17172000.0, 1024)
    """
    images = spec.architecture == "convolutional"
    first, *image = spec.data.x.shape[1:] if images else (prod(spec.data.x.shape[1:]),)
    positions, kernel = prod(image), KERNEL * KERNEL if images else 1
    products = sum(low * high for low, high in pairwise((first, *spec.widths))) * kernel
    moved = sum((first, *spec.widths[:-1])) * kernel if images else 0  # windows that are copied
    numbers = PER_NUMBER * sum(spec.widths) + PER_MOVED * moved
    readout = spec.widths[-1] * spec.data.classes
    each = positions * (3.0 * products + numbers) + 3.0 * readout
    wide = 2.0 if spec.dtype == "float64" else 1.0
    cost: float = spec.batch_size * each * wide + PER_STEP + PER_BLOCK * spec.blocks
    return cost


def segment_of(spec: Spec) -> int:
    """Steps of about a second: a power of two, the same for all specs whose steps cost the same."""
    steps, (least, most) = int(PER_SECOND / step_cost(spec)), SEGMENT
    return min(most, max(least, 1 << max(0, steps.bit_length() - 1)))


def work_of(spec: Spec) -> float:
    """Multiply-adds of the whole run, its looks at the held-out examples among them."""
    looks = min(spec.steps, spec.resolution * max(1.0, log2(spec.steps))) / HELD
    forward = step_cost(spec) / 3 * len(spec.data.held_labels) / spec.batch_size
    return spec.steps * step_cost(spec) + looks * forward
