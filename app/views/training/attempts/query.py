"""The query of an attempt: that of the view, which variant, and behind which step."""

from typing import Literal

from app.query.control import control
from app.views.training.query import LETTERS, TrainingQuery


class AttemptQuery(TrainingQuery):
    """The fields of the view, and where the update is tried."""

    of: Literal[LETTERS] = control(  # type: ignore[valid-type]
        "b", "The variant whose update is tried.", title="Variant", group="answer", kind="select"
    )
    at: int = control(0, "Updates that come before.", title="Step", group="answer", kind="number", step=1, ge=0)
