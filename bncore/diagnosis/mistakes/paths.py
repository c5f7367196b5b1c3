"""Mistakes in dx that keep the units apart: each is a triple (p, a, c), or a few ways of writing it.

    dx = (p/s) [ h - a <h> - c c0 x_hat <h x_hat> ]          h = gamma g

p is the overall factor, a the factor of the path through the mean, c of the path through the variance; each is a number
or one a unit. The correct gradient is (1, 1, 1).
"""

from collections.abc import Callable, Iterator

import numpy as np

from bncore.arguments import Float64
from bncore.diagnosis.given.case import Case
from bncore.diagnosis.mistakes.made.further import FURTHER, bracket
from bncore.diagnosis.mistakes.made.modes import MODES
from bncore.diagnosis.mistakes.made.other_norms import OF_NORMS
from bncore.epsilon import EPS_PLACEMENTS, reciprocal

FACTORS = ("overall", "mean_path", "variance_path")
Factor = float | Float64
Triple = tuple[Factor, Factor, Factor]


def of_triple(case: Case, overall: Factor, mean_path: Factor, variance_path: Factor) -> Float64:
    """The dx with these factors, rows (K, n)."""
    through_variance = (variance_path * case.through_variance) * case.x_hat
    return (overall * case.inverse) * (case.h - mean_path * case.through_mean - through_variance)


def of_triples(case: Case, triples: list[Triple]) -> Float64:
    """The dx of each triple, (M, K, n), in one pass over the numbers."""
    factors = np.empty((3, len(triples), case.units))
    for index, triple in enumerate(triples):
        factors[0, index], factors[1, index], factors[2, index] = triple
    overall, mean_path, variance_path = factors[:, :, np.newaxis]
    dx: Float64 = (variance_path * case.through_variance) * case.x_hat
    dx += mean_path * case.through_mean
    np.subtract(case.h, dx, out=dx)
    dx *= overall * case.inverse
    return dx


def gradient_with(case: Case, scale: Float64, pull: Factor, x_hat: Float64) -> Float64:
    """(1/scale) [ h - <h> - pull x_hat <h x_hat> ], of the paths that there are: that of another convention."""
    through = pull * (case.h * x_hat).mean(0) if "variance_path" in case.paths else 0.0
    dx: Float64 = reciprocal(scale) * (case.h - case.through_mean - through * x_hat)
    return dx


def fits(case: Case, triple: Triple) -> bool:
    """Whether a triple changes only paths that there are."""
    named = zip(FACTORS, triple, strict=True)
    return all(name in case.paths or bool(np.all(np.asarray(factor) == 1)) for name, factor in named)


def batch_sizes(case: Case) -> tuple[int, ...]:
    """What "the batch size" may be: K, or N alone where that is another (images: K = N H W); but not 1."""
    return tuple(size for size in dict.fromkeys((case.count, case.moved[0])) if size > 1)


TRIPLES: dict[str, Callable[[Case], list[Triple]]] = {
    "variance_path_missing": lambda _: [(1, 1, 0)],
    "mean_path_missing": lambda _: [(1, 0, 1)],
    "statistics_constant": lambda _: [(1, 0, 0)],
    "mean_path_not_averaged": lambda case: [(1, case.count, 1)],
    "variance_path_not_averaged": lambda case: [(1, 1, case.divisor)],
    "paths_not_averaged": lambda case: [(1, case.count, case.divisor)],
    "scaled_by_batch_size": lambda case: [(size, 1, 1) for size in batch_sizes(case)],
    "divided_by_batch_size": lambda case: [(1 / size, 1, 1) for size in batch_sizes(case)],
    "mean_path_sign": lambda _: [(1, -1, 1)],
    "variance_path_sign": lambda _: [(1, 1, -1)],
    "sign": lambda _: [(-1, 1, 1)],
    "variance_path_doubled": lambda _: [(1, 1, 2)],
    "variance_path_halved": lambda _: [(1, 1, 0.5)],
    "unbiased_in_backward": lambda case: _unbiased_in_backward(case),
    "biased_in_backward": lambda case: [(1, 1, 1 - 1 / case.count)] if case.convention.unbiased else [],
    "eps_dropped_in_one_place": lambda case: _eps_in_one_place(case),
    "gamma_squared": lambda case: [(case.gamma, 1, 1)] if case.gamma.ndim == 1 else [],
    "sigma_derivative_uses_s": lambda case: _sigma_of_s(case),
    "std_power": lambda case: _std_power(case),
    "scale_missing": lambda case: _in_front(case.scale),
    "channel_count": lambda case: _channel_count(case),
}


