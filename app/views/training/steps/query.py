"""The query of a single step: that of the view, and which step."""

from app.query.control import control
from app.views.training.query import TrainingQuery


class StepQuery(TrainingQuery):
    """The fields of the view, and the step."""

    at: int = control(0, "Updates that come before.", title="Step", group="answer", kind="number", step=1, ge=0)
