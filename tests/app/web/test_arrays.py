"""A name that an object of a JSON body has twice is refused, as one in a query is, wherever in the body it stands."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidQuery
from app.web.arrays import check_names
from tests.each import each

TWICE = {
    "/api/v1/batchnorm": '{"x": [[1, 2], [3, 4]], "eps": 0, "x": [[1, 2], [3, 5]]}',
    "/api/v1/norms": r'{"x": [[1, 2], [3, 4]], "norm": "layer", "\u0078": [[1, 2], [3, 5]]}',
    "/api/v1/norms/merge": '{"parts": [{"count": 8, "mean": [1], "var": [2], "count": 9}]}',
    "/api/v1/gradient-check": '{"x": [[1], [3]], "dy": [[1], [2]], "dx": [[0], [0]], "dx": [[0], [1]]}',
    "/api/v1/gradient-check#nan": '{"x": [[1], [NaN]], "dy": [[1], [2]], "dx": [[0], [0]], "dx": [[0], [1]]}',
}
NAMES = {"/api/v1/batchnorm": "x", "/api/v1/norms": "x", "/api/v1/norms/merge": "count"}


@each("url", TWICE)
def test_a_name_that_stands_twice_is_refused(server, url):
    answer = server.post(url, content=TWICE[url], headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert "stands in an object of the body more than once" in answer.json()["detail"]
    assert answer.json()["errors"][0]["field"] == NAMES.get(url, "dx")


def test_each_object_has_names_of_its_own_and_text_has_none():
    check_names(b'[{"a": "b", "b": {"a": [1, {}, {"a": 2}]}}, {"a": "\\"a\\": {", "b": "a"}, "a", "a"]')


def has_twice(text):
    """By Python's own reader, slow as it is."""
    twice = []

    def met(pairs):
        twice.append(len({name for name, _ in pairs}) < len(pairs))

    json.loads(text, object_pairs_hook=met)
    return any(twice)


TEXTS = st.text('a"\\{}:,é', max_size=3).map(json.dumps)
VALUES = st.recursive(
    TEXTS | st.sampled_from(["1", "-2.5e3", "true", "null"]),
    lambda values: (
        st.lists(values, max_size=3).map(lambda each: f"[{', '.join(each)}]")
        | st.lists(st.tuples(TEXTS, values), max_size=4).map(
            lambda pairs: f"{{{', '.join(f'{name} : {value}' for name, value in pairs)}}}"
        )
    ),
    max_leaves=8,
)


@given(VALUES)
def test_of_any_json_what_is_refused_is_what_its_reader_would_lose(text):
    if has_twice(text):
        with pytest.raises(InvalidQuery):
            check_names(text.encode())
    else:
        check_names(text.encode())
