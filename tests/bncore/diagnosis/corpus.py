"""Two hundred wrong gradients with their labels: students' code of every convention, on batches that are drawn.

A backward pass is text, and a mistake changes one of its lines; nothing here is shared with `bncore`. Channels are on
axis 1. Group norm's code sees its array as (N, groups, rest), and gives dx back in the shape of x.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

CODE = """
mean = x.mean(OVER, keepdims=True)
centred = x - mean
var = (centred ** 2).sum(OVER, keepdims=True) / DIV
sigma = np.sqrt(var)
s = np.sqrt(var + eps) if placement == "variance" else sigma + eps
x_hat = centred / s
y = gamma * x_hat + beta
dx_hat = gamma * g
dgamma = g * x_hat
dbeta = g
ds = -(dx_hat * x_hat).sum(OVER, keepdims=True) / s
dvar = ds * 0.5 / (s if placement == "variance" else sigma)
dmean = -(dx_hat / s).sum(OVER, keepdims=True)
dx = dx_hat / s + dvar * 2 * centred / DIV + dmean / K
"""
FROZEN = """
s = np.sqrt(running_var + eps) if placement == "variance" else np.sqrt(running_var) + eps
x_hat = (x - running_mean) / s
y = gamma * x_hat + beta
dgamma = g * x_hat
dbeta = g
dx = gamma / s * g
"""
RMS = (("x.mean(OVER, keepdims=True)", "0.0"), (" + dmean / K", ""))
"""What RMS norm's code has otherwise."""
Change = tuple[str, str]

