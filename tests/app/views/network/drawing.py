"""The network's answer and its figures, as the tests ask for them."""

import numpy as np
import orjson

from app.views.network.answer import answer_of
from app.views.network.compute import comparison_of
from app.views.network.prepare import prepare
from app.views.network.query import NetworkQuery
from app.web.answers import to_json
from tests.app.conftest import USUAL

SMALL = {"depth": "4", "width": "12", "batch_size": "40"}


def viewed(**query):
    return comparison_of(prepare(NetworkQuery.model_validate(SMALL | query), None, USUAL))


def drawn(**query):
    return orjson.loads(to_json(answer_of(viewed(**query))))["figures"]


def spread(outline):
    """Mean and deviation of what an outline shows."""
    x, y = outline
    weight, middle, width = y[:-1] * np.diff(x), (x[1:] + x[:-1]) / 2, np.diff(x)
    mean = weight @ middle / weight.sum()
    return mean, np.sqrt(weight @ ((middle - mean) ** 2 + width**2 / 12) / weight.sum())
