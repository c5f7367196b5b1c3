"""The playground's conservation laws with their numbers, each for the feature that keeps it worst."""

import math

import numpy as np
from numpy.typing import NDArray

from app.figures.numbers import STEPS, apart, beside, is_rounding, three
from app.views.playground.figures import Selection
from app.views.playground.words.headline import unit_of
from bncore.playground.chain import Playground

NEXT_TO_NOTHING = 1e-3
NOTABLE = 0.05  # the share that epsilon leaves of a gradient along x_hat, from which on epsilon is not small

SHIFTED = "shifting every example alike changes nothing."


def laws(result: Playground, selection: Selection) -> list[dict[str, str]]:
    """A title and a sentence for each law; in inference that there is none."""
    dx, x_hat = selection.symbol("dx"), selection.symbol("x_hat")
    titles = {"sum": f"Σ {dx} over the batch", "overlap": f"Σ {dx}·{x_hat} over the batch"}
    if result.conservation.expected_sum_dx_x_hat is None:
        text = "No law in inference: the statistics are constants, and the gradient passes straight through."
        return [{"title": title, "text": text} for title in titles.values()]
    return [
        {"title": f"{titles['sum']} = 0", "text": _of_shifting(result, selection)},
        {
            "title": f"{titles['overlap']} → 0 as {selection.symbol('eps')} → 0",
            "text": _of_stretching(result, selection),
        },
    ]


def _gone_features(result: Playground) -> NDArray[np.bool_]:
    """The features whose dx is rounding beside the paths that it is the sum of (D,)."""
    kept = result.conservation
    return np.asarray(kept.scale <= STEPS * unit_of(result) * kept.terms)


def _gone(result: Playground, selection: Selection) -> str:
    """That nothing of dx is left in any feature."""
    dx, kept = selection.symbol("dx"), result.conservation
    if not kept.scale.any():
        return f"every {dx} is 0"
    return f"every {dx} is 0 up to rounding, of paths with Σ |{dx}| up to {three(float(kept.terms.max()))} that cancel"


def _of_shifting(result: Playground, selection: Selection) -> str:
    kept, dx, gone = result.conservation, selection.symbol("dx"), _gone_features(result)
    if gone.all():
        return f"{_gone(result, selection)}. {SHIFTED.capitalize()}"
    worst = int(np.argmax(np.where(gone, -1.0, np.abs(kept.sum_dx))))
    measured = float(kept.sum_dx[worst])
    if is_rounding(measured, float(kept.terms[worst]), unit_of(result)):
        return f"0 up to rounding, where Σ |{dx}| is up to {three(float(kept.scale.max()))}: {SHIFTED}"
    whole = three(float(kept.scale[worst]))
    return f"largest {three(measured)} ({selection.names[worst]}), of Σ |{dx}| = {whole}: {SHIFTED}"


def _of_stretching(result: Playground, selection: Selection) -> str:
    kept, gone = result.conservation, _gone_features(result)
    assert kept.expected_sum_dx_x_hat is not None
    if gone.all():
        return f"{_gone(result, selection)}. Scaling the feature changes nothing."
    share = np.divide(np.abs(kept.sum_dx_x_hat), kept.scale, out=np.full_like(kept.scale, -1.0), where=~gone)
    lean = int(np.argmax(share))
    measured, expected = float(kept.sum_dx_x_hat[lean]), float(kept.expected_sum_dx_x_hat[lean])
    terms, unit = float(kept.terms[lean]), unit_of(result)
    agree = is_rounding(measured - expected, terms, unit)
    texts = [beside(value, terms, unit) for value in (measured, expected)] if agree else apart(measured, expected, unit)
    size, because = f"Σ |{selection.symbol('dx')}|", _of_scaling(result, selection, lean, float(share[lean]))
    return (
        f"largest beside {size}: {texts[0]} ({selection.names[lean]}), of {size} = {three(float(kept.scale[lean]))}, "
        f"predicted from {selection.symbol('eps')} {texts[1]}: {because}"
    )


def _of_scaling(result: Playground, selection: Selection, feature: int, share: float) -> str:
    """What scaling a feature does to the loss; `share` is |Σ dx·x̂| over Σ |dx|.

    Epsilon leaves the share `left` of what the direct path has along x̂. It is to blame where that is notable; where it
    is not, little else is left of dx, which then lies along x̂ for another reason.
    """
    if share <= NEXT_TO_NOTHING:
        return "scaling the feature changes next to nothing."
    dx, eps = selection.symbol("dx"), selection.symbol("eps")
    by_variance = result.layer.eps_placement == "variance"
    what, size = "variance", float(result.forward.var[feature])
    if not by_variance:
        what, size = "deviation", math.sqrt(size)
    left = result.layer.eps / (size + result.layer.eps)
    if left < NOTABLE:
        return f"so little is left of {dx} here that even this is {three(share)} times Σ |{dx}|."
    ratio = three(result.layer.eps / size) if size > 0.0 else "∞"
    return (
        f"{eps} is not small beside the {what} here ({ratio} of it), so scaling the feature still matters: this is "
        f"{three(share)} times Σ |{dx}|."
    )
