"""All records of a page's variants as a file: JSON as it is streamed, CSV of one number a cell, or arrays in NPZ."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson

from app.web.answers import to_json
from app.web.runs.following import Row

Steps = Mapping[str, Sequence[dict[str, Any]]]
"""The records of each variant, by its letter; each with its `step`."""
NOT_A_NUMBER = float("nan")


def steps_of(rows: Sequence[Row]) -> Steps:
    """The records of each variant out of rows, in which they stand side by side."""
    steps: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        for letter, record in row.records.items():
            steps.setdefault(letter, []).append({"step": row.step} | orjson.loads(record.body))
    return steps


@dataclass(frozen=True)
class Format:
    """A form of a file: its media type, and its bytes."""

    media_type: str
    write: Callable[[Steps], bytes]


def flat(record: Mapping[str, Any]) -> dict[str, float | None]:
    """Each single number of a record by a name of its own; histograms and surfaces are left out.

    >>> flat({"step": 3, "loss": 1.5, "unit": [0, 1, 2], "blocks": [{"mean": 0.5, "inputs": {"from": 0}}]})
    {'step': 3, 'loss': 1.5, 'unit_15': 0, 'unit_50': 1, 'unit_85': 2, 'block_1_mean': 0.5}
    """
    whole = dict(_numbers(record, ""))
    for number, block in enumerate(record["blocks"], 1):
        whole |= _numbers(block, f"block_{number}_")
    return whole


PARTS = {"held": "held_{}", "running": "running_{}"}
PERCENT = (15, 50, 85)


def _numbers(part: Mapping[str, Any], before: str) -> Iterator[tuple[str, float | None]]:
    for name, value in part.items():
        if name in PARTS:
            yield from ((before + PARTS[name].format(of), number) for of, number in value.items())
        elif isinstance(value, list) and name != "blocks":
            yield from ((f"{before}{name}_{share}", number) for share, number in zip(PERCENT, value, strict=True))
        elif not isinstance(value, list | dict):
            yield before + name, value


def _json(steps: Steps) -> bytes:
    return to_json({"variants": steps})


def _csv(steps: Steps) -> bytes:
    rows = [{"variant": letter} | flat(record) for letter, records in steps.items() for record in records]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _npz(steps: Steps) -> bytes:
    """An array a number, (T,); of what blocks have (T, B); of their histograms counts (T, B, 24), ends (T, B, 2)."""
    file = io.BytesIO()
    np.savez_compressed(file, **{
        f"{letter}_{name}": array for letter, records in steps.items() for name, array in _arrays(records).items()
    })  # fmt: skip
    return file.getvalue()


def _arrays(records: Sequence[dict[str, Any]]) -> dict[str, Any]:
    singles = [dict(_numbers(record, "")) for record in records]
    arrays = {name: np.array([_number(row.get(name)) for row in singles]) for name in _names(singles)}
    blocks = [[dict(_numbers(block, "")) for block in record["blocks"]] for record in records]
    for name in _names([block for row in blocks for block in row]):
        arrays[f"block_{name}"] = np.array([[_number(block.get(name)) for block in row] for row in blocks])
    for name in ("inputs", "gradients"):
        drawn = [[block[name] for block in record["blocks"]] for record in records]
        arrays[f"block_{name}_counts"] = np.array([[one["counts"] for one in row] for row in drawn])
        arrays[f"block_{name}_ends"] = np.array([[[_number(one[end]) for end in ("from", "to")] for one in row]
                                                 for row in drawn])  # fmt: skip
    return arrays


def _names(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def _number(value: float | None) -> float:
    return NOT_A_NUMBER if value is None else float(value)


FORMATS = {
    "json": Format("application/json", _json),
    "csv": Format("text/csv; charset=utf-8", _csv),
    "npz": Format("application/octet-stream", _npz),
}
