"""What of the batch size page itself stands in its address."""

from typing import Literal

from app.query.control import control
from app.query.page_fields import PageFields
from app.views.batch_size.stage.compute import DEALS


class BatchSizePageFields(PageFields):
    """Which tab of the stage is open, and how many batches are dealt there."""

    tab: Literal["deal", "strip"] = control(
        "deal", "What the stage shows: batches that are dealt, or one in which an example is dragged.",
        title="Tab of the stage", group="page", kind="none",
    )  # fmt: skip
    deal: int = control(
        40, "How many batches are dealt on the stage.", title="Deals shown", group="page", kind="none", ge=0, le=DEALS,
    )  # fmt: skip
