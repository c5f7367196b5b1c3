"""The page on the doctor's findings is that of their table."""

from bncore.doctor.findings import KINDS
from scripts.findings import PAGE, page


def test_the_page_has_every_finding_as_the_table_says():
    assert PAGE.read_text() == page(), "write it anew: python -m scripts.findings"
    assert all(f"| `{id}` |" in page() for id in KINDS)


def test_every_kind_says_when_and_why_in_whole_sentences():
    for id, kind in KINDS.items():
        assert kind.id == id
        for text in (kind.when, kind.silent, kind.why):
            assert text.endswith("."), id
