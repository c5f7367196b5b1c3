"""A page whose address has a wrong field concludes nothing of what was asked, and shows the rest."""

import re

import pytest

PAGES = ["/", "/derivation", "/network?depth=2&width=4", "/norms", "/batch-size?draws=10"]


def test_beside_a_model_that_is_none_too(client):
    answer = client.get("/doctor?model=ill")
    assert answer.status_code == 422
    assert re.search(r'id="headline"[^>]*>([^<]*)<', answer.text)[1] == "Not computed."


@pytest.mark.parametrize("page", PAGES)
def test_beside_a_wrong_field_the_headline_says_that_nothing_was_computed_of_it(client, page):
    answer = client.get(f"{page}{'&' if '?' in page else '?'}eps=-1")
    assert answer.status_code == 422
    assert re.search(r'id="headline"[^>]*>([^<]*)<', answer.text)[1] == "Not computed."
