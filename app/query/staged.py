"""The part of a view's query that says how much of it is computed: all, or what the page's stage shows."""

from typing import Literal

from app.query.control import QueryModel, control

Parts = Literal["all", "stage"]


class StagedFields(QueryModel):
    """How much is computed and answered."""

    parts: Parts = control(
        "all", "All of the view, or only what the stage at the top of its page shows: quick enough to follow a hand.",
        title="Parts", group="answer", kind="select",
    )  # fmt: skip

    @property
    def is_stage(self) -> bool:
        """Whether only the stage is asked for."""
        return self.parts == "stage"
