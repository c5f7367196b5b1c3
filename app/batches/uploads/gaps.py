"""Values that are not finite in the arrays of a layer: one error that names every array, and what to do about each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from app.batches.batch import Array
from app.batches.uploads.missing import row_blocks, spelled
from app.errors import UnreadableBatch
from app.figures.numbers import counted

LISTED = 8  # channels or features that an array's sentence names

REMEDIES = {
    "gamma": "A γ or β that is not finite comes of training that diverged: save an earlier state.",
    "running_mean": "Running statistics that are not finite mean that the network has met missing or infinite values, "
    "and no batch norm recovers from that: find where they came from, and start these statistics anew.",
}
REMEDIES |= {"beta": REMEDIES["gamma"], "running_var": REMEDIES["running_mean"]}


@dataclass(frozen=True)
class Gaps:
    """The values of one array that are not finite: how many, in which features, and the first one with its place."""

    name: str
    count: int
    features: tuple[int, ...]
    place: tuple[int, ...]
    value: float

    def text(self, noun: str) -> str:
        """The gaps in half a sentence; `noun` is what a feature is called."""
        named = ", ".join(map(str, self.features[:LISTED]))
        more = f" and {len(self.features) - LISTED:,} more" if len(self.features) > LISTED else ""
        where = f" in {noun}{'s' if len(self.features) > 1 else ''} {named}{more}" if self.features else ""
        place = f"{self.name}[{', '.join(map(str, self.place))}]" if self.place else self.name
        return f"{self.name} has {counted(self.count, 'such value')}{where}, first {spelled(self.value)} at {place}"


def gaps_of(name: str, values: Array, feature_axis: int | None) -> Gaps | None:
    """The gaps of an array, None where there are none; with an axis of None no features are named."""
    if values.dtype.kind != "f":
        return None
    count, features, first = 0, set[int](), None
    for start, block in row_blocks(values):
        wrong = ~np.isfinite(block)
        if not wrong.any():
            continue
        places = np.argwhere(wrong)
        places[:, 0] += start
        first = tuple(places[0].tolist()) if first is None else first
        count += len(places)
        if feature_axis is not None:
            features |= set(np.unique(places[:, feature_axis]).tolist())
    if first is None:
        return None
    place = first if values.ndim else ()
    return Gaps(name, count, tuple(sorted(features)), place, float(values[place]))


def not_finite(x_name: str, arrays: Mapping[str, Array], feature_axis: int) -> UnreadableBatch:
    """The error that lists every array of `arrays` with gaps; the one called `x_name` is the batch itself."""
    x = arrays[x_name]
    gaps = list(_found(x_name, arrays, feature_axis if -x.ndim <= feature_axis < x.ndim else None))
    noun = "feature" if x.ndim == 2 else "channel"
    lasting = [gap.name for gap in gaps if gap.name in REMEDIES]
    rows = [gap.name for gap in gaps if gap.name not in REMEDIES]
    remedies = list(dict.fromkeys(REMEDIES[name] for name in lasting))
    if lasting:
        remedies.append(f"Or leave {_and(lasting)} out of the file.")
    told = f"There are missing or infinite values: {'; '.join(gap.text(noun) for gap in gaps)}."
    detail, page = (" ".join([told, *remedies, *_dropping(rows, lasting, how)]) for how in (" (missing=drop)", ""))
    return UnreadableBatch(
        detail,
        page=page,
        field="array" if lasting else "missing",
        given=", ".join(gap.name for gap in gaps) if lasting else "error",
        allowed="finite values" if lasting else "drop",
    )


def _dropping(rows: list[str], lasting: list[str], how: str) -> list[str]:
    """The remedy of what stands in the batch's rows, if anything; `how` names the parameter."""
    also = f", which does not mend {_and(lasting)}" if lasting else ""
    return [f"Fill in {_and(rows)}, or leave such rows out{how}{also}."] if rows else []


def _found(x_name: str, arrays: Mapping[str, Array], feature_axis: int | None) -> Iterator[Gaps]:
    shape = arrays[x_name].shape
    for name, values in arrays.items():
        axis = feature_axis if values.shape == shape else 0 if values.ndim == 1 else None
        if gap := gaps_of(name, values, axis):
            yield gap


def _and(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
