"""The derivation, asked as the tests ask it."""

import pytest

from bncore import EPS_PLACEMENTS
from tests.app.strict_json import parsed

URL = "/api/v1/derivation"
JACOBIAN = "/api/v1/jacobian"
DEFAULT = [[1, 20, 0.5], [2, 10, 0.7], [4, 40, 0.1], [5, 30, 0.9]]
placements = pytest.mark.parametrize("eps_placement", EPS_PLACEMENTS)


def get(client, url=URL, **query):
    answer = client.get(url, params=query)
    assert answer.status_code == 200, answer.text
    return parsed(answer.content)


def by_name(answer):
    return {node["name"]: node for node in answer["nodes"]}
