"""The derivation's and the Jacobian's calls, as the REST API's reference tells of them."""

from app.web.view import Call

EXAMPLES = [
    {"query": ""},
    {"query": "values=1,10;2,30;4,20&dy=1,0;0,0;0,1&eps=0.5&eps_placement=deviation&notation=lecture&cell=2,1"},
    {"query": "source=iris&batch_size=6&selected=0,2&gamma=2,0.5&upstream=squared_error&step=dx&naive=on"},
]
JACOBIAN_EXAMPLES = [{"query": "values=1,10;2,30;4,20&eps=0&feature=1"}, {"query": "source=wine&batch_size=5"}]
BATCH = {"text": "Typed table: 4 examples × 3 features", "shape": [4, 3], "feature_names": ["x0", "x1", "x2"]}
JACOBIAN = {
    "feature": 0, "total": [[0.158]], "identity": [[0.632]], "mean": [[-0.158]], "variance": [[-0.316]],
    "between_features": {"across": 0.0},
}  # fmt: skip
ANSWER = {
    "batch": BATCH,
    "headline": "∂L/∂x =",
    "nodes": [{"name": "x", "side": "forward", "parents": [], "formula": {"frameworks": "x_{ji}"}, "value": [[1.0]]}],
    "routes": {"dx": {"analytic": [[0.0]], "staged": [[0.0]], "numeric": [[0.0]], "numeric_bound": [[0.0]]}},
    "laws": [{"title": "Σ ∂L/∂x over the batch = 0"}],
    "jacobian": JACOBIAN,
    "figures": {"paths": {"data": [], "layout": {}}},
}

CALL = Call(
    name="derivation",
    tag="derivation",
    summary="Batch norm node by node, forward and backward",
    help="Every intermediate and every partial of a batch of up to 8 × 6. The same query gives the same bytes.",
    told="The nodes in the order of computation, each with its formula as LaTeX in both notations, "
    "its value, its local derivatives and the gradient that arrives at it; dx by its paths and by three "
    "routes; the laws; the naive gradient; the Jacobian of the cell's feature; a moved example; the figures.",
    answer=ANSWER,
    refused="An unknown name, a value out of range or a larger batch; `errors` says what is allowed.",
    examples=EXAMPLES,
)

JACOBIAN_CALL = Call(
    name="jacobian",
    tag="derivation",
    summary="How every example's output depends on every example's input",
    help="The example × example Jacobian of one feature. The same query gives the same bytes.",
    told="dy_k/dx_j of one feature, row k and column j: in all, and as identity, mean and variance "
    "part; and the largest derivative between any two features, which is computed by nudging every input.",
    answer={"batch": BATCH, "jacobian": JACOBIAN},
    refused="An unknown name, a value out of range or a larger batch; `errors` says what is allowed.",
    examples=JACOBIAN_EXAMPLES,
)
