"""What the network's page says of its words and symbols, and which of its sentences may stand, by the state alone."""

from dataclasses import dataclass

from app.views.network.words.disturbance import MUCH
from app.views.network.words.seen import in_symbols

SYMBOL_TERMS = dict.fromkeys(("× a", "a = ", "a > 0", "a < 0", "1/a", "aW"), "a") | {"+ b": "b"}
SYMBOL_TERMS |= dict.fromkeys(("∂L/∂z", "∂L/∂Z", "∂L/∂ z", "∂L/∂ Z"), "gradient")
SYMBOL_TERMS |= dict.fromkeys(("∂L/∂W", "∂L/∂w", "∂L/∂(aW)"), "dW")
"""The term that each symbol of a sentence stands for, in either notation; "a" alone is an article, too."""


@dataclass(frozen=True)
class Standing:
    """The state that the page's own sentences follow: what the network is, and whether it is disturbed."""

    normed: bool
    behind: bool
    residual: bool
    image: bool
    disturbed: bool
    notation: str = "frameworks"

    @property
    def unit(self) -> str:
        """What has a mean of its own."""
        return "channel" if self.image else "unit"

    @property
    def taken_in(self) -> str:
        """The kind of joint that the next block takes in."""
        if self.residual:
            return "sum"
        return "norm" if self.normed and self.behind else "f"


def may_stand(state: Standing) -> dict[str, bool]:
    """Which parts of the page may stand, by the name that the template gives them in `data-when`."""
    return {
        "normed": state.normed,
        "before": state.normed and not state.behind,
        "behind": state.normed and state.behind,
        "residual": state.residual,
        "disturbed": state.disturbed,
        "undisturbed": not state.disturbed,
    }


def terms(state: Standing) -> dict[str, str]:
    """A sentence for each word and symbol that can be pointed at, in the notation in force."""
    return {name: in_symbols(text, state.notation) for name, text in _texts(state).items()}


def _texts(state: Standing) -> dict[str, str]:
    of = state.unit
    places = f"example, {of} and position" if state.image else f"example and {of}"
    pooled = f"{of}s, examples and positions" if state.image else f"{of}s and examples"
    over = "the batch and all positions" if state.image else "the batch"
    axes = "examples × channels × height × width" if state.image else "examples × features"
    both = ", the same in both columns" if state.normed else ""
    next_block = {kind: ", which the next block takes in" if kind == state.taken_in else "" for kind in ("norm", "f")}
    return {
        "input": f"The batch that enters: {axes}.",
        "product": f"The product with the block's weights W{both}. Press it to disturb them.",
        "product_disturbed": "The product with this block's weights, which are disturbed. Press it to take that back.",
        "batch_norm": f"Batch norm: subtracts each {of}'s mean over {over} and divides by its deviation, with ε.",
        "activation": "The activation f, applied to each number.",
        "residual": "The residual connection: the block's input is added to its output.",
        "pooling": "Every channel's mean over the image.",
        "readout": "A linear layer that makes a number a class; the loss looks at them.",
        "loss": "What the gradients are of.",
        "z": f"z: weights times inputs; one number for each {places}.",
        "norm": f"What batch norm makes of its input{next_block['norm']}: every {of} that varies has mean 0 over "
        f"{over}, and deviation 1 but for ε; one that does not becomes 0.",
        "f": f"The activation's output{next_block['f']}.",
        "sum": "The block's input plus its output, which the next block takes in.",
        "gradient": "How much the loss changes with each number of a joint.",
        "dW": "How much the loss changes with the weights of a block, or of one unit.",
        "size": "The size of all numbers together: the root of the sum of their squares.",
        "ratio": "The size of the weights' gradient, over the size of the weights: how far a step of descent goes.",
        "saturated": "Where f is flat, so that (nearly) no gradient passes: the rule stands among the conventions.",
        "mean": f"The mean over all {pooled} of a joint: the dot in each row.",
        "sd": f"The deviation over all {pooled} of a joint.",
        "a": "The factor on the disturbed block's weights.",
        "b": "The shift of the disturbed block's biases.",
        "without": "The network without batch norm: grey, dashed, open circles.",
        "with": "The same weights and the same batch with batch norm: blue, solid, squares.",
        "before": "The distribution before the disturbance.",
        "after": "The distribution after the disturbance.",
        "moved": "The Wasserstein distance: how far, on average, numbers must be carried to make the old distribution "
        "the new one, in deviations before. Who notices is counted by it. It does not see a flipped sign.",
        "values": "The root mean square over the single numbers, in deviations before: it sees a flipped sign, too.",
        "notice": f"A later block notices if the distribution of its z moves by more than {MUCH}.",
        "at_rest": "Each block's z on a ruler of its own: 1 is the deviation that it has before a knob is moved.",
        "gradient_z": "How much the loss changes with the numbers of z, all of a block together: the root of the sum "
        "of their squares.",
        "direct": "What batch norm keeps of the gradient, and rescales.",
        "by_mean": f"What batch norm takes out of the gradient through the mean: each {of}'s sum over {over}.",
        "variance": "What batch norm takes out along the normalized value, through the variance; ε lets a part pass.",
    }
