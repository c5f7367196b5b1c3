"""The norms on small arrays of every number of axes, and what they are held against, written from their definitions."""

from typing import Any

import numpy as np

from bncore.norms import NORMS

SHAPES = [(4, 6), (4, 6, 3), (4, 6, 2, 3)]
SETTINGS: dict[str, dict[str, Any]] = {"group": {"groups": 3}, "ghost": {"ghost_size": 2}}
PLACEMENTS = ("variance", "deviation")


def running(channels: int) -> dict[str, Any]:
    """Running statistics near those of a standard normal batch, and limits that clip nothing."""
    rng = np.random.default_rng(9)
    mean, var = rng.normal(0, 0.1, channels), rng.uniform(0.8, 1.2, channels)
    return {"running_mean": mean, "running_var": var, "r_max": 1e3, "d_max": 1e3}


def settings(norm: str, shape: tuple[int, ...]) -> dict[str, Any]:
    """What the norm needs beside the array."""
    return SETTINGS.get(norm, {}) | (running(shape[1]) if norm == "renorm" else {})


def drawn(norm: str, shape: tuple[int, ...], seed: int = 0) -> tuple[np.ndarray, ...]:
    """x, dy, gamma and beta (None where there is none), in float64."""
    rng = np.random.default_rng(seed)
    x, dy = rng.normal(0, 1, (2, *shape))
    of = (shape[1],) if NORMS[norm].per_channel else shape[1:]
    gamma, beta = rng.normal(1, 0.5, (2, *of))
    return x, dy, gamma, beta if "beta" in NORMS[norm].learned else None


def sets_of_cells(norm: str, shape: tuple[int, ...]) -> list[list[tuple[int, ...]]]:
    """Which cells share a statistic, told cell by cell from the words of the papers."""
    channels = shape[1]
    key = {
        "batch": lambda _, c: c, "renorm": lambda _, c: c, "layer": lambda n, _: n, "rms": lambda n, _: n,
        "instance": lambda n, c: (n, c), "group": lambda n, c: (n, c // (channels // 3)),
        "ghost": lambda n, c: (n // 2, c),
    }[norm]  # fmt: skip
    sets: dict[Any, list[tuple[int, ...]]] = {}
    for cell in np.ndindex(*shape):
        sets.setdefault(key(cell[0], cell[1]), []).append(cell)
    return list(sets.values())


def defined(norm: str, x: np.ndarray, *, eps: float, placement: str, stats: dict[str, Any]) -> np.ndarray:
    """x_hat in longdouble, one set of cells after the other."""
    x_hat = np.empty(x.shape, np.longdouble)
    for cells in sets_of_cells(norm, x.shape):
        values = np.array([x[cell] for cell in cells], np.longdouble)
        middle, centred = np.longdouble(0), values
        if norm != "rms":
            middle = values.mean()
            centred = (values - middle) - (values - middle).mean()
        scale = denominator(np.square(centred).mean(), eps, placement)
        r, d = np.longdouble(1), np.longdouble(0)
        if norm == "renorm":
            channel = cells[0][1]
            of_running = denominator(np.longdouble(stats["running_var"][channel]), eps, placement)
            r, d = scale / of_running, (middle - stats["running_mean"][channel]) / of_running
        for cell, value in zip(cells, centred, strict=True):
            x_hat[cell] = value / scale * r + d
    return x_hat


def denominator(var: np.longdouble, eps: float, placement: str) -> np.longdouble:
    return np.sqrt(var + np.longdouble(eps)) if placement == "variance" else np.sqrt(var) + np.longdouble(eps)


def over_axes(values: np.ndarray, norm: str, shape: tuple[int, ...]) -> np.ndarray:
    """gamma or beta as it broadcasts."""
    return values.reshape(-1, *(1,) * (len(shape) - 2)) if NORMS[norm].per_channel else values
