"""The training page's words: each has its place on the page, and each sentence is brief."""

import re

from app.release import ROOT
from app.views.training.words.sentences import LOOKED_AT, MOSTLY, SENTENCES
from app.views.training.words.terms import TERMS

TEMPLATE = (ROOT / "templates" / "training.html").read_text()
RULES = (ROOT / "static" / "js" / "training" / "sentence.js").read_text()


def test_every_word_of_the_page_that_can_be_pointed_at_has_a_sentence():
    called = set(re.findall(r'\{\{ (?:way|chart|board)\("\w+", "[^"]+", "(\w+)"', TEMPLATE))
    called |= set(re.findall(r'(?:data-term=|term\()"(\w+)"', TEMPLATE))
    assert len(called) > 15
    assert called == set(TERMS)


def test_every_sentence_is_said_by_a_rule():
    said = set(re.findall(r'"(\w+)"', RULES)) | {"waits"}
    assert said == set(SENTENCES)


def test_who_is_ahead_seldom_is_so_by_chance():
    """As coins fall: of both variants, 11 or 12 of 12."""
    ways = 2 * sum(_ways(LOOKED_AT, won) for won in range(MOSTLY, LOOKED_AT + 1))
    assert round(2**LOOKED_AT / ways) == 158


def _ways(of, won):
    return 1 if won in (0, of) else _ways(of - 1, won - 1) + _ways(of - 1, won)
