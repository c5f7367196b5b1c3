"""From the last step on: the address of the gradient check that opens with this very batch."""

import json
from urllib.parse import urlencode

from app.views.derivation.compute import Walk

TEXT = "Your turn: write it"
HELP = "Code this backward pass in your notebook. The gradient check opens with this batch and names a mistake."


def hand_over(walk: Walk) -> dict[str, str]:
    """What the link says, and where it leads; numbers stand in it in every digit."""
    layer, nodes = walk.steps.forward, walk.steps.nodes
    tensors = {"x": nodes["x"].value, "dy": nodes["dy"].value, "gamma": layer.gamma, "beta": layer.beta}
    texts = {name: json.dumps(values.tolist(), separators=(",", ":")) for name, values in tensors.items()}
    fields = {"batch": "own", "way": "code", "mistake": "own", "eps": layer.eps, "eps_placement": layer.eps_placement}
    return {"address": f"/gradient-check?{urlencode(fields | texts)}", "text": TEXT, "help": HELP}
