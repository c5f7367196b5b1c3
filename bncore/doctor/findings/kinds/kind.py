"""What a kind of finding is."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Kind:
    """A kind of finding.

    `severity` is the gravest that it is told with; it is told where a measure is beyond `threshold` (0: where it is at
    all), as `when` says; `silent` says which healthy norms it could be mistaken for, and why it leaves them in peace;
    `why` is the reason for the threshold, or its source.
    """

    id: str
    title: str
    severity: Literal["error", "warning", "note"]
    threshold: float
    when: str
    silent: str
    why: str
