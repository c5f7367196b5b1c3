"""What is given beside the array: a norm's settings, gamma and beta, running statistics."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bncore.arguments import Float64, not_finite, real_array
from bncore.errors import BadParameter, ShapeMismatch
from bncore.norms.arrangement import Arrangement
from bncore.norms.batches.running_average import averaged
from bncore.norms.core import Standardized
from bncore.norms.table import NORMS, SETTINGS, whole
from bncore.running import running_pair

Running = tuple[Float64, Float64]


def settings_of(norm: str, given: Mapping[str, Any], axes: int, mode: str) -> dict[str, Any]:
    """The settings that a norm takes, those left out (None) at their defaults; in inference those that it heeds.

    Raises BadParameter for one that it does not take, that is missing, and for an axis that is not there.
    """
    row = NORMS[norm]
    for name, value in given.items():
        if value is not None and name not in row.settings:
            takers = " and ".join(other.title.lower() for other in NORMS.values() if name in other.settings)
            detail = f"{name} is {value!r}, and the norm is {row.title.lower()}; give {name} to {takers} only."
            raise BadParameter(detail, parameter=name)
    heeded = [name for name in row.settings if mode == "train" or SETTINGS[name].inference]
    return {name: _setting(norm, name, given.get(name), axes) for name in heeded}


def _setting(norm: str, name: str, value: Any, axes: int) -> Any:
    if value is None:
        value = min(1, axes - 1) if name == "axis" else SETTINGS[name].default
    if value is None:
        detail = f"{name} is missing; {NORMS[norm].title.lower()} needs it: {SETTINGS[name].help}"
        raise BadParameter(detail, parameter=name)
    return _axis(value, axes) if name == "axis" else value


def _axis(axis: Any, axes: int) -> int:
    if whole(axis) and -axes <= axis < axes:
        return int(axis) % axes
    detail = f"axis is {axis!r}, and x has {axes} axes; give the first axis to normalize, 0 to {axes - 1}."
    raise BadParameter(detail, parameter="axis")


def channel_axis(norm: str, feature_axis: int | None, axes: int) -> int:
    """The axis of x that the channels are on, counted from the front. Raises BadParameter."""
    if feature_axis is None:
        return 1
    if not NORMS[norm].per_channel and feature_axis != 1:
        detail = f"{NORMS[norm].title} takes all axes from axis on, whichever holds the channels; leave it out."
        raise BadParameter(f"feature_axis is {feature_axis!r}. {detail}", parameter="feature_axis")
    if whole(feature_axis) and -axes <= feature_axis < axes:
        return int(feature_axis) % axes
    detail = f"feature_axis is {feature_axis!r}, and x has {axes} axes; give the axis of the channels, 0 to {axes - 1}."
    raise BadParameter(detail, parameter="feature_axis")


def learned(
    norm: str, gamma: ArrayLike | None, beta: ArrayLike | None, shape: tuple[int, ...]
) -> tuple[Float64, Float64 | None]:
    """gamma and beta in float64, `shape` each; beta is None for a norm that has none.

    Raises ShapeMismatch, BadDtype, NonFiniteInput, and BadParameter for a beta that is given in vain.
    """
    scale = _parameter(gamma, shape, "gamma", 1.0)
    if "beta" in NORMS[norm].learned:
        return scale, _parameter(beta, shape, "beta", 0.0)
    if beta is not None:
        detail = f"{NORMS[norm].title} learns no beta; leave beta out."
        raise BadParameter(detail, parameter="beta")
    return scale, None


def _parameter(values: ArrayLike | None, shape: tuple[int, ...], name: str, default: float) -> Float64:
    if values is None:
        return np.full(shape, default)
    array = np.array(real_array(values, name), dtype=np.float64)
    if array.shape != shape:
        raise ShapeMismatch(f"{name} has shape {array.shape}; give it the shape {shape}.", parameter=name)
    if not np.isfinite(array).all():
        raise not_finite(array, name)
    return array


def expanded(values: Float64, norm: str, axes: int) -> Float64:
    """gamma or beta in the shape that broadcasts against an array of so many axes."""
    return values.reshape(-1, *(1,) * (axes - 2)) if NORMS[norm].per_channel else values


def running_of(
    norm: str, running_mean: ArrayLike | None, running_var: ArrayLike | None, channels: int, mode: str
) -> Running | None:
    """The running statistics that a norm starts from, None if none are given.

    Raises what `bncore.running.running_pair` does, and BadParameter where they are given to a norm that keeps none, or
    not given to a norm that is corrected towards them or to inference by them.
    """
    given = running_pair(running_mean, running_var, channels)
    row = NORMS[norm]
    if given is not None and not row.running:
        detail = f"{row.title} keeps no running statistics; leave running_mean and running_var out."
        raise BadParameter(detail, parameter="running_mean")
    if given is None and row.corrected:
        detail = f"{row.title} corrects towards running statistics; give running_mean and running_var."
        raise BadParameter(detail, parameter="running_mean")
    if given is None and row.running and mode == "inference":
        detail = "mode 'inference' normalizes by running statistics; give running_mean and running_var."
        raise BadParameter(detail, parameter="running_mean")
    return given


def moved(
    running: Running | None, standardized: Standardized, arrangement: Arrangement, rule: Mapping[str, Any]
) -> Running | None:
    """The running statistics after the batch, or after each ghost batch in turn; `rule` is the rest of `averaged`."""
    if running is None:
        return None
    channels, tracked = len(running[0]), rule["num_batches_tracked"]
    means, variances = standardized.mean.reshape(-1, channels), standardized.var.reshape(-1, channels)
    for number, (mean, var) in enumerate(zip(means, variances, strict=True)):
        averaging = {"eps": standardized.eps, "eps_placement": standardized.eps_placement, **rule}
        averaging["num_batches_tracked"] = tracked + number
        running = averaged(running, mean, var, count=arrangement.count, **averaging)
    return running
