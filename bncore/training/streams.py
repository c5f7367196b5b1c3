"""Random streams that depend on nothing but the seed, what they are for, and where in the run they are read.

Each is a Philox generator of its own, keyed by (seed, purpose, place): whoever computes step 700 draws what it draws,
whatever ran before. Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011.
"""

import numpy as np

PURPOSES = {"weights": 0, "order": 1, "labels": 2, "dropout": 3, "weight_noise": 4, "norm_noise": 5}
"""A number a purpose; none is ever given to another."""


def stream(seed: int, purpose: str, *place: int) -> np.random.Generator:
    """The generator of one purpose at one place, for example of the dropout of block 2 at step 700.

    >>> float(stream(0, "dropout", 2, 700).random()) == float(stream(0, "dropout", 2, 700).random())
    True
    """
    return np.random.Generator(np.random.Philox(np.random.SeedSequence((seed, PURPOSES[purpose], *place))))