def _unbiased_in_backward(case: Case) -> list[Triple]:
    biased = case.convention.centred and not case.convention.unbiased and case.count > 1
    return [(1, 1, case.count / (case.count - 1))] if biased else []


def unbiased_scale(case: Case) -> list[Triple]:
    """s of ddof=1 in front of everything, of some paths, or throughout; or the root of (K - 1)/K itself."""
    if case.convention.unbiased or "mean_path" not in case.paths or case.count < 2:
        return []
    var, scale, _ = other_variance(case)
    ratio = case.scale * reciprocal(scale)
    pull = case.placement.pull(var, scale) * reciprocal(np.asarray(case.pull, float))
    root = float(np.sqrt(1 - 1 / case.count))
    beside: list[Triple] = [(ratio, 1, ratio)] if case.eps_placement == "deviation" else []
    return [*_in_front(ratio), (ratio, 1, ratio**2 * pull), *beside, (root, 1, 1), (root, 1, root**2)]


def _eps_in_one_place(case: Case) -> list[Triple]:
    """sigma for s in the direct path alone, in the path through the mean, in two or three s of the other path.

    That one alone and both in front, which `eps_dropped` has, are left out.
    """
    ratio = case.scale * reciprocal(case.sigma)
    back = case.sigma * case.inverse
    powers: list[Triple] = [(1, 1, ratio**2), (1, 1, ratio**3)]
    powers += [(1, 1, ratio)] if case.eps_placement == "deviation" else []
    return [(ratio, back, back), (1, ratio, 1), (ratio, 1, back), *powers]


def _sigma_of_s(case: Case) -> list[Triple]:
    """dsigma/dx = (x - mean)/(K s) for (x - mean)/(K sigma); with eps under the root there is no such sigma."""
    return [(1, 1, case.sigma * case.inverse)] if case.eps_placement == "deviation" else []


def _in_front(factor: Float64) -> list[Triple]:
    """A factor of everything (p), of the direct and mean paths (pc = 1), of the direct path alone (pa = pc = 1)."""
    without = reciprocal(factor)
    return [(factor, 1, 1), (factor, 1, without), (factor, without, without)]


def _std_power(case: Case) -> list[Triple]:
    """s^-2 and s^-1 for s^-3 in dvar (beside the deviation s^-1 and s^-3 for s^-2); 1/s^2 or 1/var for 1/s in front."""
    s, inverse, variance = case.scale, case.inverse, case.scale * reciprocal(case.var)
    dvar: list[Triple] = [(1, 1, s), (1, 1, s * s if case.eps_placement == "variance" else inverse)]
    return dvar + _in_front(inverse) + _in_front(variance)


def running_triples(case: Case) -> list[Triple]:
    """1/s of the running variance: in front of everything, of some paths, or as in inference.

    Or throughout the backward pass, with x less the batch's own mean: with r = s/s_running, p = r, and c = r^2 for the
    two s in x_hat. That is with c0 = s/sigma beside the deviation; with s_running/sigma it is r, with
    s_running/sigma_running it is r sigma/sigma_running.
    """
    if case.running is None or case.convention.frozen:
        return []
    running = case.running[1]
    ratio = case.scale * reciprocal(case.placement.scale(running, case.eps))
    throughout: list[Triple] = [(ratio, 1, ratio**2)]
    if case.eps_placement == "deviation":
        throughout += [(ratio, 1, ratio), (ratio, 1, ratio * case.sigma * reciprocal(np.sqrt(running)))]
    return [*_in_front(ratio), (ratio, 0, 0), *throughout]


def _channel_count(case: Case) -> list[Triple]:
    """Sums over N, H and W divided by N: in both paths, or in one of them."""
    positions = case.count // case.moved[0]
    of_images = len(case.moved) > 2 and case.convention.norm == "batch"
    return [(1, positions, positions), (1, positions, 1), (1, 1, positions)] if of_images else []


def unbiased_in_forward(case: Case) -> Iterator[Float64]:
    """The exact gradient of a forward pass that divides the variance by K - 1, where it means to divide by K."""
    if not case.convention.unbiased:
        yield from _of_other_variance(case)


def biased_in_forward(case: Case) -> Iterator[Float64]:
    """That of one that divides by K, where it means to divide by K - 1."""
    if case.convention.unbiased:
        yield from _of_other_variance(case)


def _of_other_variance(case: Case) -> Iterator[Float64]:
    if "mean_path" in case.paths:
        _, scale, pull = other_variance(case)
        yield gradient_with(case, scale, pull, case.centred * reciprocal(scale))


