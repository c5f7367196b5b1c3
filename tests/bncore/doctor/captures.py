"""Captures made by hand: what `bnscope_capture.py` writes, as arrays by name."""

import json
from typing import Any

import numpy as np


def norm_arrays(name: str, batches: list[np.ndarray], eps: float = 1e-5) -> tuple[dict[str, Any], dict[str, Any]]:
    """The manifest's entry and the arrays of a batch norm that saw `batches` (K, C), in float32."""
    channels = batches[0].shape[1]
    entry = {"name": name, "kind": "batch", "eps": eps, "momentum": 0.1, "mode": "train", "axis": 1}
    arrays: dict[str, Any] = {
        f"{name}.weight": np.full(channels, 1.5, np.float32), f"{name}.bias": np.zeros(channels, np.float32),
        f"{name}.running_mean": np.zeros(channels, np.float32), f"{name}.running_var": np.ones(channels, np.float32),
        f"{name}.num_batches_tracked": np.array(7),
    }  # fmt: skip
    for step, x in enumerate(batches):
        arrays |= {
            f"{name}.x.{step}": x.astype(np.float32), f"{name}.dy.{step}": np.ones_like(x, np.float32),
            f"{name}.mean.{step}": x.mean(0), f"{name}.var.{step}": x.var(0),
        }  # fmt: skip
    return entry | {"count": [len(x) for x in batches]}, arrays


def capture_arrays(*norms: tuple[dict[str, Any], dict[str, Any]], steps: int = 2, **told: Any) -> dict[str, Any]:
    """The arrays of a whole capture of `norm_arrays`; `told` goes over what its manifest says."""
    manifest = {"version": 1, "framework": "pytorch", "steps": steps, "norms": [entry for entry, _ in norms]} | told
    arrays = {name: array for _, of_one in norms for name, array in of_one.items()}
    return arrays | {"bnscope_capture": np.array(json.dumps(manifest))}


def small(steps: int = 2) -> tuple[dict[str, Any], dict[str, Any]]:
    """A norm `bn` of three channels that saw batches of five and six."""
    rng = np.random.default_rng(0)
    return norm_arrays("bn", [rng.normal(2, 3, (5 + step, 3)) for step in range(steps)])
