"""The given data, as rows with one column a unit, and every tensor of the correct backward pass."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bncore.arguments import Float64, real_array
from bncore.batch_norm import Forward, forward
from bncore.diagnosis.given.checked import alone, per_unit, upstream_of, with_hint
from bncore.diagnosis.given.convention import Convention, convention_of
from bncore.diagnosis.given.lying import Lying
from bncore.diagnosis.given.passed import passed
from bncore.epsilon import EPS_PLACEMENTS, EpsPlacement, OfEpsilon, reciprocal
from bncore.errors import BadParameter, EmptyBatch, ShapeMismatch
from bncore.norms.table import NORMS
from bncore.running import running_pair

ORDER = ("dbeta", "dgamma", "dx_hat", "dsigma", "dvar", "dmean", "dx")
"""The tensors in the order in which a backward pass computes them; the first wrong one is the one to look at."""


@dataclass(frozen=True, eq=False)
class Case(Lying):
    """A batch and its correct gradients; `x`, `dy`, `x_hat` as rows (K, n): a column's K numbers share a statistic.

    Of batch norm a column is a unit. `seen` says how x lay; `gamma` and `beta` are as rows, (n,) where a column has one
    of each, else (K, n). `mean`, `var` and `scale`, (n,), are those of the forward pass: of a frozen convention the
    running ones. `running` has the running mean and variance, if they were given. `result` is the forward pass.
    """

    convention: Convention
    dy: Float64
    gamma: Float64
    beta: Float64
    eps: float
    eps_placement: str
    mean: Float64
    var: Float64
    scale: Float64
    x_hat: Float64
    running: tuple[Float64, Float64] | None

    @property
    def divisor(self) -> int:
        """What the sum of squares is divided by: K, or K - 1."""
        return self.count - self.convention.unbiased

    @property
    def placement(self) -> EpsPlacement:
        return EPS_PLACEMENTS[self.eps_placement]

    @cached_property
    def pull(self) -> Float64:
        """c0: 1 for eps in the variance, s/sigma for eps on the deviation; K/(K - 1) times that by the unbiased one."""
        bessel = self.count / (self.count - 1) if self.convention.unbiased else 1.0
        return bessel * self.placement.pulled(self.sigma, self.scale)

    @cached_property
    def sigma(self) -> Float64:
        return self.result.sigma

    @cached_property
    def inverse(self) -> Float64:
        """1/s."""
        return reciprocal(self.scale)

    @cached_property
    def h(self) -> Float64:
        """dL/dx_hat = gamma g."""
        return self.gamma * self.dy

    @cached_property
    def centred(self) -> Float64:
        """x - mean; x itself where no mean is subtracted."""
        return self.x_hat * self.scale

    @cached_property
    def y(self) -> Float64:
        return self.gamma * self.x_hat + self.beta

    @cached_property
    def mean_h(self) -> Float64:
        """<h>."""
        return self.h.mean(0)  # type: ignore[no-any-return]

    @cached_property
    def mean_h_x_hat(self) -> Float64:
        """<h x_hat>."""
        return (self.h * self.x_hat).mean(0)  # type: ignore[no-any-return]

    @cached_property
    def through_mean(self) -> Float64:
        """<h>, or 0 where there is no path through the mean."""
        return self.mean_h if "mean_path" in self.paths else np.zeros(self.units)

    @cached_property
    def through_variance(self) -> Float64:
        """c0 <h x_hat>, or 0 where there is no path through the variance."""
        return self.pull * self.mean_h_x_hat if "variance_path" in self.paths else np.zeros(self.units)

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The factors that dx has: constants have no path, and what is not subtracted has none."""
        if self.convention.frozen:
            return ("overall",)
        return ("overall", "mean_path", "variance_path") if self.convention.centred else ("overall", "variance_path")

    @cached_property
    def root(self) -> Float64:
        """What 2 is multiplied with in dvar: s under the root, sigma beside it."""
        return self.scale if self.eps_placement == "variance" else self.sigma

    def dsigma_of(self, h: Float64, x_hat: Float64 | None = None) -> Float64:
        """-1/s sum h x_hat, (n,)."""
        return -self.inverse * (h * (self.x_hat if x_hat is None else x_hat)).sum(0)  # type: ignore[no-any-return]

    def dmean_of(self, h: Float64) -> Float64:
        """-1/s sum h, (n,)."""
        return -self.inverse * h.sum(0)  # type: ignore[no-any-return]

    @cached_property
    def truth(self) -> dict[str, Float64]:
        """Every tensor of the correct backward pass; dx and dx_hat (K, n), of the statistics (n,), of parameters flat.

        dx_hat = h = gamma g,  dsigma = dL/ds = -1/s sum h x_hat,  dvar = dsigma / 2s (beside: / 2 sigma),
        dmean = -1/s sum h
        """
        dx, dgamma, dbeta = self.result.gradients(self.as_given(self.dy))
        dsigma = self.dsigma_of(self.h)
        made = {
            "dbeta": dbeta, "dgamma": dgamma, "dx_hat": self.h + np.zeros_like(self.x), "dsigma": dsigma,
            "dvar": dsigma * reciprocal(2 * self.root), "dmean": self.dmean_of(self.h), "dx": self.rows(dx),
        }  # fmt: skip
        return {name: made[name] for name in self.convention.tensors}

    @cached_property
    def layer_norms(self) -> list[Forward]:
        """Layer norm of the same x, each example a feature, in each way of telling what an example is."""
        keywords = {"eps": self.eps, "eps_placement": self.eps_placement, "feature_axis": 0}
        ways = [self.x, self.x.reshape(self.moved[0], -1)] if len(self.moved) > 2 else [self.x]
        return [forward(values, **keywords) for values in ways]  # type: ignore[arg-type]

    @cached_property
    def terms(self) -> dict[str, float]:
        """How large the numbers are that are added up to each tensor: their rounding is relative to these.

        That x - mean rounds at the size of x comes on top: see `rounded`.
        """
        size, h = np.abs(self.dy), np.abs(self.h)
        of_h, of_product = h.sum(0), (h * np.abs(self.x_hat)).sum(0)
        dx = h + np.abs(self.x_hat) * (self.pull * of_product / self.count) * ("variance_path" in self.paths)
        dx = self.inverse * (dx + (of_h / self.count) * ("mean_path" in self.paths))
        dsigma = self.inverse * of_product
        sums = {
            "dbeta": self.of_parameters(size), "dgamma": self.of_parameters(size * np.abs(self.x_hat)), "dx_hat": h,
            "dsigma": dsigma, "dvar": dsigma * reciprocal(2 * self.root), "dmean": self.inverse * of_h, "dx": dx,
        }  # fmt: skip
        return {name: float(sums[name].max()) for name in self.convention.tensors}

    @cached_property
    def longest(self) -> int:
        """Numbers of the longest sum of a backward pass."""
        return max(self.count, self.x.size // int(np.prod(self.seen.parameters)))

    def again(self, x: Float64, gamma: Float64, dy: Float64) -> "Case":
        """The case of other numbers by the same convention: rows, and gamma as it was given."""
        of = self.convention
        how = {"feature_axis": self.axis, "norm": of.norm, "groups": of.groups, "axis": of.axis}
        return self._other(self.as_given(x), self.as_given(dy), gamma, **self._mode, **how)

    def forward(self, x: Float64, gamma: Float64, beta: Float64 | None) -> Float64:
        """y of other numbers by the same convention, all in their own shapes."""
        epsilon: OfEpsilon = {"eps": self.eps, "eps_placement": self.eps_placement}
        running = self.running or (None, None)
        made = passed(x, gamma, beta, self.convention, epsilon=epsilon, feature_axis=self.axis, running=running)
        return made.seen.as_given(made.seen.spread(made.gamma) * made.x_hat + made.seen.spread(made.beta))

    @cached_property
    def mixed(self) -> "Case":
        """The batch as rows of C numbers that lie side by side, whatever they are: x.reshape(-1, C)."""
        x, dy = (self.as_given(rows).reshape(-1, self.channels) for rows in (self.x, self.dy))
        return self._other(x, dy, self.given_gamma, **self._mode)

    @property
    def given_gamma(self) -> Float64:
        """Gamma in its own shape."""
        return self.result.gamma

    @property
    def given_beta(self) -> Float64 | None:
        return self.result.beta if self.convention.centred else None

    @cached_property
    def training(self) -> "Case":
        """The same batch in training, by its own statistics."""
        return self._other(self.as_given(self.x), self.as_given(self.dy), self.given_gamma, feature_axis=self.axis)

    def _other(self, x: Float64, dy: Float64, gamma: Float64, **how: Any) -> "Case":
        """The case of arrays in their own shapes, with the same beta and eps."""
        return case_of(x, gamma, self.given_beta, dy=dy, eps=self.eps, eps_placement=self.eps_placement, **how)

    @property
    def _mode(self) -> dict[str, Any]:
        """By which statistics it normalizes, as `case_of` takes it."""
        mean, var = self.running or (None, None)
        of = self.convention
        return {
            "running_mean": mean, "running_var": var, "mode": of.mode, "forward_variance": of.forward_variance,
        }  # fmt: skip


def case_of(
    x: ArrayLike,
    gamma: ArrayLike | None = None,
    beta: ArrayLike | None = None,
    *,
    dy: ArrayLike,
    eps: float = 1e-5,
    eps_placement: str = "variance",
    feature_axis: int = 1,
    running_mean: ArrayLike | None = None,
    running_var: ArrayLike | None = None,
    norm: str = "batch",
    mode: str = "train",
    forward_variance: str = "biased",
    groups: int | None = None,
    axis: int | None = None,
) -> Case:
    """The case of a batch. Shapes and ranges as in `bncore.forward` and, for another `norm`, `bncore.norms.forward`.

    `dy` as x. In mode "inference" batch norm takes the running statistics, as constants. `forward_variance` "unbiased"
    is a forward pass that means to normalize by the variance divided by K - 1. What has one number a unit may have
    further axes of length 1: (1, n) serves for (n,).

    Raises EmptyBatch for fewer than two numbers that share a statistic, BadParameter for a dy beyond 1e150, and what
    `bncore.forward`, `bncore.norms.forward` and their backward passes raise.
    """
    convention = convention_of(norm, mode, forward_variance, groups, axis)
    array = real_array(x, "x").astype(np.float64)
    if norm == "batch":
        gamma, beta, running_mean, running_var = map(per_unit, (gamma, beta, running_mean, running_var))
    elif running_mean is not None or running_var is not None:
        detail = f"{NORMS[norm].title} keeps no running statistics; leave running_mean and running_var out."
        raise BadParameter(detail, parameter="running_mean")
    epsilon: OfEpsilon = {"eps": eps, "eps_placement": eps_placement}
    running = running_mean, running_var
    try:
        result = passed(array, gamma, beta, convention, epsilon=epsilon, feature_axis=feature_axis, running=running)
    except ShapeMismatch as error:
        raise with_hint(error, array.shape, {"gamma": gamma, "beta": beta}.get(str(error.parameter))) from error
    seen = result.seen
    if seen.lying[0] < 2 and not convention.frozen:
        raise EmptyBatch(f"x has shape {array.shape}: {alone(convention)}", parameter="x")
    return Case(
        convention=convention, x=seen.rows(array), dy=seen.rows(upstream_of(dy, array.shape)),
        gamma=seen.spread(result.gamma), beta=seen.spread(result.beta), eps=float(eps), eps_placement=eps_placement,
        mean=result.mean, var=result.var, scale=result.scale, x_hat=result.x_hat,
        running=running_pair(running_mean, running_var, array.shape[seen.axis]) if norm == "batch" else None,
        result=result,
    )  # fmt: skip
