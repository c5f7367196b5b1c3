"""The network's page: what its template needs beside the query and the result."""

from functools import cache
from typing import Any

from app.api.network_presets import PRESETS
from app.api.network_query import NetworkFields, NetworkQuery
from app.figures.network_claims import HOLDS_IF
from app.pages.rendering import titled_schema
from app.web.view import Page, Place
from bncore.network.initializations import INITIALIZATIONS

KINDS = {"z": "z", "norm": "BN(z)", "f": "f(z)", "sum": "x + F(x)"}
KIND_TITLES = {
    "z": "the product's output", "norm": "behind the norm", "f": "behind the activation", "sum": "behind the sum",
}  # fmt: skip
TERMS = {
    "input": "The batch that enters: examples × features, or examples × channels × height × width.",
    "product": "The product with the block's weights W, the same in both columns. Press it to disturb them.",
    "batch_norm": "Batch norm: subtracts each unit's mean over the batch and divides by its deviation.",
    "activation": "The activation f, applied to each number.",
    "residual": "The residual connection: the block's input is added to its output.",
    "pooling": "Every channel's mean over the image.",
    "readout": "A linear layer that makes a number a class; the loss looks at them.",
    "loss": "What the gradients are of.",
    "z": "z: weights times inputs; one number for each example and unit.",
    "norm": "What batch norm makes of its input: every unit has mean 0 and deviation 1 over the batch.",
    "f": "The activation's output, which the next block takes in.",
    "sum": "The block's input plus its output, which the next block takes in.",
    "gradient": "How much the loss changes with each number of a joint.",
    "size": "The size of all numbers together: the root of the sum of their squares.",
    "ratio": "The size of the weights' gradient, over the size of the weights: how far a step of descent goes.",
    "saturated": "Where f is flat, so that (nearly) no gradient passes: the rule stands among the conventions.",
    "mean": "The mean over all units and examples of a joint: the dot in each row.",
    "sd": "The deviation over all units and examples of a joint.",
    "a": "The factor on the disturbed block's weights.",
    "b": "The shift of the disturbed block's biases.",
    "without": "The network without batch norm: grey, dashed, open circles.",
    "with": "The same weights and the same batch with batch norm: blue, solid, squares.",
    "before": "The distribution before the disturbance.",
    "after": "The distribution after the disturbance.",
    "moved": "The Wasserstein distance: how far, on average, numbers must be carried to make the old distribution the "
    "new one, in deviations before. It does not see a flipped sign.",
    "values": "The root mean square over the single numbers, in deviations before: it sees a flipped sign, too.",
    "direct": "What batch norm keeps of the gradient, and rescales.",
    "variance": "What batch norm takes out along the normalized value, through the variance.",
}  # fmt: skip


def _context(_query: NetworkFields, _result: Any, _place: Place) -> dict[str, Any]:
    return {
        "schema": page_schema(), "presets": PRESETS, "holds_if": HOLDS_IF,
        "kinds": KINDS, "kind_titles": KIND_TITLES, "terms": TERMS,
    }  # fmt: skip


@cache
def page_schema() -> dict[str, dict[str, Any]]:
    """The fields, with a title for each choice that has one of its own here."""
    drawn = {name: i.title for name, i in INITIALIZATIONS.items()}
    claims = {name: preset.title for name, preset in PRESETS.items()}
    titles = {"initialization": drawn, "preset": claims, "norm_place": {"before": "before f", "behind": "behind f"}}
    schema = {name: dict(field) for name, field in titled_schema(NetworkQuery).items()}
    for name, own in titles.items():
        schema[name]["choices"] = [(choice, own.get(choice, title)) for choice, title in schema[name]["choices"]]
    return schema


PAGE = Page("/network", "network.html", _context)
