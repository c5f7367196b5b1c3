"""The norms' call, as the REST API's reference tells of it."""

from app.web.view import Call

EXAMPLES = [
    {"query": ""},
    {"query": "batch_size=8&situation=one_example"},
    {"query": "parts=stage&norm=group&groups=2"},
    {"query": "channels=16&groups=4&ghost_size=2&situation=huge_channel&huge_factor=1000&norm=group"},
    {"query": "source=wine&batch_size=6&situation=class_sorted&rows=example&cell=1,2,0"},
]
ANSWER = {
    "batch": {"text": "Digits: 4 examples × 6 channels of 3 × 3", "shape": [4, 6, 3, 3], "positions": 9},
    "headline": "Example 2, channel 3: batch norm takes 36 cells of all examples, layer norm only cells of this one.",
    "situation": {"name": "usual", "title": "A usual batch"},
    "norms": [
        {
            "name": "batch", "title": "Batch norm", "over": "all examples and positions, for each channel",
            "statistics": 6, "count": 36, "parameters": 12, "batch": True, "text": "All examples and positions.",
        }
    ],
    "stage": {
        "cell": [2, 3, 4], "of": [4, 6, 3, 3], "start": [0, 0, 0, 0], "shown": [4, 6, 3, 3],
        "cubes": [
            {
                "name": "batch", "title": "Batch norm", "count": 36, "over": "one channel, all examples",
                "share": [[0, 0, 0, 0], [0, 1, 2, 3, 4, 5], [0, 0, 0, 0, 0, 0, 0, 0, 0]],
            }
        ],
    },
    "cube": {
        "shown": [4, 6, 9], "of": [4, 6, 9], "x": [0.0], "limit": 1.0,
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
    told="The stage: nine cubes, and in each which cells share a statistic, those whose numbers in all three rows of "
    "`share` are the same (`parts=stage` is that alone). The block's cells before and after each norm; what a single "
    "example, a batch of one class or one huge channel does to each norm, measured; the published errors; "
    "the figures.",
    answer=ANSWER,
    refused="An unknown name, a value out of range, groups that do not divide the channels, a class-sorted "
    "batch of a source without classes; `errors` says what is allowed.",
    examples=EXAMPLES,
    progress='{"done":0,"of":1,"text":"waiting for its turn: 2 under way, 12 more waiting"}',
)
