"""What each symbol of the playground's formulas stands for, a sentence each, as the state has it."""

from app.views.playground.figures import Selection
from bncore.playground.chain import Playground

ALWAYS = {
    "running_mean": "The running mean of a feature: an average over the batches seen in training.",
    "running_sd": "The running deviation of a feature: the root of its running variance.",
    "average": "Angle brackets: the mean over the numbers of a feature.",
    "eps": "Epsilon keeps the denominator away from 0.",
    "gamma": "The scale, learned, one value a feature.",
    "beta": "The shift, learned, one value a feature.",
    "y": "The output of batch norm.",
    "activation": "The activation, applied to each number.",
    "d_activation": "How much the loss changes with the activation's output: what arrives from above.",
    "dy": "How much the loss changes with batch norm's output.",
    "dx_hat": "How much the loss changes with the normalized value.",
    "dgamma": "How much the loss changes with the scale of a feature.",
    "dbeta": "How much the loss changes with the shift of a feature.",
    "readout": "The logits of a small linear read-out, which the loss looks at.",
    "d_readout": "How much the loss changes with the logits.",
}
DIRECT = "The direct path: as if mean and deviation were constants"
OF_A_MODE = {
    "train": {
        "s": "The denominator: the deviation, kept away from 0 by epsilon.",
        "x_hat": "The normalized value: mean 0 and, but for epsilon, deviation 1 for every feature that varies.",
        "dx": "How much the loss changes with the input, through all three paths.",
        "dx_direct": f"{DIRECT}.",
        "dx_mean": "The path through the mean: the same for every number of a feature.",
        "dx_variance": "The path through the variance: proportional to the normalized value.",
    },
    "inference": {
        "s": "The denominator: the running deviation, kept away from 0 by epsilon.",
        "x_hat": "The normalized value: what the running statistics make of the input.",
        "dx": "How much the loss changes with the input: the direct path alone.",
        "dx_direct": f"{DIRECT}, which in inference they are.",
        "dx_mean": "The path through the mean: 0, as the running mean is a constant.",
        "dx_variance": "The path through the variance: 0, as the running variance is a constant.",
    },
}


def terms(result: Playground, selection: Selection) -> dict[str, str]:
    """The sentence of every term that a formula of the page can have."""
    drawn = bool(selection.rows)
    per = "example" if result.positions == 1 else "example, position"
    over = "the batch" if result.positions == 1 else "the batch and its positions"
    return ALWAYS | OF_A_MODE[result.layer.mode] | {
        "x": f"The input of batch norm: one number for each {per} and feature.",
        "mean": f"The mean of a feature over {over}{': the mark on the line in each row' * drawn}.",
        "sd": f"The deviation of a feature over {over}{': the line to either side of the mean' * drawn}.",
    }  # fmt: skip
