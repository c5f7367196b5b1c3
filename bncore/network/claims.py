"""What is claimed of batch norm in deep networks, each as a measurement of the network at hand."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bncore.network.contrast import Column, Contrast, surveyed
from bncore.network.edits import without_residual
from bncore.network.measures.growth import MANY_EXAMPLES, relu_growth
from bncore.network.measures.survey import Diverged, Survey

ORDERS = 1e3  # "orders of magnitude"
YANG = MANY_EXAMPLES
YANG_WITHIN = 0.05
TAMED = 1.12
ENDS = 2  # blocks at either end that a growth factor leaves out, where more than one is left
ROUNDING = {"float32": 1e-3, "float64": 1e-9}


@dataclass(frozen=True)
class Measured:
    """A claim on one network: the numbers by name, and whether it holds there; None where it cannot be measured.

    `diverged` says of each column where its numbers left their range, if the claim is about that; `missing` why nothing
    can be measured at all: "no_norm", "diverged" or "no_gradient".
    """

    numbers: dict[str, float | None]
    holds: bool | None
    diverged: Mapping[str, Diverged | None] = field(default_factory=dict)
    missing: str = ""


def vanishing(shown: Contrast) -> Measured:
    """The gradient's norm at the first block's product, with the norm and without; claimed: a thousandfold apart."""
    without, with_norm = (_first_gradient(shown.columns.get(name)) for name in ("without", "with"))
    times = with_norm / without if without and with_norm is not None else None
    holds = None if with_norm is None or without is None else (without == 0.0 < with_norm) or (times or 0.0) >= ORDERS
    missing = _missing(shown)
    return Measured(
        {"without": without, "with": with_norm, "times": times}, None if missing else holds, missing=missing
    )


def exploding(shown: Contrast) -> Measured:
    """The block in which activations leave the dtype's range; claimed: there is one without the norm, none with it.

    The input counts as block 0, the read-out with the loss as block depth + 1; None is never. A gradient that leaves
    the range on the way back has its block, too: with the norm the claim then fails, without it does not hold by that.
    """
    with_norm = shown.columns.get("with")
    if with_norm is None:
        return Measured({}, None, missing="no_norm")
    diverged = {name: column.survey.diverged for name, column in shown.columns.items()}
    numbers = {name: _place(at, shown.setup.depth) for name, at in diverged.items()}
    largest = max((m.sd for joint in with_norm.survey.joints if (m := joint.forward).finite), default=None)
    without = diverged["without"]
    return Measured(
        numbers | {"largest_deviation": largest},
        without is not None and without.side == "forward" and diverged["with"] is None,
        diverged,
    )


def scale_invariance(shown: Contrast) -> Measured:
    """Ioffe & Szegedy 2015, section 3.3: BN((aW)u) = BN(Wu), dL/d(aW) = (1/a) dL/dW, <W, dL/dW> = 0, at a > 0, eps 0.

    The first two are measured on the disturbed block; the third on every block's units.
    """
    column, d = shown.columns.get("with"), shown.setup.disturbance
    if column is None or column.survey.diverged:
        return Measured({}, None, missing="diverged" if column else "no_norm")
    vanished = column.vanished
    alive = [weights.alignment for weights in column.survey.weights if weights.block not in vanished]
    if not alive:
        return Measured({}, None, missing="no_gradient")
    alignment = max(alive)
    if d is None or column.disturbed is None or d.factor <= 0.0:
        return Measured({"alignment": alignment}, None)
    moved = next((m.values for m in column.disturbed.moved if m.kind == "norm"), math.nan)
    ratio = column.gradient_ratio(d.block)
    if ratio is None and not column.disturbed.survey.diverged:
        return Measured({}, None, missing="no_gradient")
    product = math.nan if ratio is None else d.factor * ratio
    within = ROUNDING[shown.setup.recipe.dtype]
    holds = moved <= within and abs(product - 1.0) <= within and alignment <= within
    return Measured(
        {"moved": _real(moved), "gradient_times_a": _real(product), "alignment": alignment, "factor": d.factor}, holds
    )


def gradient_growth(shown: Contrast) -> Measured:
    """By what factor the gradient at the products grows a block, from the last towards the first; claimed: 1.211.

    `wide` is the same in the limit of wide layers for as many `examples`, where `bncore.network.growth` knows it;
    `left_out` are the blocks at either end that are not counted.
    """
    growth, missing = _growth(_survey(shown, "with")), _missing(shown)
    holds = None if growth is None or missing else abs(growth - YANG) <= YANG_WITHIN
    return Measured({"growth": growth, **_beside(shown)}, holds, missing=missing)


def residual_tames(shown: Contrast) -> Measured:
    """The same factor through residual connections, and through the same weights without them, "plain";
    "without" is that without the norm.

    Claimed: well below 1.211, here at most 1.12, and below the plain one.
    """
    column, residual = shown.columns.get("with"), shown.setup.recipe.residual
    growth = plain = _growth(_survey(shown, "with"))
    missing = _missing(shown)
    if column and residual:
        plain = _growth(surveyed(shown.setup, without_residual(column.layers)))
    return Measured(
        {
            "growth": growth,
            "residual": float(residual),
            "plain": plain,
            "without": _growth(_survey(shown, "without")),
            **_beside(shown),
        },
        None if growth is None or missing else residual and growth <= TAMED and (plain is None or growth < plain),
        missing=missing,
    )


def gradient_norm(shown: Contrast) -> Measured:
    """After Santurkar et al. 2018, theorem 4.1: the largest disagreement with the identity, the mean share removed."""
    column = shown.columns.get("with")
    if column is None:
        return Measured({}, None, missing="no_norm")
    vanished = column.vanished
    parts = [part for part in column.parts if part.predicted and part.block not in vanished]
    if not parts:
        return Measured({}, None, missing="no_gradient")
    worst = max(part.disagreement for part in parts)
    removed = sum(1.0 - part.kept for part in parts) / len(parts)
    return Measured({"disagreement": _real(worst), "removed": removed}, worst <= ROUNDING[shown.setup.recipe.dtype])


CLAIMS: dict[str, Callable[[Contrast], Measured]] = {
    "vanishing": vanishing, "exploding": exploding, "scale_invariance": scale_invariance,
    "gradient_growth": gradient_growth, "residual_tames": residual_tames, "gradient_norm": gradient_norm,
}  # fmt: skip


def _wide(shown: Contrast) -> float | None:
    """The growth in wide layers, of rows through batch norm and ReLU without residual connections."""
    recipe = shown.setup.recipe
    lawful = recipe.activation == "relu" and recipe.norm_place == "before" and not recipe.residual
    return relu_growth(len(shown.setup.x)) if lawful and shown.setup.x.ndim == 2 else None


def _missing(shown: Contrast) -> str:
    """Why the gradient with the norm tells nothing: there is no norm, or no more than rounding passes it."""
    column = shown.columns.get("with")
    if column is None:
        return "no_norm"
    return "no_gradient" if column.only_rounding_arrives else ""


def _beside(shown: Contrast) -> dict[str, float | None]:
    """What a growth factor must be read beside; `left_out` are the blocks at either end that it leaves out."""
    left_out = float(ENDS if shown.setup.depth > 2 * ENDS + 1 else 0)
    return {"wide": _wide(shown), "examples": float(len(shown.setup.x)), "left_out": left_out}


def _first_gradient(column: Column | None) -> float | None:
    return None if column is None else _real(column.survey.joints[0].backward.norm)


def _survey(shown: Contrast, name: str) -> Survey | None:
    return shown.columns[name].survey if name in shown.columns else None


def _growth(survey: Survey | None) -> float | None:
    """The geometric mean over the blocks, without the two at either end where there are enough."""
    if survey is None:
        return None
    sizes = [joint.backward.norm for joint in survey.at("z").values()]
    inner = sizes[ENDS:-ENDS] if len(sizes) > 2 * ENDS + 1 else sizes  # as `_beside` says
    if len(inner) < 2 or not (inner[-1] > 0.0 and math.isfinite(inner[0]) and math.isfinite(inner[-1])):
        return None
    return float((inner[0] / inner[-1]) ** (1.0 / (len(inner) - 1)))


def _real(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _place(diverged: Diverged | None, depth: int) -> float | None:
    if diverged is None:
        return None
    return float({"input": 0, "readout": depth + 1}[diverged.kind] if diverged.block is None else diverged.block)