PATHS: dict[str, list[Change]] = {
    "variance_path_missing": [(" + dvar * 2 * centred / DIV", "")],
    "variance_path_doubled": [("ds * 0.5", "ds * 1.0")],
    "variance_path_halved": [("dvar * 2", "dvar")],
    "variance_path_not_averaged": [("2 * centred / DIV", "2 * centred")],
    "variance_path_sign": [("ds = -", "ds = ")],
    "gamma_missing": [("gamma * g", "g")],
    "gamma_squared": [("gamma * g", "gamma * gamma * g")],
    "dx_hat_returned": [("dx = ", "dx = dx_hat #")],
    "scale_missing": [("dx = dx_hat / s", "dx = dx_hat")],
    "std_power": [("dx = dx_hat / s", "dx = dx_hat / s ** 2")],
    "sign": [("dx = dx_hat / s", "dvar, dmean = -dvar, -dmean\ndx = -dx_hat / s")],
    "scaled_by_batch_size": [("dx = dx_hat / s", "dvar, dmean = K * dvar, K * dmean\ndx = K * dx_hat / s")],
    "y_instead_of_x_hat": [("(dx_hat * x_hat)", "(dx_hat * y)")],
    "eps_dropped_in_one_place": [("dx = dx_hat / s", "dx = dx_hat / sigma")],
    "dgamma_uses_x": [("dgamma = g * x_hat", "dgamma = g * x")],
}
OF_MEAN: dict[str, list[Change]] = {
    "mean_path_missing": [(" + dmean / K", "")],
    "mean_path_not_averaged": [("dmean / K", "dmean")],
    "mean_path_sign": [("dmean = -", "dmean = ")],
    "statistics_constant": [(" + dvar * 2 * centred / DIV + dmean / K", "")],
    "gamma_missing_in_one_path": [("-(dx_hat / s)", "-(g / s)")],
    "eps_dropped_in_one_place": [("-(dx_hat / s)", "-(dx_hat / sigma)")],
    "x_instead_of_centred": [("2 * centred", "2 * x")],
    "uncentred_in_dmean": [
        ("-(dx_hat / s).sum(OVER, keepdims=True)",
         "-(dx_hat / s).sum(OVER, keepdims=True) + dvar * (-2 * x).sum(OVER, keepdims=True) / DIV"),
    ],
    "dgamma_uses_centred": [("dgamma = g * x_hat", "dgamma = g * centred")],
    "dgamma_uses_x_over_s": [("dgamma = g * x_hat", "dgamma = g * x / s")],
    "sign+gamma_missing": [
        ("gamma * g", "g"), ("dx = dx_hat / s", "dvar, dmean = -dvar, -dmean\ndx = -dx_hat / s"),
    ],
}  # fmt: skip
BIASED: dict[str, list[Change]] = {
    "unbiased_in_backward": [("2 * centred / DIV", "2 * centred / (K - 1)")],
    "unbiased_in_forward": [
        ("(centred ** 2).sum(OVER, keepdims=True) / DIV", "(centred ** 2).sum(OVER, keepdims=True) / (K - 1)"),
        ("2 * centred / DIV", "2 * centred / (K - 1)"),
    ],
    "unbiased_scale_in_backward": [("dx = dx_hat / s", "s = S_UNBIASED\ndx = dx_hat / s")],
}  # fmt: skip
INFERENCE: dict[str, list[Change]] = {
    "gamma_missing": [("gamma / s", "1 / s")],
    "gamma_squared": [("gamma / s", "gamma * gamma / s")],
    "sign": [("gamma / s", "-gamma / s")],
    "scale_missing": [("gamma / s", "gamma")],
    "eps_dropped": [("gamma / s", "gamma / np.sqrt(running_var)")],
    "fresh_running_statistics": [("dx = gamma / s", "dx = gamma / S_FRESH"), ("g * x_hat", "g * x / S_FRESH")],
    "statistics_move": [("* g\n", "* (g - g.mean(OVER, keepdims=True))\n")],
    "dgamma_uses_x": [("dgamma = g * x_hat", "dgamma = g * x")],
    "divided_by_batch_size": [("gamma / s", "gamma / s / K")],
}
S_FRESH = '(np.sqrt(1 + eps) if placement == "variance" else 1 + eps)'
S_UNBIASED = '(np.sqrt(var * K / (K - 1) + eps) if placement == "variance" else np.sqrt(var * K / (K - 1)) + eps)'
KINDS: dict[str, tuple[dict[str, str], dict[str, list[Change]]]] = {
    "batch": ({}, PATHS | OF_MEAN | BIASED),
    "inference": ({"mode": "inference"}, INFERENCE),
    "bessel": ({"forward_variance": "unbiased"}, PATHS | OF_MEAN),
    "layer": ({"norm": "layer"}, PATHS | OF_MEAN | BIASED),
    "group": ({"norm": "group"}, PATHS | OF_MEAN | BIASED),
    "instance": ({"norm": "instance"}, PATHS | OF_MEAN | BIASED),
    "rms": ({"norm": "rms"}, PATHS),
}
SHAPES = {
    "batch": [(9, 3), (16, 5), (32, 2), (4, 3, 5), (3, 4, 3, 2)], "layer": [(5, 9), (3, 12), (2, 5, 4), (2, 3, 3, 2)],
    "group": [(3, 12), (4, 16), (2, 4, 5), (3, 4, 3, 2)], "instance": [(2, 3, 9), (3, 4, 3, 3), (2, 2, 5, 4)],
}  # fmt: skip
GROUPS = 2
OF_EPSILON = ("eps_dropped", "eps_dropped_in_one_place", "unbiased_scale_in_backward")
"""Mistakes that only an epsilon that counts can show, or tell from another."""


@dataclass(frozen=True, eq=False)
class Wrong:
    """`batch` is what `case_of` takes; `label` the id of the mistake in `tensor`, `answer` with it, `right` without."""

    batch: dict[str, Any]
    label: str
    tensor: str
    answer: np.ndarray
    right: dict[str, np.ndarray]


