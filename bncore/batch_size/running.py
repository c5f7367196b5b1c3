"""Running statistics from a cold start, step by step, against the population that they estimate."""

from dataclasses import dataclass

import numpy as np

from bncore.arguments import Float64
from bncore.batch_norm import forward
from bncore.batch_size.population import Moments, Population
from bncore.batch_size.sampling import sums
from bncore.batch_size.theory import expected_mean, finite_factor
from bncore.epsilon import OfEpsilon
from bncore.errors import BadParameter
from bncore.running import RUNNING_VARIANCES, cold_start, updated, weight_of


@dataclass(frozen=True, eq=False)
class Path:
    """One feature's running statistics after 0, 1, … T batches of `size` examples: arrays (T + 1,).

    `var` has a path for each convention, by name: "unbiased" and, always, "biased". `cold` is what is left of the
    start, (1 - momentum)^t. `mean_sd` is the deviation that theory gives the running mean once that is forgotten,

        sd(mean_B) sqrt(momentum / (2 - momentum))        sd(mean_B) / sqrt(T)  for momentum None, all batches alike

    and `var_limit` what each convention settles around: sigma^2 (1 - f^2/K) if biased, times K/(K - 1) if unbiased;
    `short` is f^2/K, by which share the biased one stays below sigma^2. All three are not-a-number where the examples
    of a batch depend on each other.
    """

    size: int
    momentum: float | None
    mean: Float64
    var: dict[str, Float64]
    cold: Float64
    mean_sd: float
    var_limit: dict[str, float]
    short: float

    def mean_sd_after(self, steps: int) -> float:
        """`mean_sd` after so many steps, from 1 on; without a momentum it falls as their root."""
        grown = (len(self.mean) - 1) / steps if self.momentum is None else 1.0
        return self.mean_sd * float(np.sqrt(grown))


@dataclass(frozen=True, eq=False)
class Gap:
    """One batch's normalized values by its own statistics and by the running ones, (K,) each."""

    train: Float64
    inference: Float64

    @property
    def largest(self) -> float:
        """The largest difference."""
        return float(np.abs(self.train - self.inference).max())

    @property
    def typical(self) -> float:
        """The root mean square of the differences."""
        return float(np.sqrt(np.square(self.train - self.inference).mean()))


def running_path(
    population: Population, size: int, steps: int, momentum: float | None, rng: np.random.Generator
) -> Path:
    """The running statistics over `steps` batches of `size` examples of a population with one feature.

    From running mean 0 and variance 1, as frameworks start. With one example there is no unbiased variance: that path
    is left out. A `momentum` of None averages all batches alike. Raises BadParameter for a momentum outside [0, 1], and
    for negative steps.
    """
    first = weight_of(momentum, 0)
    if steps < 0:
        raise BadParameter(f"steps is {steps}; give 0 or more.", parameter="steps")
    drawn = sums(population, [size], steps, rng)
    means, variances = drawn.mean()[0, :, 0] + drawn.centre[0], drawn.var()[0, :, 0]
    conventions = [name for name in RUNNING_VARIANCES if name == "biased" or size > 1]
    paths = {name: _path(means, variances, size, momentum, name) for name in conventions}
    at, total = population.moments, population.total
    known = 1.0 if population.nested else float("nan")
    spread = float(expected_mean(at, [size], total).sd[0, 0]) * known
    short = float(finite_factor([size], total)[0] / size) * known
    biased = float(at.sd[0] ** 2 * (1 - short))
    limits = {name: float(RUNNING_VARIANCES[name](np.array([biased]), size)[0]) for name in conventions}
    return Path(
        size=size,
        momentum=momentum,
        mean=paths["biased"][0],
        var={name: var for name, (_, var) in paths.items()},
        cold=np.power(1.0 - first, np.arange(steps + 1), dtype=np.float64),
        mean_sd=spread * float(np.sqrt(1 / max(steps, 1) if momentum is None else momentum / (2.0 - momentum))),
        var_limit=limits,
        short=short,
    )


def _path(
    means: Float64, variances: Float64, size: int, momentum: float | None, convention: str
) -> tuple[Float64, Float64]:
    running = [cold_start(1)]
    for number, (mean, var) in enumerate(zip(means[:, None], variances[:, None], strict=True)):
        moved = updated(
            running[-1], mean, var, count=size, momentum=momentum, running_variance=convention,
            num_batches_tracked=number,
        )  # fmt: skip
        running.append(moved)
    return np.array([mean[0] for mean, _ in running]), np.array([var[0] for _, var in running])


def gap(x: Float64, mean: float, var: float, *, eps: float = 1e-5, eps_placement: str = "variance") -> Gap:
    """A batch `x` (K,) in both modes: by its own statistics, and by the running `mean` and `var`."""
    layer: OfEpsilon = {"eps": eps, "eps_placement": eps_placement}
    column = x[:, None]
    inference = forward(column, mode="inference", running_mean=[mean], running_var=[var], **layer)
    return Gap(forward(column, **layer).x_hat[:, 0], inference.x_hat[:, 0])


def exactly(x: Float64, at: Moments, *, eps: float = 1e-5, eps_placement: str = "variance") -> Float64:
    """x (K,) normalized by the population's own mean and deviation: what inference would do with perfect statistics."""
    return gap(x, float(at.mean[0]), float(at.sd[0] ** 2), eps=eps, eps_placement=eps_placement).inference
