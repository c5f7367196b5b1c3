"""The playground, asked as the tests ask it."""

from tests.app.strict_json import parsed

URL = "/api/v1/playground"


def get(client, **query):
    answer = client.get(URL, params=query)
    assert answer.status_code == 200, answer.text
    return parsed(answer.content)
