"""The formulas of a backward pass as LaTeX, and what a named mistake is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mistake:
    """`explanation` is what went wrong and why it matters; `look_at` the formula as it should be."""

    title: str
    explanation: str
    look_at: str


DX = (
    r"\frac{\partial L}{\partial x}=\frac{\gamma}{s}\left(g-\langle g\rangle-c_0\,\hat{x}\langle g\hat{x}\rangle\right)"
)
DVAR = (
    r"\frac{\partial L}{\partial\sigma^2}"
    r"=\sum_j\frac{\partial L}{\partial\hat{x}_j}(x_j-\mu)\cdot\left(-\tfrac12\right)s^{-3}"
)
DSIGMA = r"\frac{\partial L}{\partial s}=-\frac{1}{s}\sum_j\frac{\partial L}{\partial\hat{x}_j}\hat{x}_j"
DMEAN = r"\frac{\partial L}{\partial\mu}=-\frac{1}{s}\sum_j\frac{\partial L}{\partial\hat{x}_j}"
OF_MEAN = r"\frac{\partial\mu}{\partial x_j}=\frac{1}{K}"
OF_VAR = r"\frac{\partial\sigma^2}{\partial x_j}=\frac{2}{K}(x_j-\mu)"
OF_SIGMA = r"\frac{\partial\sigma}{\partial x_j}=\frac{x_j-\mu}{K\sigma}"
DX_HAT = r"\frac{\partial L}{\partial\hat{x}}=\gamma\,g"
DGAMMA = r"\frac{\partial L}{\partial\gamma}=\sum_j g_j\,\hat{x}_j"
DBETA = r"\frac{\partial L}{\partial\beta}=\sum_j g_j"
SCALE = r"s=\sqrt{\sigma^2+\varepsilon}\quad\text{or}\quad s=\sigma+\varepsilon"
INFERENCE = r"\frac{\partial L}{\partial x}=\frac{\gamma}{s}\,g\quad\text{with the running }s"
X_HAT = r"\hat{x}=\frac{x-\mu}{s}"
