"""Batch size, asked as the tests ask it: with few draws."""

from tests.app.strict_json import parsed

URL = "/api/v1/batch-size"
FEW = {"draws": 100}
STREAM = {"accept": "text/event-stream"}


def get(client, **query):
    answer = client.get(URL, params=FEW | query)
    assert answer.status_code == 200, answer.text
    return parsed(answer.content)


def refused(client, **query):
    answer = client.get(URL, params=FEW | query)
    assert answer.status_code == 422, answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    (row,) = answer.json()["errors"]
    return row
