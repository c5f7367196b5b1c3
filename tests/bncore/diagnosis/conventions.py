"""The conventions beside batch norm's training: what `probe` takes for each, and a forward pass of its own."""

from dataclasses import replace
from typing import Any

import numpy as np

from bncore.diagnosis import Case, probe

CONVENTIONS: dict[str, dict[str, str]] = {
    "inference": {"mode": "inference"},
    "bessel": {"forward_variance": "unbiased"},
    "layer": {"norm": "layer"},
    "bessel layer": {"norm": "layer", "forward_variance": "unbiased"},
    "group": {"norm": "group"},
    "instance": {"norm": "instance"},
    "rms": {"norm": "rms"},
}


def probed(name: str, axes: int, placement: str, seed: int = 3) -> Case:
    """The probe of a convention; that of instance norm has 4 axes."""
    axes = 4 if name == "instance" else axes
    return probe(seed, axes=axes, eps_placement=placement, **CONVENTIONS[name]).case()  # type: ignore[arg-type]


def given(case: Case, tensor: str, values: np.ndarray | None = None) -> np.ndarray:
    """A tensor of the case, the correct one if no other, in the shape in which it is sent."""
    values = case.truth[tensor] if values is None else values
    rows = tensor in ("dx", "dx_hat")
    return case.as_given(values.reshape(case.x.shape)) if rows else values.reshape(case.expected(tensor))


def loss(case: Case, x: np.ndarray, norm: str = "") -> Any:
    """sum dy y by the convention, or by another norm, written without bncore; of channels on axis 1."""
    of, shape = replace(case.convention, norm=norm or case.convention.norm), x.shape
    wide = (1, -1, *(1,) * (x.ndim - 2))
    seen = x.reshape(shape[0], of.groups, -1) if of.norm == "group" else x
    over = {"batch": (0, *range(2, x.ndim)), "instance": tuple(range(2, x.ndim)), "group": 2}.get(
        of.norm, tuple(range(1, x.ndim))
    )
    mean = 0 if of.norm == "rms" else seen.mean(over, keepdims=True)
    var = ((seen - mean) ** 2).mean(over, keepdims=True)
    if of.forward_variance == "unbiased":
        count = x.size // var.size
        var = var * count / (count - 1)
    if of.mode == "inference":
        mean, var = (values.reshape(wide) for values in case.running)
    s = np.sqrt(var + case.eps) if case.eps_placement == "variance" else np.sqrt(var) + case.eps
    gamma = case.given_gamma if case.convention.norm in ("layer", "rms") else case.given_gamma.reshape(wide)
    return (case.as_given(case.dy) * gamma * ((seen - mean) / s).reshape(shape)).sum()
