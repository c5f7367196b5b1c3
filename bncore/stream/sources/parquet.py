"""Numeric columns of a Parquet file, a feature each; pyarrow reads them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bncore.arguments import Array
from bncore.errors import BadParameter, BatchNormError
from bncore.progress import Said, unheard
from bncore.stream.sources.file import File
from bncore.stream.sources.source import Chunk, Source, checked, cut, picked

ROWS = 2**16  # read at a time


@dataclass(frozen=True, eq=False)
class ParquetColumns:
    """The columns `names` of a file. Implements `Source`."""

    file: File
    names: tuple[str, ...]
    examples: int
    dtype: np.dtype[Any]

    def __post_init__(self) -> None:
        checked(self.dtype, (self.examples, *self.example), self.file.name)

    @property
    def example(self) -> tuple[int, ...]:
        return (len(self.names),)

    @property
    def stamp(self) -> str:
        return f"{self.file.stamp} {self.names} {self.examples}"

    def chunks(self, rows: int, first: int = 0) -> Iterator[Chunk]:
        for chunk in cut(self._blocks(first), rows):
            yield Chunk(partial(np.asarray, chunk))

    def take(self, which: NDArray[np.intp], say: Said = unheard) -> Array:
        return picked(self.chunks(ROWS), ROWS, which, say)

    def _blocks(self, first: int) -> Iterator[Array]:
        """The rows from number `first` on; groups of rows that end before it are not read."""
        with _told(self.file), self.file.open() as opened, _arrow().ParquetFile(opened) as parquet:
            sizes = [parquet.metadata.row_group(group).num_rows for group in range(parquet.num_row_groups)]
            ends = np.cumsum(sizes)
            skipped = int(np.searchsorted(ends, first, side="right"))
            first -= int(ends[skipped - 1]) if skipped else 0
            for batch in parquet.iter_batches(ROWS, list(range(skipped, len(sizes))), list(self.names)):
                yield self._block(batch)[first:]
                first = max(first - batch.num_rows, 0)

    def _block(self, batch: Any) -> Array:
        block = np.empty((batch.num_rows, len(self.names)), self.dtype)
        for place, name in enumerate(self.names):
            block[:, place] = batch.column(name).to_numpy(zero_copy_only=False)
        return block


def of_parquet(file: File, array: str | None) -> Source:
    """The numeric columns, or those that `array` names with commas between. Raises BadParameter for others."""
    with _told(file), file.open() as opened, _arrow().ParquetFile(opened) as parquet:
        schema, rows = parquet.schema_arrow, parquet.metadata.num_rows
    dtypes = {field.name: kind for field in schema if (kind := _dtype(field.type)) is not None}
    names = tuple(dtypes) if array is None else tuple(name.strip() for name in array.split(","))
    unknown = [name for name in names if name not in dtypes]
    if unknown or not names:
        asked = f"no numeric column {unknown[0]!r}" if unknown else "no numeric column"
        raise BadParameter(f"x: {file.name} has {asked}; it has {', '.join(schema.names)}.", parameter="array")
    floats = all(dtypes[name].kind == "f" for name in names)
    dtype = np.result_type(*(dtypes[name] for name in names)) if floats else np.dtype(np.float64)
    return ParquetColumns(file, names, rows, dtype)


@contextmanager
def _told(file: File) -> Iterator[None]:
    """Raises BadParameter for what pyarrow cannot read, of which it says ValueError, or OSError without a number."""
    try:
        yield
    except (ValueError, OSError) as error:
        if isinstance(error, BatchNormError) or getattr(error, "errno", None) is not None:
            raise
        raise BadParameter(f"x: {file.name} is no Parquet file that can be read: {error}", parameter="x") from error


def _dtype(kind: Any) -> np.dtype[Any] | None:
    try:
        dtype = np.dtype(kind.to_pandas_dtype())
    except (NotImplementedError, TypeError):
        return None
    return dtype if dtype.kind in "biuf" else None


def _arrow() -> Any:
    try:
        from pyarrow import parquet
    except ImportError as error:
        why = "is not installed" if isinstance(error, ModuleNotFoundError) else f"cannot be loaded ({error})"
        raise BadParameter(f"x: reading Parquet needs pyarrow, which {why}.", parameter="x") from error
    return parquet