def corpus(seed: int = 0) -> Iterator[Wrong]:
    """All mistakes of all conventions, over and over, on other batches each time."""
    rng = np.random.default_rng(seed)
    every = [(kind, label) for kind, (_, changes) in KINDS.items() for label in changes]
    while True:
        for index in rng.permutation(len(every)):
            yield _drawn(rng, *every[index])


def _drawn(rng: np.random.Generator, kind: str, label: str) -> Wrong:
    convention, changes = KINDS[kind]
    norm = convention.get("norm", "batch")
    shapes = SHAPES["layer" if norm == "rms" else norm]
    shape = shapes[rng.integers(len(shapes))]
    eps = rng.choice([0.3, 1.0] if label in OF_EPSILON else [1e-5, 1e-3, 0.3, 1.0])
    batch = _batch(rng, norm, shape, float(eps), str(rng.choice(["variance", "deviation"]))) | convention
    right, wrong = _computed(batch, []), _computed(batch, changes[label])
    tensor = "dgamma" if label.startswith("dgamma") else "dx"
    return Wrong(batch, label, tensor, wrong[tensor], right)


def _batch(rng: np.random.Generator, norm: str, shape: tuple[int, ...], eps: float, placement: str) -> dict[str, Any]:
    own = shape[1:] if norm in ("layer", "rms") else shape[1:2]
    x = rng.standard_normal(shape) * rng.uniform(1.2, 2.5) + rng.uniform(0.6, 2) * rng.choice([-1, 1])
    gamma = rng.uniform(1.2, 2.5, own) * rng.choice([-1, 1], own)
    made = {
        "x": x, "gamma": gamma, "dy": rng.standard_normal(shape) + rng.uniform(0.3, 1) + 0.3 * x, "eps": eps,
        "eps_placement": placement,
    }  # fmt: skip
    made |= {"beta": rng.uniform(0.4, 1.5, own)} if norm != "rms" else {}
    made |= {"groups": GROUPS} if norm == "group" else {}
    running = {"running_mean": rng.uniform(0.3, 2, own), "running_var": rng.uniform(2, 9, own)}
    return made | (running if norm == "batch" else {})


def _computed(batch: dict[str, Any], changes: list[Change]) -> dict[str, np.ndarray]:
    """What the code leaves, with the changes of its lines."""
    norm, shape = batch.get("norm", "batch"), batch["x"].shape
    frozen = batch.get("mode") == "inference"
    code = FROZEN if frozen else CODE
    for old, new in (*(RMS if norm == "rms" else ()), *changes):
        assert old in code, old
        code = code.replace(old, new)
    wide = (1, -1, *(1,) * (len(shape) - 2))
    given = {
        name: value if norm in ("layer", "rms") else np.reshape(value, wide)
        for name, value in batch.items()
        if name in ("gamma", "beta", "running_mean", "running_var")
    }
    seen = (shape[0], GROUPS, -1) if norm == "group" else shape
    arrays = {name: np.broadcast_to(value, shape).reshape(seen) for name, value in given.items()}
    over = {"batch": (0, *range(2, len(shape))), "instance": tuple(range(2, len(shape))), "group": (2,)}.get(
        norm, tuple(range(1, len(shape)))
    )
    count = int(np.prod([arrays["gamma"].shape[axis] for axis in over]))
    unbiased = batch.get("forward_variance") == "unbiased"
    known = {
        "np": np, "x": batch["x"].reshape(seen), "g": batch["dy"].reshape(seen), "beta": 0.0, "K": count,
        "eps": batch["eps"], "placement": batch["eps_placement"], "OVER": over, "DIV": count - unbiased, **arrays,
    }  # fmt: skip
    exec(code.replace("S_FRESH", S_FRESH).replace("S_UNBIASED", S_UNBIASED), known)
    shared = (0,) if norm in ("layer", "rms") else (0, *range(2, len(shape)))
    sums = {name: known[name].reshape(shape).sum(shared) for name in ("dgamma", "dbeta")}
    return {"dx": known["dx"].reshape(shape)} | sums
