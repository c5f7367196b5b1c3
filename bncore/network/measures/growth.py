"""By what factor gradients grow a block through batch norm and ReLU in very wide layers, by batch size.

Batch norm takes two of the batch's directions out of the gradient and divides it by a deviation that a small batch
gives inexactly, so that the gradients of small batches grow faster than those of many examples.
"""

import math

MANY_EXAMPLES = math.sqrt(math.pi / (math.pi - 1.0))  # 1.2112: Yang et al. 2019, "A Mean Field Theory of Batch Norm…"
FEWEST = 4  # examples; with fewer the mean of 1/s^2 is infinite, and wide layers have no such factor


def relu_growth(examples: int) -> float | None:
    """The growth of the gradient's norm a block towards the input, of K examples that are rows of features.

        growth^2 = K/((K-3) a) (1 - (2/K)(K/2 - m/K)/(K-1) - a/K)
        a   = 1 - (sqrt(1-r^2) + r (pi - arccos r))/pi          r = -1/(K-1)
        m   = K/2 + K(K-1) (1/4 + arcsin(r)/(2 pi))

    It holds in the limit of wide layers with independent weights, far from both ends of the network, at eps 0. There
    every two examples of x_hat have the correlation r, so that He's weights make a z = W f(x_hat) of variance a over
    the batch (the arc-cosine kernel: Cho & Saul 2009, "Kernel Methods for Deep Learning"). Then s^2 is
    a chi^2_{K-1}/K, whose inverse has the mean K/((K-3) a); what follows it are the shares of the gradient that the
    mean and the variance take out, m being the mean square of how many examples ReLU lets through. For K to infinity
    a is 1 - 1/pi, and the growth `MANY_EXAMPLES`. None below `FEWEST` examples.

    >>> [round(relu_growth(examples), 3) for examples in (4, 8, 32, 10**6)]
    [1.756, 1.337, 1.234, 1.211]
    """
    k = float(examples)
    if k < FEWEST:
        return None
    r = -1.0 / (k - 1.0)
    a = 1.0 - (math.sqrt(1.0 - r * r) + r * (math.pi - math.acos(r))) / math.pi
    m = k / 2.0 + k * (k - 1.0) * (0.25 + math.asin(r) / (2.0 * math.pi))
    kept = 1.0 - (2.0 / k) * (k / 2.0 - m / k) / (k - 1.0) - a / k
    return math.sqrt(k / ((k - 3.0) * a) * kept)
