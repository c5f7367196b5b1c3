"""A mini-batch small enough to follow by hand: typed, or a slice of any source."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import AfterValidator, Field

from app.batches.batch import Batch, Source
from app.batches.uploads import UploadStore
from app.errors import InvalidQuery
from app.query.control import control
from app.query.layer import LayerFields, check_features, indices, listed
from app.query.source import SOURCE, known_source
from bncore.batch_norm import forward

MOST_EXAMPLES = 8
MOST_FEATURES = 6
SELECTED_WORDS = f"at most {MOST_FEATURES} feature numbers from 0, each once, with commas between; or nothing"
SMALL = f"at most {MOST_EXAMPLES} rows of {MOST_FEATURES} numbers"


@dataclass(frozen=True)
class SmallBatch(Batch):
    """A batch with how many examples were taken, and of how many: None of a source without end."""

    taken: int = 0
    total: int | None = None


class SmallBatchFields(LayerFields):
    """Source, layer and notation of a view that shows every number of its batch."""

    source: Annotated[str, AfterValidator(known_source)] = control(
        "inline", "A data set, a generator, `inline` (the table in `values`), or the id of an upload.",
        title="Source", group="data", kind="source", form=SOURCE,
    )  # fmt: skip
    values: str = control(
        "1,20,0.5;2,10,0.7;4,40,0.1;5,30,0.9", f"The typed table: rows separated by `;`, values by `,`; {SMALL}.",
        title="Table", group="data", kind="grid", shown_for="inline", max_length=20_000,
    )  # fmt: skip
    batch_size: Annotated[int, Field(ge=1, le=MOST_EXAMPLES)] | Literal["auto"] = control(
        "auto", "Examples in the mini-batch, drawn by the seed without replacement; `auto` is all of a typed table and "
        f"{MOST_EXAMPLES} of anything else.",
        title="Batch size", group="data", kind="slider", symbol="N", slider=(1, MOST_EXAMPLES), step=1,
    )  # fmt: skip
    selected: Annotated[str, indices(MOST_FEATURES, SELECTED_WORDS)] = control(
        "", f"Features taken, by number from 0 with commas between; empty takes the first {MOST_FEATURES}.",
        title="Features taken", group="data", kind="text", form=listed(MOST_FEATURES), max_length=100,
    )  # fmt: skip

    @cached_property
    def selected_features(self) -> tuple[int, ...]:
        """The numbers of the features taken, in order; empty for the first ones."""
        return tuple(sorted(int(part) for part in self.selected.split(",") if part))

    def size_of(self, source: Source) -> int | None:
        if self.batch_size == "auto":
            return source.examples if self.source == "inline" else MOST_EXAMPLES
        return int(self.batch_size)

    def small_batch(self, uploads: UploadStore, most: int) -> SmallBatch:
        """The batch (K, D) in float64 with K up to 8 and D up to 6.

        Of a batch with more axes every position counts as an example. Raises the errors of the source, and InvalidQuery
        for a typed table that is larger, for features that are not there and for more than `most` numbers.
        """
        source = self.open(uploads)
        self.check_work(source, most)
        batch = two_axes(self.draw(source))
        self._check_typed(batch)
        check_features("selected", self.selected_features, len(batch.feature_names))
        features = self.selected_features or range(min(len(batch.feature_names), MOST_FEATURES))
        small = _slice(batch, list(features))
        return SmallBatch(**vars(small), taken=self.taken(source), total=source.examples)

    def _check_typed(self, batch: Batch) -> None:
        rows, columns = batch.x.shape
        if self.source == "inline" and (rows > MOST_EXAMPLES or (columns > MOST_FEATURES and not self.selected)):
            raise InvalidQuery(
                f"The table has {rows} rows of {columns} numbers, and this view, which shows every one of them, takes "
                f"{SMALL}. Or take a part of it: batch_size draws examples, selected names features.",
                field="values", given=self.values, allowed=SMALL,
            )  # fmt: skip

    def gamma_and_beta(self, batch: Batch) -> tuple[Any, Any]:
        """As numbers: `sigma` and `mean` are this batch's own denominator and mean."""
        gamma, beta = super().gamma_and_beta(batch)
        if isinstance(gamma, str) or isinstance(beta, str):
            own = forward(batch.x, eps=self.eps, eps_placement=self.eps_placement)
            gamma, beta = own.scale if isinstance(gamma, str) else gamma, own.mean if isinstance(beta, str) else beta
        return gamma, beta


def two_axes(batch: Batch) -> Batch:
    """Every position of a batch with more axes as an example of its own; features last."""
    if batch.x.ndim == 2 and batch.feature_axis == 1:
        return batch
    given = {name: _rows(value, batch.feature_axis) if name == "dy" else value for name, value in batch.given.items()}
    note = ("Every position of an example counts as an example here.",) if batch.x.ndim > 2 else ()
    return replace(
        batch, x=_rows(batch.x, batch.feature_axis), feature_axis=1, rows=None, labels=None, given=given,
        warnings=batch.warnings + note,
    )  # fmt: skip


def _rows(values: np.ndarray[Any, Any], feature_axis: int) -> np.ndarray[Any, Any]:
    moved = np.moveaxis(values, feature_axis, -1)
    return moved.reshape(-1, moved.shape[-1])


def _slice(batch: Batch, features: list[int]) -> Batch:
    """The first 8 rows of some features, in float64, with what belongs to them."""
    rows = slice(MOST_EXAMPLES)
    given = {name: value[rows, features] if name == "dy" else value[features] for name, value in batch.given.items()}
    return replace(
        batch,
        x=batch.x[rows, features].astype(np.float64),
        feature_names=tuple(batch.feature_names[i] for i in features),
        rows=None if batch.rows is None else batch.rows[rows],
        labels=None if batch.labels is None else batch.labels[rows],
        given={name: value.astype(np.float64) for name, value in given.items()},
    )
