"""The network's call, as the REST API's reference tells of it."""

from app.web.view import Call

EXAMPLES = [
    {"query": ""},
    {"query": "preset=vanishing&depth=10&width=100&activation=sigmoid&initialization=normal&weight_scale=0.1"},
    {"query": "parts=stage&disturb_layer=1&disturb_factor=3"},
    {"query": "architecture=convolutional&depth=3&width=8&batch_size=64&shown=norm&joint=f2"},
    {"query": "source=wine&depth=6&width=32&disturb_layer=1&disturb_factor=3&disturb_shift=0.5&notation=lecture"},
]
ANSWER = {
    "batch": {"text": "Digits: 256 examples × 64 features", "shape": [256, 64], "seeded_labels": False},
    "headline": "Over 12 blocks the deviation of z falls 72.6-fold without BN, and keeps its size with it.",
    "stage": {
        "depth": 12, "pulled": None, "ruler": {"title": "z, in deviations at rest", "ticks": [[0.5, "0"]]},
        "rows": [{"name": "without", "blocks": [{"spread": ["0.943", 0.744], "gradient": ["0.00108", 0.207]}]}],
    },
    "network": {"modules": [{"block": 1, "kind": "linear", "joint": "z1", "label": "linear", "shape": [256, 64]}]},
    "columns": {
        "without": {
            "loss": 2.3, "joints": [{"joint": "z1", "mean": 0.0, "sd": 1.0, "gradient_norm": 0.01}],
            "weights": [{"block": 1, "norm": 8.0, "gradient": 0.01, "ratio": 0.001}],
        },
        "with": {"loss": 2.5, "joints": [{"joint": "z1", "mean": 0.0, "sd": 1.0, "gradient_norm": 0.2}]},
    },
    "findings": [{"id": "activations_vanish", "severity": "warning", "column": "without"}],
    "presets": [{"id": "vanishing", "title": "Vanishing gradients", "query": "preset=vanishing&depth=10"}],
    "conventions": ["both columns have the same weights and the same batch"],
    "figures": {"activations_without": {"data": [], "layout": {}}, "depth_gradient": {"data": [], "layout": {}}},
}  # fmt: skip

CALL = Call(
    name="network",
    tag="network",
    summary="A deep network without and with batch norm, forward and backward",
    help="Both columns of a network. The same query gives the same bytes.",
    told="The stage: every block's distribution, deviation and gradient as they are drawn, and who notices a disturbed "
    "block; with `parts=stage` that alone, quickly. Then per column, block and joint: moments of activations and "
    "gradients, the weights' gradients; where numbers diverged; what a disturbance moved; the claim of the preset, "
    "measured; the figures. Null stands for what is not finite, and for the column that a network without a norm does "
    "not have.",
    answer=ANSWER,
    refused="An unknown name, a value out of range, or a network that is too large; `errors` says what is allowed.",
    examples=EXAMPLES,
    progress='{"done":26,"of":130,"text":"without batch norm, forward, layer 26 of 31"}',
)
