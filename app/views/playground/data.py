"""A stage's numbers as a table, and the formats that it leaves in."""

import csv
import io
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib import format as npy

from app.batches.batch import Batch
from app.errors import InvalidQuery
from app.views.playground.compute import Walk
from app.web.answers import to_json
from bncore.playground.stages import READOUT, STAGES

STATISTICS = "statistics"
STAGES_AND_STATISTICS = (*STAGES, STATISTICS)
PIECE = 50_000  # numbers that are written at a time
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for the start of a formula


@dataclass(frozen=True)
class Table:
    """Numbers with the names of their columns; for a batch of more axes `array` keeps its shape."""

    columns: tuple[str, ...]
    rows: np.ndarray[Any, Any]
    array: np.ndarray[Any, Any]
    row_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Format:
    media_type: str
    write: Callable[[Table], Iterator[bytes]]


def data_of(walk: Walk, stage: str) -> Table:
    """The table of a stage: examples (or examples × positions) × features, or features × statistics."""
    if stage == STATISTICS:
        return _statistics(walk)
    if stage not in walk.result.stages:
        raise InvalidQuery(
            f"This view has no stage {stage}.", field="stage", given=stage, allowed=", ".join(walk.result.stages)
        )
    values = walk.result.stages[stage].values
    if stage in READOUT:
        return Table(tuple(walk.selection.class_names), values.T, values.T)
    return Table(walk.batch.feature_names, values.T, _original_shape(values, walk.batch))


def _original_shape(values: np.ndarray[Any, Any], batch: Batch) -> np.ndarray[Any, Any]:
    """Features × numbers in the axes of the batch."""
    others = [length for axis, length in enumerate(batch.x.shape) if axis != batch.feature_axis]
    return np.moveaxis(values.reshape(-1, *others), 0, batch.feature_axis)


def _statistics(walk: Walk) -> Table:
    result = walk.result
    columns = {
        "mean": result.forward.mean, "var": result.forward.var, "gamma": result.forward.gamma,
        "beta": result.forward.beta, "saturation": result.saturation, "dgamma": result.gradients.dgamma,
        "dbeta": result.gradients.dbeta, "sum_dx": result.conservation.sum_dx,
        "sum_dx_x_hat": result.conservation.sum_dx_x_hat,
    }  # fmt: skip
    for name in ("x", "x_hat", "y", "activation", "dx"):
        summary = result.stages[name].summary
        columns |= {f"{name}_mean": summary.mean, f"{name}_sd": summary.sd}
        columns |= {f"{name}_min": summary.low, f"{name}_median": summary.quantiles[2], f"{name}_max": summary.high}
    rows = np.column_stack(list(columns.values()))
    return Table(tuple(columns), rows, rows, walk.batch.feature_names)


def _npy(table: Table) -> Iterator[bytes]:
    array = table.array
    head = io.BytesIO()
    form = {"descr": npy.dtype_to_descr(array.dtype), "fortran_order": False, "shape": array.shape}
    npy.write_array_header_1_0(head, form)
    yield head.getvalue()
    for _, block in blocks_from(array):
        yield block.tobytes()


def _csv(table: Table) -> Iterator[bytes]:
    named = bool(table.row_names)
    yield _lines([(["feature"] if named else []) + [_text(name) for name in table.columns]])
    for start, block in blocks_from(table.rows):
        rows = block.tolist()
        names = table.row_names[start : start + len(rows)]
        yield _lines([[_text(name), *row] for name, row in zip(names, rows, strict=True)] if named else rows)


def _lines(rows: list[list[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _text(name: str) -> str:
    """A name that no spreadsheet runs: names come from uploads, and links to uploads from anybody."""
    return f"'{name}" if name.startswith(FORMULA) else name


def _json(table: Table) -> Iterator[bytes]:
    body: dict[str, Any] = {"columns": table.columns, "shape": table.array.shape}
    if table.row_names:
        body["rows"] = table.row_names
    yield to_json(body)[:-1] + b',"data":['
    for start, block in blocks_from(table.array):
        yield (b"," if start else b"") + to_json(np.ascontiguousarray(block))[1:-1]
    yield b"]}"


def blocks_from(array: np.ndarray[Any, Any]) -> Iterator[tuple[int, np.ndarray[Any, Any]]]:
    """The rows of an array in blocks of some numbers, each with the number of its first row."""
    rows = max(1, PIECE // max(1, math.prod(array.shape[1:])))
    return ((start, array[start : start + rows]) for start in range(0, len(array), rows))


FORMATS = {
    "json": Format("application/json", _json),
    "csv": Format("text/csv; charset=utf-8", _csv),
    "npy": Format("application/octet-stream", _npy),
}
