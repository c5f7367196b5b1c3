"""docs/findings.md, written anew from the table of all that the doctor tells:   python -m scripts.findings"""

from pathlib import Path

from bncore.doctor.findings import KINDS, Kind
from bncore.doctor.findings.kinds.weights import OF_WEIGHTS
from bncore.findings.numbers import stated

PAGE = Path(__file__).parent.parent / "docs" / "findings.md"
HEAD = """# What the doctor tells

Written by `python -m scripts.findings` from the table in `bncore/doctor/findings/kinds/`. Of a finding the severity is
the gravest that it is told with; the order is the one in which findings of the same severity stand.
"""
COLUMNS = "| id | severity | threshold | told when | silent, or milder, when | why |\n|---|---|---|---|---|---|\n"


def page() -> str:
    """The page's text."""
    of_capture = tuple(kind for kind in KINDS.values() if kind not in OF_WEIGHTS)
    return f"{HEAD}\n## From a model's arrays\n\n{_table(OF_WEIGHTS)}\n## From a capture\n\n{_table(of_capture)}"


def _table(kinds: tuple[Kind, ...]) -> str:
    return COLUMNS + "".join(f"| {' | '.join(cell.replace('|', '∣') for cell in _cells(kind))} |\n" for kind in kinds)


def _cells(kind: Kind) -> tuple[str, ...]:
    threshold = stated(kind.threshold) if kind.threshold else "none"
    return f"`{kind.id}`", kind.severity, threshold, kind.when, kind.silent, kind.why


if __name__ == "__main__":
    PAGE.write_text(page())
