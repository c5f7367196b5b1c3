"""The part of every view's query that says which mini-batch is looked at."""

import re
from dataclasses import replace
from functools import cached_property
from typing import Annotated, Any, Literal, TypeVar

import numpy as np
from pydantic import AfterValidator, BaseModel, Field, create_model

from app.batches.batch import Batch, Source
from app.batches.datasets import DATASETS, DataSetSource
from app.batches.generators import GENERATORS, GeneratorSource, Parameter
from app.batches.inline import MAX_COLUMNS, InlineSource
from app.batches.large import LARGE, LargeSource
from app.batches.layer import LayeredSource
from app.batches.uploads.reading import Reading
from app.batches.uploads.source import UploadSource
from app.batches.uploads.store.store import UploadStore
from app.errors import InvalidQuery
from app.query.control import QueryModel, control
from app.query.reading import ARRAY, DROP, FEATURE_AXIS, HEADER, LABEL, MASK, MISSING, Header, Missing, reading_of
from app.streams import Stream

UPLOAD_ID = re.compile(r"[0-9a-f]{64}")
AUTO_GENERATED = 256  # examples of a generated batch unless asked otherwise
AUTO_FINITE = 4096  # examples at most of a finite source unless asked otherwise


SOURCE = "|".join([*DATASETS, *GENERATORS, "inline", UPLOAD_ID.pattern, LARGE.pattern])
"""What a source is called."""

Model = TypeVar("Model", bound=BaseModel)


def known_source(name: str) -> str:
    known = name in GENERATORS or name in DATASETS or name == "inline"
    if known or UPLOAD_ID.fullmatch(name) or LARGE.fullmatch(name):
        return name
    names = ", ".join([*DATASETS, *GENERATORS, "inline"])
    raise ValueError(f"one of {names}, the 64-digit id of an upload, or `large:` and a file that this server lists")


class BatchFields(QueryModel):
    """The fields that are not a generator's own; a view's query adds its own, then `with_generator_fields` those."""

    source: Annotated[str, AfterValidator(known_source)] = control(
        "wine", "A data set, a generator, `inline` (the table in `values`), the id of an upload, or `large:` and the "
        "name of a large array that this server lists.",
        title="Source", group="data", kind="source", form=SOURCE,
    )  # fmt: skip
    values: str = control(
        "1,10;2,30;4,20;5,40", "The typed table: rows separated by `;`, values by `,`.",
        title="Table", group="data", kind="table", shown_for="inline", max_length=20_000,
    )  # fmt: skip
    feature_names: str = control(
        "", "Names of the typed table's columns, commas between; a column without one is x0, x1 and so on.",
        title="Column names", group="data", kind="text", shown_for="inline", max_length=2_000,
    )  # fmt: skip
    batch_size: Annotated[int, Field(ge=1, le=10_000_000)] | Literal["auto", "all"] = control(
        "auto", "Examples in the mini-batch, drawn by the seed without replacement; `all` takes all of them; `auto` is "
        f"{AUTO_GENERATED} of a generator and all of anything else up to {AUTO_FINITE}.",
        title="Batch size", group="data", kind="batch_size", symbol="N", slider=(2, 1024),
        finite=AUTO_FINITE, scale="log",
    )  # fmt: skip
    seed: int = control(
        0, "Decides every random draw; the same seed gives the same numbers.",
        title="Seed", group="data", kind="seed", step=1, ge=0, le=2**32 - 1,
    )  # fmt: skip
    features: int = control(
        8, "Features of a generated batch.", title="Features", group="data", kind="slider", symbol="D",
        slider=(1, 32), step=1, shown_for=" ".join(GENERATORS), ge=1, le=1024,
    )  # fmt: skip
    array: str | None = ARRAY
    header: Header = HEADER
    missing: Missing = MISSING
    feature_axis: int = FEATURE_AXIS
    label: str | None = LABEL
    drop: str = DROP
    mask: str = MASK

    @property
    def is_upload(self) -> bool:
        """Whether the source is the id of an upload."""
        return UPLOAD_ID.fullmatch(self.source) is not None

    @property
    def is_large(self) -> bool:
        """Whether the source is a large array that the server's owner lists."""
        return LARGE.fullmatch(self.source) is not None

    @cached_property
    def generator_values(self) -> dict[str, float]:
        """The parameters of the generator in force."""
        return {p.name: float(getattr(self, p.name)) for p in GENERATORS[self.source].parameters}

    def open(self, uploads: UploadStore) -> Source:
        """The source that the query names."""
        if self.source in GENERATORS:
            return GeneratorSource(self.source, self.features, self.seed, self.generator_values)
        if self.source in DATASETS:
            return DataSetSource(self.source)
        if self.source == "inline":
            return InlineSource(self.values, self.feature_names)
        if self.is_large:
            return uploads.large.open(self.source, self.array, self.feature_axis)
        return uploads.open(self.source, self.reading)

    @property
    def reading(self) -> Reading:
        """How an upload is read."""
        return reading_of(self)

    def size_of(self, source: Source) -> int | None:
        """How many examples to draw; None for all of them. Raises InvalidQuery for all of an endless source."""
        total = source.examples
        if self.batch_size == "all":
            return None
        if self.batch_size == "auto":
            return AUTO_GENERATED if total is None else min(total, AUTO_FINITE)
        return self.batch_size

    def taken(self, source: Source) -> int:
        """How many examples the batch has: those asked for, as far as there are so many."""
        size = self.size_of(source) or source.examples or 0
        return min(size, source.examples or size)

    def check_work(self, source: Source, most: int) -> int:
        """How many numbers a batch of this query has. Raises InvalidQuery where that is more than `most`."""
        width = numbers_per_example(source)
        work = self.taken(source) * width
        if work > most:
            fits = f"up to {most // width:,} examples of {width:,} numbers each"
            raise InvalidQuery(
                f"This batch would have {work:,} numbers, and this server computes up to {most:,} at once.",
                field="batch_size", given=self.batch_size, allowed=fits,
            )  # fmt: skip
        return work

    def draw(self, source: Source, stream: Stream = Stream.BATCH, step: int = 0) -> Batch:
        """Batch number `step` of a stream; the batch that a view shows is number 0 of `Stream.BATCH`."""
        batch = source.draw(self.size_of(source), self.rng(stream, step))
        return replace(batch, warnings=(*batch.warnings, *self._too_many(source)))

    def _too_many(self, source: Source) -> list[str]:
        """The note that fewer examples are taken than asked for."""
        asked, total = self.batch_size, source.examples
        if total is None or isinstance(asked, str) or asked <= total:
            return []
        return [f"{asked:,} examples are asked for, and the source has {total:,}: all of them are taken."]

    def rng(self, stream: Stream, step: int = 0) -> np.random.Generator:
        """The generator of one use of the seed."""
        return np.random.default_rng([self.seed, stream, step])


