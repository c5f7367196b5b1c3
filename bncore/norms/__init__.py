"""The norms beside batch norm: one table of which cells share a statistic and what is learned, over one shared core.

    x_hat = (x - m) / s                  m and s from the cells that share a statistic
    y = gamma x_hat + beta               gamma and beta for each channel, or for each cell of an example

`NORMS` is the table, `forward` and `backward` go through it. Arrays are (N, C), (N, C, L), (N, C, H, W) or of more
axes: axis 0 counts the examples, axis 1 the channels, all others are positions.
"""

from bncore.norms.backward import NormGradients, backward
from bncore.norms.forward import Normed, forward
from bncore.norms.remarks import REMARKS, Remark
from bncore.norms.table import NORMS, Norm, Setting

__all__ = ["NORMS", "REMARKS", "Norm", "NormGradients", "Normed", "Remark", "Setting", "backward", "forward"]
