"""Every use of a query's seed has a number here: what is drawn for one use is independent of what is drawn for another.

A use draws from `numpy.random.default_rng([seed, stream, step])`; one without steps may leave the last word out, as
NumPy pads with zeros: `[seed, stream]` and `[seed, stream, 0]` are the same stream. So a number stands once, whatever
the form. A new use takes a free number; a number that is in use does not change, as links would show other draws.

The probe of the gradient check (`bncore.diagnosis.given.probe`) seeds itself by `[seed, axes]`, axes being 2 or 4.
These are the words of RUNNING and of NETWORK_WEIGHTS, which only other views draw from.
"""

from enum import IntEnum, unique


@unique
class Stream(IntEnum):
    """The second word of a seed: what is drawn."""

    BATCH = 1  # the mini-batch that a view shows
    RUNNING = 2  # the batches that running statistics see, one a step
    UPSTREAM = 3  # a random gradient from above
    NETWORK_WEIGHTS = 4  # the weights of the network's layers
    NETWORK_LABELS = 5  # classes for the network's examples, where the source has none
    TRAINING_POINTS = 6  # the points of the plane that a network is trained on
    ESTIMATES = 10  # batches of each size, whose statistics are the sampling distributions
    RUNNING_PATH = 11  # batches of the size looked at, for the path of the running statistics
    RUNNING_GAP = 12  # the batch whose output is compared between training and inference
    MEMBERS = 13  # the examples of the small batch that depend on each other
    OUTLIER = 17  # the batch that the outlier is dragged through
    REFERENCE = 19  # the many examples by which an endless population is measured
    CONVOLUTION = 31  # the kernels of the convolution in front of the norms
    POOL = 32  # the images that the norms' batches are taken from
    NOISE_SPREAD = 114  # one example's companions, in batches of each size
    NOISE_COMPANIONS = 115  # the companions of the small batch's examples, at the size looked at
    NOISE_PAIRS = 116  # the companions of every two of them
    NOISE_OTHER = 117  # dropout and the perturbation of weights
    CLASSES = 118  # companions of a classified example; alone it is the seed by which that example is chosen
    DEALS = 119  # the companions that one example is dealt, again and again, on the stage
    DEALS_OTHER = 120  # the dropout and the perturbed weight that stand beside them
    DOTS = 121  # the examples of an endless population that the stage shows as dots
    POPULATION = 1701  # what is fixed of a generator: its scales, its mixing
    LAYER_WEIGHTS = 1702  # the weights of the linear layer in front