class SourceFields(BatchFields):
    """The source, and a random linear layer in front of the view if one is asked for."""

    layer_width: int = control(
        0, "Units of a random linear layer in front: x is then its output z. 0 leaves the layer out.",
        title="Layer width", group="layer_before", kind="slider", slider=(0, 32), step=1, ge=0, le=1024,
    )  # fmt: skip
    weight_scale: float = control(
        1.0, "Deviation of that layer's weights, times the square root of its inputs.",
        title="Weight scale", group="layer_before", kind="slider", symbol="a", slider=(0.1, 10), scale="log",
        ge=0, le=1e6,
    )  # fmt: skip
    layer_bias: float = control(
        0.0, "Bias of that layer, the same for every unit.",
        title="Bias", group="layer_before", kind="slider", symbol="b", slider=(-10, 10), step=0.1, ge=-1e6, le=1e6,
    )  # fmt: skip

    def open(self, uploads: UploadStore) -> Source:
        """The source, behind the linear layer if there is one."""
        source = super().open(uploads)
        if not self.layer_width:
            return source
        return LayeredSource(source, self.layer_width, self.weight_scale, self.layer_bias, self.seed)


def numbers_per_example(source: Source) -> int:
    """How many numbers one example has, at the widest place that it passes."""
    match source:
        case LayeredSource():
            return max(source.width, numbers_per_example(source.source))
        case GeneratorSource():
            return source.features
        case DataSetSource():
            return DATASETS[source.name].features
        case UploadSource():
            return int(np.prod(source.x.shape[1:]))
        case LargeSource():
            return source.numbers_per_example
    return MAX_COLUMNS


def _parameter_field(parameter: Parameter, generator: str) -> Any:
    kind = int if parameter.integer else float
    step: float | str = 1 if parameter.integer else "any"
    return kind, control(
        kind(parameter.default), parameter.help, title=parameter.title, group="data", kind="slider",
        symbol=parameter.symbol, step=step, shown_for=generator, ge=parameter.low, le=parameter.high,
        slider=(parameter.low, parameter.high),
    )  # fmt: skip


def with_generator_fields(model: type[Model]) -> type[Model]:
    """The model with a field for each parameter of each generator."""
    fields = {
        parameter.name: _parameter_field(parameter, generator.name)
        for generator in GENERATORS.values()
        for parameter in generator.parameters
    }
    return create_model(model.__name__.replace("Fields", "Query"), __base__=model, **fields)
