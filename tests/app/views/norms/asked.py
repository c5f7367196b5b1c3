"""The norms, asked as the tests ask them."""

from tests.app.strict_json import parsed

URL = "/api/v1/norms"


def get(client, **query):
    answer = client.get(URL, params=query)
    assert answer.status_code == 200, answer.text
    return parsed(answer.content)


def by_name(answer):
    return {row["name"]: row for row in answer["norms"]}
