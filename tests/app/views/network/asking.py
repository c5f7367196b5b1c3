"""`GET /network` as the tests ask it."""

from tests.app.strict_json import parsed

URL = "/api/v1/network"
SMALL = {"depth": 3, "width": 8, "batch_size": 32}
ALWAYS = {
    *(f"depth_{name}" for name in ("mean", "deviation", "saturated", "gradient", "weight_ratio")),
    "activations_without", "gradients_without", "joint", "joint_gradient",
}  # fmt: skip
WITH = {"activations_with", "gradients_with", "gradient_parts"}
DISTURBED = {"disturb_without", "disturb_with", "disturb_moved", "disturb_values"}
"""Figures by when they are there."""


def get(client, **query):
    """The answer of `GET /network`."""
    answer = client.get(URL, params=query)
    assert answer.status_code == 200, answer.text
    return parsed(answer.content)


def refused(client, **query):
    """What a refused query is told of its one wrong field."""
    answer = client.get(URL, params=query)
    assert answer.status_code == 422, answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    (row,) = answer.json()["errors"]
    return row


def at(column, joint):
    """A column's numbers at a joint."""
    return next(row for row in column["joints"] if row["joint"] == joint)
