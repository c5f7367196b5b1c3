"""What of the training page itself stands in its address."""

import re
from typing import Annotated, Literal

from app.query.control import control, formed
from app.query.page_fields import PageFields

STEP = re.compile(r"[0-9]{0,7}")
SPEEDS = ("1", "5", "10", "20", "60")


class TrainingPageFields(PageFields):
    """Where the playhead stands, how fast it plays, and how the curves are drawn."""

    tab: Literal["learn", "attempt"] = control(
        "learn", "Whether the stage shows the variants as they learn, or one update tried by two gradients.",
        title="Tab of the stage", group="page", kind="none",
    )  # fmt: skip
    attempt_of: Literal["", "a", "b", "c", "d"] = control(
        "", "The variant whose update is tried; left out, the first with batch norm or ghost batch norm.",
        title="Variant that is tried", group="page", kind="none",
    )  # fmt: skip
    step: Annotated[str, formed(STEP, "a step from 0 on, or nothing")] = control(
        "", "The step that is shown; left out, the run is played from its beginning.",
        title="Step shown", group="page", kind="none", form=STEP.pattern, max_length=7,
    )  # fmt: skip
    speed: Literal[SPEEDS] = control(  # type: ignore[valid-type]
        "10", "Records a second at which the run is played.", title="Speed", group="page", kind="none",
    )  # fmt: skip
    steps_axis: Literal["linear", "log"] = control(
        "log", "Whether the axis of the steps is linear or logarithmic.", title="Axis of the steps", group="page",
        kind="none",
    )  # fmt: skip
    loss_axis: Literal["linear", "log"] = control(
        "linear", "Whether the axis of the loss is linear or logarithmic.", title="Axis of the loss", group="page",
        kind="none",
    )  # fmt: skip
    block: int = control(
        0, "The block whose gradients, updates, scales and statistics are shown below the stage, from 1; 0 is the last "
        "one before the read-out.", title="Block shown", group="page", kind="none", ge=0, le=1000,
    )  # fmt: skip
