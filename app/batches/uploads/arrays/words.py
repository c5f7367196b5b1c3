"""What a file of arrays is said to be: what was read under another name, and what, by name, was not used."""

from collections.abc import Iterator, Mapping, Sequence

from app.batches.uploads.arrays.archive import Arrays
from app.batches.uploads.arrays.choice import listed
from app.batches.uploads.arrays.roles import Roles
from app.batches.uploads.formats.bfloat16 import NOTE
from app.batches.uploads.formats.table import listed as listed_names
from app.errors import shortened

PARTS = {
    "gamma": "γ",
    "beta": "β",
    "running_mean": "the running mean",
    "running_var": "the running variance",
    "dy": "dy",
}


def told(arrays: Arrays, x: str, roles: Roles, labels: str | None) -> Iterator[str]:
    """The sentences on a file of which `x` is the batch."""
    yield from _renamed(x, roles.given)
    yield from _bfloat16(arrays, [x, *roles.given.values()])
    yield from _undecided(roles.undecided)
    objects = [name for name, header in arrays.items() if header.dtype.hasobject]
    if objects:
        yield f"Left out because they hold Python objects, which are never unpickled: {listed_names(objects)}."
    used = {x, labels, *roles.used, *objects}
    unused = {name: header for name, header in arrays.items() if name not in used}
    if unused:
        yield f"Not used: {listed(unused)}."


def _renamed(x: str, given: Mapping[str, str]) -> Iterator[str]:
    other = [f"{shortened(array)} is {PARTS[name]}" for name, array in given.items() if array != name]
    batch = [f"{shortened(x)} is the batch"] if x != "x" else []
    if other or batch:
        yield f"Of this file {', '.join([*batch, *other])}."


def _bfloat16(arrays: Arrays, names: Sequence[str]) -> Iterator[str]:
    untold = [name for name in names if arrays[name].is_bfloat16 and not arrays[name].kind]
    if untold:
        yield NOTE.format(f"{listed_names(untold)}:")


def _undecided(norms: Sequence[str]) -> Iterator[str]:
    if norms:
        names = " or ".join(str(shortened(name)) for name in norms[:8])
        yield (
            f"Nothing says whether x goes into {names}, so none of them is used: call it {shortened(norms[0])}.x, or "
            "save one layer alone."
        )
