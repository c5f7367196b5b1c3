"""The derivation's query: what arrives from above at a small batch, and what is looked at."""

import re
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal

from app.batches.batch import Batch
from app.batches.inline import parse_table
from app.errors import InvalidQuery, UnreadableBatch
from app.query.control import control, formed
from app.query.small_batch import MOST_EXAMPLES, MOST_FEATURES, SmallBatchFields
from app.query.source import with_generator_fields
from app.query.staged import StagedFields
from bncore.derivation.formulas import formulas_of
from bncore.epsilon import EPS_PLACEMENTS
from bncore.upstream import UPSTREAMS

LARGEST_MOVE = 10  # times the denominator s
STEPS = tuple(dict.fromkeys(name for placement in EPS_PLACEMENTS for name in formulas_of(placement)))
NAMED = tuple(name for name, kind in UPSTREAMS.items() if not kind.reads_labels)
CELL = re.compile(r"[0-9]{1,4},[0-9]{1,4}")
CELL_WORDS = "an example and a feature by number from 0, with a comma between"


class DerivationFields(StagedFields, SmallBatchFields):
    """The fields without the generators' own; use `DerivationQuery`."""

    upstream: Literal[("auto", *NAMED)] = control(  # type: ignore[valid-type]
        "auto", "The gradient ∂L/∂y that arrives from above; `auto` is the table in `dy`, else an upload's own, else "
        "random (rounded to hundredths, so that it can be followed by hand).",
        title="Gradient from above", group="gradient", kind="select",
    )  # fmt: skip
    upstream_example: int = control(
        0, "The example that the gradient from above looks at.", title="Example", group="gradient", kind="number",
        step=1, ge=0, le=MOST_EXAMPLES - 1,
    )  # fmt: skip
    dy: str = control(
        "", "The gradient from above as a typed table of the batch's shape; empty leaves it to `upstream`.",
        title="Table of the gradient", group="gradient", kind="grid", max_length=20_000,
    )  # fmt: skip
    step: Literal[STEPS] = control(  # type: ignore[valid-type]
        "x", "The node of the computation that is looked at.", title="Step", group="walk", kind="select",
    )  # fmt: skip
    cell: Annotated[str, formed(CELL, CELL_WORDS)] = control(
        "0,0", "The number that the formulas are worked out for: example and feature, with a comma between.",
        title="Cell", group="walk", kind="cell", form=CELL.pattern, max_length=9,
    )  # fmt: skip
    output: int = control(
        0, "The example whose output is looked at in the Jacobian.", title="Output of example", group="jacobian",
        kind="number", step=1, ge=0, le=MOST_EXAMPLES - 1,
    )  # fmt: skip
    move_by: float = control(
        0.5, "How far the cell's example is moved, in units of the denominator s (of the normalized value).",
        title="Move by", group="jacobian", kind="slider", symbol="t", slider=(-3, 3), step=0.05,
        ge=-LARGEST_MOVE, le=LARGEST_MOVE,
    )  # fmt: skip
    naive: Literal["off", "on"] = control(
        "off", "Show the gradient that treats mean and deviation as constants, beside the true one.",
        title="Naive gradient", group="naive", kind="select",
    )  # fmt: skip

    @cached_property
    def place(self) -> tuple[int, int]:
        """The cell's example and feature."""
        example, feature = self.cell.split(",")
        return int(example), int(feature)

    def typed_dy(self, batch: Batch) -> Any:
        """The typed gradient (K, D), None if there is none. Raises InvalidQuery where it does not fit the batch."""
        if not self.dy:
            return None
        if self.upstream != "auto":
            raise InvalidQuery(
                f"dy is a typed gradient, and upstream asks for another one ({self.upstream}): leave one of them out.",
                field="dy", given=self.dy, allowed="nothing, or upstream left at 'auto'",
            )  # fmt: skip
        try:
            table = parse_table(self.dy).x
        except UnreadableBatch as error:
            raise InvalidQuery(error.detail, field="dy", given=error.given, allowed=error.allowed) from error
        if table.shape != batch.x.shape:
            rows, columns = batch.x.shape
            raise InvalidQuery(
                f"dy has {table.shape[0]} rows of {table.shape[1]} numbers, and the batch has {rows} of {columns}.",
                field="dy", given=self.dy, allowed=f"{rows} rows of {columns} numbers",
            )  # fmt: skip
        return table

    def check_place(self, batch: Batch) -> None:
        """Raises InvalidQuery where the cell, or another example that is named, is not in the batch."""
        examples, features = batch.x.shape
        example, feature = self.place
        if example >= examples or feature >= features:
            raise InvalidQuery(
                f"cell is {self.cell}, and the batch has the examples 0 to {examples - 1} and the features 0 to "
                f"{features - 1}.", field="cell", given=self.cell, allowed=f"0,0 to {examples - 1},{features - 1}",
            )  # fmt: skip
        for name in ("output", *(["upstream_example"] if self.upstream == "one_example" else [])):
            if getattr(self, name) >= examples:
                raise InvalidQuery(
                    f"{name} is {getattr(self, name)}, and the batch has the examples 0 to {examples - 1}.",
                    field=name, given=getattr(self, name), allowed=f"0 to {examples - 1}",
                )  # fmt: skip


class JacobianFields(SmallBatchFields):
    """The fields of the Jacobian's call without the generators' own; use `JacobianQuery`."""

    feature: int = control(
        0, "The feature whose outputs and inputs are held against each other, by its place among those taken.",
        title="Feature", group="jacobian", kind="number", step=1, ge=0, le=MOST_FEATURES - 1,
    )  # fmt: skip


if TYPE_CHECKING:
    DerivationQuery, JacobianQuery = DerivationFields, JacobianFields
else:
    DerivationQuery, JacobianQuery = with_generator_fields(DerivationFields), with_generator_fields(JacobianFields)
