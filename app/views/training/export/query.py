"""The query of the records as a file: that of the view, and the file's form."""

from typing import Literal

from app.query.control import control
from app.views.training.query import TrainingQuery


class RecordsQuery(TrainingQuery):
    """The fields of the view, and which file is wanted."""

    format: Literal["json", "csv", "npz"] = control(
        "json", "JSON, CSV with a line for each variant and step, or NumPy's NPZ, which also has the histograms.",
        title="Format", group="answer", kind="select",
    )  # fmt: skip
