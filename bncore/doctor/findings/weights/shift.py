"""Shifts that hold the activation behind a norm in its flat part."""

from collections.abc import Iterator

import numpy as np

from bncore.activations import ACTIVATIONS
from bncore.doctor.findings.finding import Finding
from bncore.doctor.findings.kinds import KINDS
from bncore.doctor.findings.weights.seen import Seen
from bncore.doctor.findings.weights.telling import channels_where, of_channels, told
from bncore.findings.numbers import three

LOOKED_AT = 41  # values of y between the two that nearly no x̂ passes


def shift_saturates(seen: Seen) -> Iterator[Finding]:
    """Channels flat at every y = γ x̂ + β of |x̂| up to the threshold, by the activation behind, or a ReLU."""
    given = None if seen.norm.behind is None else _known(seen.norm.behind)
    if seen.gamma is None or seen.beta is None or (seen.norm.behind is not None and given is None):
        return
    activation, reach = ACTIVATIONS[given or "relu"], KINDS["shift_saturates"].threshold
    usable = seen.sound & ~seen.dead
    size, centre = np.where(usable, np.abs(seen.gamma), 0.0), np.where(usable, seen.beta, 0.0)
    y = centre[:, None] + reach * size[:, None] * np.linspace(-1.0, 1.0, LOOKED_AT)
    flat = usable & activation.saturated(y).all(axis=1)
    if not flat.any():
        return
    channels = channels_where(flat, np.abs(centre))
    beta, gamma = float(centre[channels[0]]), float(seen.gamma[channels[0]])
    perhaps = "" if given else "if a ReLU follows, "
    yield told(
        seen, "shift_saturates", channels, {"beta": beta, "gamma": gamma, "count": len(channels)},
        f"{perhaps}β holds {of_channels(seen, channels)} in the flat part of the {activation.title}, at β = "
        f"{three(beta)} and γ = {three(gamma)}: of 100 inputs at most 1 passes.", None if given else "note",
    )  # fmt: skip


def _known(name: str) -> str | None:
    """The activation of this name, however a framework spells it.

    >>> _known("Relu"), _known("LeakyReLU"), _known("HardSwish")
    ('relu', 'leaky_relu', None)
    """
    plain = {key.replace("_", ""): key for key in ACTIVATIONS}
    return plain.get(name.replace("_", "").lower())
