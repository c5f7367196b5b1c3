"""The norms' call, as the REST API's reference tells of it."""

from app.web.view import Call

EXAMPLES = [
    {"query": ""},
    {"query": "batch_size=8&situation=one_example"},
    {"query": "channels=16&groups=4&ghost_size=2&situation=huge_channel&huge_factor=1000&norm=group"},
    {"query": "source=wine&batch_size=6&situation=class_sorted&rows=example&cell=1,2,0"},
]
ANSWER = {
    "batch": {"text": "Digits: 8 examples × 8 channels of 4 × 4", "shape": [8, 8, 4, 4], "positions": 16},
    "headline": "The same 8 examples",
    "situation": {"name": "usual", "title": "A usual batch"},
    "norms": [
        {
            "name": "batch", "title": "Batch norm", "over": "all examples and positions, for each channel",
            "statistics": 8, "count": 128, "parameters": 16, "batch": True, "text": "All examples and positions.",
        }
    ],
    "cube": {
        "shown": [8, 8, 16], "of": [8, 8, 16], "x": [0.0], "limit": 1.0,
        "norms": {"batch": {"x_hat": [0.0], "owner": [0], "mean": [0.0], "sd": [1.0]}},
    },
    "reference": {
        "source": "Wu & He, Group Normalization, ECCV 2018, table 2", "batch_sizes": [32, 16, 8, 4, 2],
        "errors": {"batch": [23.6, 23.7, 24.8, 27.3, 34.7], "group": [24.1, 24.2, 24.0, 24.2, 24.1]},
    },
    "conventions": ["ε is added to the variance"],
    "figures": {"before": {"data": [], "layout": {}}, "after_group": {"data": [], "layout": {}}},
}  # fmt: skip

CALL = Call(
    name="norms",
    tag="norms",
    summary="A block of values under batch, layer, instance, group, RMS and other norms",
    help="Every norm on the same block. The same query gives the same bytes.",
    told="The block's cells before and after each norm and which of them share a statistic; what a "
    "single example, a batch of one class or one huge channel does to each norm, measured; the published "
    "errors by batch size; the figures.",
    answer=ANSWER,
    refused="An unknown name, a value out of range, groups that do not divide the channels, a class-sorted "
    "batch of a source without classes; `errors` says what is allowed.",
    examples=EXAMPLES,
    progress='{"done":0,"of":1,"text":"waiting for its turn: 2 under way, 12 more waiting"}',
)
