"""The batch-size view's call, as the REST API's reference tells of it."""

from app.web.view import Call

EXAMPLES = [
    {"query": ""},
    {"query": "source=digits&size=32&feature=20&draws=500"},
    {"query": "source=heavy_tailed&degrees_of_freedom=3&features=4&draws=200&sizes=4,64&size=4"},
    {"query": "parts=stage&size=4"},
    {"query": "source=iris&part=dependence&example=2&move_by=3"},
    {"query": "source=digits&layer_width=8&part=estimates&draws=200"},
]
ANSWER = {
    "batch": {"text": "Wine: 178 examples × 13 features; alcohol, K = 8", "total": 178, "feature": 0,
    "name": "alcohol"},
    "headline": "At K = 8, x̂ of one example scatters by 0.381 over 200 batches: its companions decide.",
    "size": 8,
    "stage": {
        "size": 8, "deals": 200, "mean": [13.2], "sd": [0.71], "values": [-1.2], "z": -0.878,
        "kinds": [{"kind": "batch_norm", "range": [-1.98, 0.318], "title": "batch norm, K = 8"}],
    },
    "estimates": {
        "headline": "With K = 8, x̂ of alcohol typically strays by 0.408 from inference's",
        "sizes": [2, 4, 8], "draws": 1000, "noise": {"scale": 0.2, "shift": 0.3},
        "x_hat": {"whole": 0.408, "shift": 0.348, "scale": 0.213, "stretch": {"average": 1.14, "sd": 0.297}},
        "features": [{
            "feature": 0, "name": "alcohol",
            "population": {"mean": 13.0, "sd": 0.81, "skewness": -0.05, "excess": -0.86},
            "deviation": {"average": [0.4], "sd": [0.3], "sd_error": [0.01], "expected_sd": [0.3]},
        }],
    },
    "running": {"cold": 0.1, "mean_sd": 0.06, "gap": {"typical": 0.1, "largest": 0.2}},
    "noise": {"value": 0.5, "matched": {"rate": 0.1, "deviation": 0.4},
    "kinds": [{"kind": "batch_norm", "variance": 0.1}]},
    "dependence": {
        "example": 0, "others_moved": {"train": 7, "inference": 0},
        "jacobian": {"total": [[0.5]], "identity": [[1.0]], "mean": [[-0.2]], "variance": [[-0.3]]},
    },
    "classes": {"data": "wine", "example": 25, "changed": 0.5},
    "figures": {"estimates_mean": {"data": [], "layout": {}}, "strip_train": {"data": [], "layout": {}}},
}  # fmt: skip

CALL = Call(
    name="batch_size",
    tag="batch size",
    summary="What batch size does: inaccurate estimates, noise, examples that depend on each other",
    help="Random batches of a source, for many sizes. The same query gives the same bytes.",
    told="What one example becomes in 200 batches that it is dealt into, beside dropout and perturbed weights of the "
    "same strength; with `parts=stage` that alone, quickly. Then by part: the sampling distributions of batch mean "
    "and deviation for every size, with their "
    "standard errors and what theory expects, and how far they take normalized values astray; running "
    "statistics; one example's noise beside dropout and weight perturbation, what pairs of examples share; "
    "a moved example in both modes, the Jacobian, an outlier's curves and a classifier; the figures. "
    "Null stands for what does not exist.",
    answer=ANSWER,
    refused="An unknown name, a value out of range, or more draws than this server does; `errors` says what "
    "is allowed.",
    examples=EXAMPLES,
    progress='{"done":4000,"of":10000,"text":"batches of up to 1,024 examples"}',
)