def other_variance(case: Case) -> tuple[Float64, Float64, Float64]:
    """The variance of the other divisor, its s and its c0."""
    factor = case.count / (case.count - 1)
    var = case.var / factor if case.convention.unbiased else case.var * factor
    scale = case.placement.scale(var, case.eps)
    return var, scale, case.placement.pull(var, scale) * (1.0 if case.convention.unbiased else factor)


def eps_dropped(case: Case) -> Iterator[Float64]:
    """sigma for s everywhere (the lecture's printed formula); in 1/s alone; in the derivative of the root alone."""
    bessel = case.pull * reciprocal(case.placement.pulled(case.sigma, case.scale))
    yield gradient_with(case, case.sigma, bessel, case.centred * reciprocal(case.sigma))
    if case.convention.frozen:
        return
    yield gradient_with(case, case.sigma, case.pull, case.x_hat)
    if case.eps_placement == "variance":
        yield of_triple(case, 1, 1, case.scale * reciprocal(case.sigma))


def eps_placement(case: Case) -> Iterator[Float64]:
    """The exact gradient of the other convention."""
    other = next(placed for name, placed in EPS_PLACEMENTS.items() if name != case.eps_placement)
    scale = other.scale(case.var, case.eps)
    bessel = case.pull * reciprocal(case.placement.pulled(case.sigma, case.scale))
    yield gradient_with(case, scale, bessel * other.pull(case.var, scale), case.centred * reciprocal(scale))


def gamma_missing(case: Case) -> Iterator[Float64]:
    """g for h everywhere."""
    yield bracket(case, case.dy, case.dy, case.dy)


def gamma_squared(case: Case) -> Iterator[Float64]:
    """gamma h for h everywhere."""
    twice = case.gamma * case.h
    yield bracket(case, twice, twice, twice)


def gamma_direct_only(case: Case) -> Iterator[Float64]:
    """g for h in the sums: dy where dx_hat belongs."""
    if len(case.paths) > 1:
        yield bracket(case, case.h, case.dy, case.dy)


def _instead_of_x_hat(case: Case, other: Float64) -> Iterator[Float64]:
    """`other` for x_hat in the path through the variance: behind the sum, in it, in both."""
    if "variance_path" not in case.paths:
        return
    direct, inner = case.h - case.through_mean, (case.h * other).mean(0)
    pairs = ((other, case.mean_h_x_hat), (case.x_hat, inner), (other, inner))
    for outside, inside in pairs:
        yield case.inverse * (direct - (case.pull * inside) * outside)


def y_instead_of_x_hat(case: Case) -> Iterator[Float64]:
    yield from _instead_of_x_hat(case, case.y)


def x_instead_of_centred(case: Case) -> Iterator[Float64]:
    if case.convention.centred:
        yield from _instead_of_x_hat(case, case.x * case.inverse)


def running_x_hat(case: Case) -> Iterator[Float64]:
    """The triples of `running_statistics`, and the formula with the running mean in x_hat too."""
    for triple in running_triples(case):
        yield of_triple(case, *triple)
    if case.running is not None and not case.convention.frozen:
        mean, var = case.running
        scale = case.placement.scale(var, case.eps)
        yield gradient_with(case, scale, case.placement.pull(var, scale), (case.x - mean) * reciprocal(scale))


DX: dict[str, Callable[[Case], Iterator[Float64]]] = (
    {
        "unbiased_in_forward": unbiased_in_forward,
        "unbiased_scale_in_backward": lambda case: (of_triple(case, *triple) for triple in unbiased_scale(case)),
        "biased_in_forward": biased_in_forward,
        "eps_dropped": eps_dropped,
        "eps_placement": eps_placement,
        "gamma_missing": gamma_missing,
        "gamma_squared": lambda case: iter(()) if case.gamma.ndim == 1 else gamma_squared(case),
        "gamma_direct_only": gamma_direct_only,
        "y_instead_of_x_hat": y_instead_of_x_hat,
        "x_instead_of_centred": x_instead_of_centred,
        "running_statistics": running_x_hat,
    }
    | FURTHER
    | MODES
    | OF_NORMS
)


def dx_candidates(case: Case) -> Iterator[tuple[str, Float64]]:
    """The id and the dx of each mistake here, one for each way of writing it."""
    triples = [(name, triple) for name, made in TRIPLES.items() for triple in made(case) if fits(case, triple)]
    yield from zip((name for name, _ in triples), of_triples(case, [triple for _, triple in triples]), strict=True)
    for name, build in DX.items():
        yield from ((name, dx) for dx in build(case))
