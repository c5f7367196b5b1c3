"""The batch size's page: what its template needs beside the query and the result."""

from functools import cache
from typing import Any

from app.views.batch_size.page_fields import BatchSizePageFields
from app.views.batch_size.query import BatchSizeFields, BatchSizeQuery
from app.web.pages.rendering import titled_schema
from app.web.view import Page, Place
from bncore.batch_size.estimates import MARKED

TERMS = {
    "mean": "The batch's mean: the estimate of the population's mean μ that a batch of K examples gives.",
    "deviation": "The batch's deviation (its variance is divided by K): the estimate of the population's deviation σ.",
    "theory": "What theory expects: exact for the mean, to first order in 1/K for the deviation. Its 90 % are a bell's "
    "for the mean, and for the deviation a χ² law's of this kurtosis, exact where the data are a bell.",
    "shift": "How far the batch's mean strays from μ, in deviations σ. It is subtracted from all examples.",
    "scale": "How far the batch's deviation spreads, as a share of σ. All examples are divided by it, and ε.",
    "running": "An average over the batches seen in training, which inference normalizes by.",
    "gap": "Where the two modes agree, the marks lie on the dashed line.",
    "x_hat": "The example's normalized value; without noise it would be one number.",
    "without": "The normalized value by the statistics of all examples, as inference has it: the dashed line.",
    "bound": "No value of a batch of K can be farther from the mean than √(K − 1) of its deviations.",
    "batch_norm": "One shift and one scale for the whole batch, drawn by its companions.",
    "dropout": "Sets values to 0 at random, a draw for each example, and divides the others by the share that is kept.",
    "rate": "The share of values that dropout sets to 0.",
    "strength": "How far the noise on a weight or a bias strays: its deviation.",
    "multiplicative": "Noise on a weight: one factor for all examples of a batch.",
    "additive": "Noise on a bias: one shift for all examples of a batch.",
    "x": "The input of batch norm: what is dragged.",
    "total": "How every output moves when one input does: row k, column j.",
    "identity": "1 on the diagonal, times 1/s: an example moves its own value, as if the statistics were constants.",
    "variance": "Proportional to the product of both normalized values: moving an example changes the deviation, too.",
    "spread": "The deviation of the other examples' normalized values.",
    "own": "The outlier's own normalized value.",
    "classes": "In how many of the batches the example got each class.",
}  # fmt: skip
SYMBOLS = {"p": "rate", "s": "strength"}
"""The term that each symbol stands for where noise is told."""


def _context(_query: BatchSizeFields, _result: Any, _place: Place) -> dict[str, Any]:
    return {"schema": page_schema(), "marked": MARKED, "terms": TERMS, "symbols": SYMBOLS}


@cache
def page_schema() -> dict[str, dict[str, Any]]:
    """The fields, with a title for each choice that has one of its own here."""
    titles = {"perturbation": {"multiplicative": "on a weight (a factor 1 ± s)", "additive": "on a bias (a shift ± s)"}}
    schema = {name: dict(field) for name, field in titled_schema(BatchSizeQuery).items()}
    for name, own in titles.items():
        schema[name]["choices"] = [(choice, own[choice]) for choice, _ in schema[name]["choices"]]
    return schema


PAGE = Page(
    "/batch-size", "batch_size.html", _context, whole={"part": "", "parts": "all"}, shown=BatchSizePageFields,
)  # fmt: skip
