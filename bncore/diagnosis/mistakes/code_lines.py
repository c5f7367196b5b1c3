"""The lines of algebra as NumPy code: what a notebook, which typesets nothing, prints in the place of LaTeX.

x, dy and x_hat are (K, n), one column a unit. With eps on the deviation the path through the variance is s / sigma
times as large as with eps in the variance.
"""

from bncore.diagnosis.mistakes.catalogue import MISTAKES
from bncore.diagnosis.mistakes.texts.formulas import (
    DBETA,
    DGAMMA,
    DMEAN,
    DSIGMA,
    DVAR,
    DX,
    DX_HAT,
    INFERENCE,
    OF_MEAN,
    OF_SIGMA,
    OF_VAR,
    SCALE,
    X_HAT,
)

WITH = r"\qquad "
"""Between the two lines of two mistakes at once."""
DX_OF_NORM = (
    r"\frac{\partial L}{\partial x}=\frac{1}{s}\left(h-\langle h\rangle-c_0\,\hat{x}\langle h\hat{x}\rangle\right)"
    r",\quad h=\frac{\partial L}{\partial\hat{x}}"
)
DX_OF_RMS = (
    r"\frac{\partial L}{\partial x}=\frac{1}{s}\left(h-c_0\,\hat{x}\langle h\hat{x}\rangle\right)"
    r",\quad h=\frac{\partial L}{\partial\hat{x}}"
)
DX_UNBIASED = DX.replace(r"c_0\,", r"\frac{K}{K-1}\,c_0\,")
UNCENTRED = {line: line.replace(r"(x_j-\mu)", "x_j") for line in (DVAR, OF_VAR)}
"""Lines of RMS norm, which subtracts no mean."""
_DGAMMA, _DBETA = "dgamma = (dy * x_hat).sum(0)", "dbeta = dy.sum(0)"
_CHANNEL_MEAN = "dy.mean((0, 2, 3)), over all N * H * W numbers of a channel"

LINES = {
    DX: "dx = gamma / s * (dy - dy.mean(0) - {pull}x_hat * (dy * x_hat).mean(0))",
    DX_OF_NORM: "dx = (dx_hat - dx_hat.mean(0) - {pull}x_hat * (dx_hat * x_hat).mean(0)) / s",
    DX_OF_RMS: "dx = (dx_hat - {pull}x_hat * (dx_hat * x_hat).mean(0)) / s",
    DX_UNBIASED: "dx = gamma / s * (dy - dy.mean(0) - {pull}K / (K - 1) * x_hat * (dy * x_hat).mean(0))",
    DVAR: "dvar = (dx_hat * (x - mean)).sum(0) * -0.5 * s**-3",
    DSIGMA: "ds = -(dx_hat * x_hat).sum(0) / s",
    DMEAN: "dmean = -dx_hat.sum(0) / s",
    OF_MEAN: "dmean/dx = 1 / K",
    OF_VAR: "dvar/dx = 2 / K * (x - mean)",
    OF_SIGMA: "dsigma/dx = (x - mean) / (K * sigma)",
    DX_HAT: "dx_hat = gamma * dy",
    DGAMMA: _DGAMMA,
    DBETA: _DBETA,
    SCALE: "s = sqrt(var + eps), or s = sigma + eps",
    X_HAT: "x_hat = (x - mean) / s",
    INFERENCE: "dx = gamma / s * dy, with the running s",
    MISTAKES["biased_in_backward"].look_at: "dvar/dx = 2 / (K - 1) * (x - mean)",
    MISTAKES["biased_in_forward"].look_at: "var = ((x - mean)**2).sum(0) / (K - 1)",
    UNCENTRED[DVAR]: "dvar = (dx_hat * x).sum(0) * -0.5 * s**-3",
    UNCENTRED[OF_VAR]: "dvar/dx = 2 / K * x",
    MISTAKES["scaled_by_batch_size"].look_at: (
        "gamma / (K * s) * (K * dy - dy.sum(0) - {pull}x_hat * (dy * x_hat).sum(0))"
    ),
    MISTAKES["unbiased_in_forward"].look_at: "var = ((x - mean)**2).sum(0) / K",
    MISTAKES["scale_missing"].look_at: "dx_hat/dx = 1 / s",
    MISTAKES["wrong_axis"].look_at: "dy.mean(0), over the K examples of each unit",
    MISTAKES["layer_norm"].look_at: "mean = x.mean(0), over the K examples of each unit",
    MISTAKES["channel_batch_only"].look_at: _CHANNEL_MEAN,
    MISTAKES["channel_count"].look_at: "K = N * H * W",
    MISTAKES["summed_without_axis"].look_at: (
        "dmean = -dx_hat.sum(0) / s, and so dvar, dgamma and dbeta: each .sum(0)"
    ),
    MISTAKES["channels_not_moved"].look_at: "x.transpose(0, 2, 3, 1).reshape(-1, C)",
    MISTAKES["batch_norm"].look_at: "mean = x.mean(0), over the numbers that share the statistic",
    MISTAKES["transposed"].look_at: "dx.shape == x.shape",
    MISTAKES["averaged"].look_at: f"{_DGAMMA}, {_DBETA}",
    MISTAKES["swapped"].look_at: f"{_DGAMMA}, {_DBETA}",
}


PULL = {"variance": ("", ""), "deviation": (r"\frac{s}{\sigma}\,", "s / sigma * ")}
"""What stands before the path through the variance, by the placement of epsilon: as LaTeX, and as code."""
C0 = r"c_0\,"


def placed(latex: str, eps_placement: str) -> str:
    """A line of algebra with what c0 is where epsilon stands.

    >>> placed(C0 + "x", "deviation"), placed(C0 + "x", "variance")
    ('\\\\frac{s}{\\\\sigma}\\\\,x', 'x')
    """
    return latex.replace(C0, PULL[eps_placement][0])


def as_code(latex: str, eps_placement: str = "variance", over: str = "") -> str:
    """A line of algebra as code, two with a word between; LaTeX that is not in the table stays as it is.

    >>> as_code(OF_VAR)
    'dvar/dx = 2 / K * (x - mean)'
    """
    return "; and at ".join(code_lines(latex, eps_placement, over))


def code_lines(latex: str, eps_placement: str, over: str = "") -> tuple[str, ...]:
    """A line of algebra as code, or two; `over` are the axes of another norm's statistics, in the shape of x.

    >>> code_lines(DX_OF_RMS, "variance", "1")
    ('dx = (dx_hat - x_hat * (dx_hat * x_hat).mean(1, keepdims=True)) / s',)
    """
    pull = PULL[eps_placement][1]
    lines = (LINES.get(line, line).replace("{pull}", pull) for line in latex.split(WITH))
    return tuple(_over(line, over) if over else line for line in lines)


def _over(line: str, over: str) -> str:
    """A line with the norm's axes in the place of the batch; parameters are summed over what shares them."""
    if line.startswith(("dgamma", "dbeta")):
        return line.replace(".sum(0)", ".sum(axes that share gamma)")
    return line.replace("(0)", f"({over}, keepdims=True)")
