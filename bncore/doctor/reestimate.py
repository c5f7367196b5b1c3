"""Running statistics estimated again from a capture: exact ones, whatever momentum and order made of the old.

The mean and variance of all examples of all steps together, the variance between batches included (Chan, Golub and
LeVeque 1983), which averages of the batches' variances leave out ("precise BN": Wu and Johnson, "Rethinking 'Batch' in
BatchNorm", 2021, section 3.1).
"""

from dataclasses import replace
from typing import Literal

import numpy as np

from bncore.doctor.affine import EPS, affine
from bncore.doctor.capture import Capture, Watched
from bncore.doctor.merge import Merged, merged
from bncore.doctor.model import Model, Norm
from bncore.doctor.repair import Mended, Repair, as_tensor, as_written, repaired
from bncore.errors import CannotMend, VarianceOverflow

Convention = Literal["unbiased", "biased"]
CONVENTIONS: dict[str, Convention] = {"pytorch": "unbiased", "keras": "biased"}
"""Which variance the running one of a framework is, by the name that a capture gives it."""


def estimated(watched: Watched) -> Merged | None:
    """The moments of all steps of a capture together; None of a norm without any."""
    return merged([watched.moments[step] for step in watched.ran]) if watched.moments else None


def reestimated(model: Model, capture: Capture, convention: Convention | None = None, eps: float = EPS) -> Repair:
    """The model with the running statistics that its capture has exactly.

    `convention` is which variance the running one is (default: the framework's, `CONVENTIONS`; biased where there is
    but one example); `eps` as in `affine`. Norms that the capture does not have, and those that keep no running
    statistics, are left as they are.
    """
    convention = convention or CONVENTIONS.get(capture.framework, "unbiased")
    by_name = {watched.norm.name: watched for watched in capture.norms}
    return repaired(model.norms, lambda norm: _mended(model, norm, by_name.get(norm.name), convention, eps))


def _mended(model: Model, norm: Norm, watched: Watched | None, convention: Convention, eps: float) -> Mended:
    now = _now(norm, watched, convention)
    mean, variance = (as_tensor(model, norm.tensors[field], getattr(now, field)) for field in ("mean", "variance"))
    changed = {norm.tensors["mean"]: mean, norm.tensors["variance"]: variance}
    written = as_written(now, changed)
    after = affine(written, eps)
    try:
        before = affine(norm, eps)
    except CannotMend:  # which is what is mended
        return Mended(written, changed)
    assert watched is not None
    change = size = 0.0
    for step in watched.ran:
        y = before.of(watched.x(step))
        change = max(change, float(np.abs(after.of(watched.x(step)) - y).max()))
        size = max(size, float(np.abs(y).max()))
    return Mended(written, changed, change, size)


def _now(norm: Norm, watched: Watched | None, convention: Convention) -> Norm:
    """The norm with the exact statistics of its capture, in float64."""
    if norm.kind != "batch" or not {"mean", "variance"} <= norm.tensors.keys():
        raise CannotMend(f"{norm.name} keeps no running statistics; it is left as it is.", parameter="model")
    try:
        whole = None if watched is None else estimated(watched)
    except VarianceOverflow as error:
        said = "has moments in the capture whose variance together float64 does not hold"
        raise CannotMend(f"{norm.name} {said}; it is left as it is.", parameter="capture") from error
    if whole is None:
        raise CannotMend(f"{norm.name} is not in the capture; it is left as it is.", parameter="capture")
    if len(whole.mean) != norm.channels:
        said = f"{len(whole.mean)} channels in the capture and {norm.channels} in the file"
        raise CannotMend(f"{norm.name} has {said}; it is left as it is.", parameter="capture")
    unbiased = convention == "unbiased" and whole.count > 1
    return replace(norm, mean=whole.mean, variance=whole.unbiased if unbiased else whole.var)
