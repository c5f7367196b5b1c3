"""Which norm a gradient is of, and by which convention: the same code is right by one and wrong by another."""

from dataclasses import dataclass

from bncore.arguments import choice
from bncore.errors import BadParameter
from bncore.exact.careful import MODES
from bncore.norms.table import NORMS

CHECKED = ("batch", "layer", "group", "instance", "rms")
"""The norms whose gradients are checked."""
FORWARD_VARIANCES = ("biased", "unbiased")
"""What the forward pass normalizes by: the variance divided by K, or, by intent, by K - 1 (Bessel)."""


@dataclass(frozen=True)
class Convention:
    """`norm` is one of CHECKED, with its `groups` or first normalized `axis`; `mode` "train" or "inference".

    Layer, group, instance and RMS norm keep no running statistics, and do the same in both modes.
    """

    norm: str = "batch"
    mode: str = "train"
    forward_variance: str = "biased"
    groups: int | None = None
    axis: int | None = None

    @property
    def frozen(self) -> bool:
        """Whether mean and variance are constants: those of inference by running statistics."""
        return self.mode == "inference" and NORMS[self.norm].running

    @property
    def centred(self) -> bool:
        """Whether the mean is subtracted."""
        return NORMS[self.norm].centred

    @property
    def unbiased(self) -> bool:
        return self.forward_variance == "unbiased" and not self.frozen

    @property
    def usual(self) -> bool:
        """Batch norm in training, as the frameworks and the lecture have it."""
        return self.norm == "batch" and not self.frozen and not self.unbiased

    @property
    def tensors(self) -> tuple[str, ...]:
        """The tensors of its backward pass; statistics that are constants, or are not there, have no gradient."""
        names = ("dbeta", "dgamma", "dx_hat", "dsigma", "dvar", "dmean", "dx")
        none = ("dsigma", "dvar", "dmean") if self.frozen else () if self.centred else ("dbeta", "dmean")
        return tuple(name for name in names if name not in none)

    @property
    def words(self) -> str:
        """The convention in a few words; "" for the usual one."""
        what = NORMS[self.norm].title if self.norm != "batch" else ""
        if self.norm == "group":
            what = f"{what}, {self.groups} groups"
        parts = [what, "inference" if self.frozen else "", "variance divided by K − 1" if self.unbiased else ""]
        return ", ".join(part for part in parts if part)


def convention_of(
    norm: str, mode: str, forward_variance: str, groups: int | None = None, axis: int | None = None
) -> Convention:
    """The convention, checked. Raises BadParameter."""
    choice(norm, CHECKED, "norm")
    choice(mode, MODES, "mode")
    choice(forward_variance, FORWARD_VARIANCES, "forward_variance")
    for name, value in (("groups", groups), ("axis", axis)):
        if value is not None and name not in NORMS[norm].settings:
            detail = f"{name} is {value!r}, and {NORMS[norm].title.lower()} has none; leave it out."
            raise BadParameter(detail, parameter=name)
    if forward_variance == "unbiased" and not NORMS[norm].centred:
        detail = "RMS norm divides by the mean square, of which there is no unbiased one; leave forward_variance out."
        raise BadParameter(detail, parameter="forward_variance")
    if forward_variance == "unbiased" and mode == "inference" and NORMS[norm].running:
        detail = "inference takes the running variance as it is; leave forward_variance out."
        raise BadParameter(detail, parameter="forward_variance")
    return Convention(norm, mode, forward_variance, groups, axis)
