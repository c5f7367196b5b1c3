"""Which array of a file is the batch: the one asked for, `x` by any framework's name, or the only one that can be.

Weights never become the batch by themselves: a file of nothing but a model's arrays is for the doctor.
"""

import re

from app.batches.uploads.arrays.archive import Arrays
from app.batches.uploads.formats.npy import is_numeric
from app.batches.uploads.formats.table import listed as listed_names
from app.errors import UnreadableBatch, shortened
from app.files.refused import DOCTOR
from app.models.names import PER_CHANNEL, Role, by_layer, channels_of, named

WEIGHTS = re.compile(r"(?:^|[._/])(?:weight|kernel|embeddings?|filters?|[wW])(?:_[a-z]+_?[0-9]*)?(?::\d+)?$")
"""The names of arrays that a network has learned, beside those of its norms."""

CAPTURE = "bnscope_capture"
"""The array that tells a capture of training steps from other files."""

EXAMINED = f"POST /api/v1{DOCTOR}"


def main_array(arrays: Arrays) -> str | None:
    """The array that is the batch when none is named: `x`, or else the only one that can be."""
    if "x" in arrays:
        return "x"
    if CAPTURE in arrays:
        return None
    inputs = [name for name in _of_numbers(arrays) if (known := named(name)) and known.role == "x"]
    inputs = [name for name in inputs if not named(name).layer] or inputs  # type: ignore[union-attr]
    if inputs:
        return inputs[0] if len(inputs) == 1 else None
    able = _unlearned(arrays)
    return able[0] if len(able) == 1 and not is_of_a_model(arrays) else None


def candidates(arrays: Arrays) -> list[str]:
    """The arrays that can be a batch where they are asked for, weights last."""
    able = [name for name in _of_numbers(arrays) if _role(name) not in ("dy", *PER_CHANNEL, "mask", "padding")]
    weights = [name for name in _of_numbers(arrays) if _role(name) in PER_CHANNEL and not _is_per_channel(arrays, name)]
    return [*(name for name in able if not WEIGHTS.search(name)), *(n for n in able if WEIGHTS.search(n)), *weights]


def is_of_a_model(arrays: Arrays) -> bool:
    """Whether there are weights, or norms that a name stands in front of."""
    return any(map(WEIGHTS.search, _of_numbers(arrays))) or any(layer for layer in norms_of(arrays))


def norms_of(arrays: Arrays) -> list[str]:
    """The layers that look like norms by two or more arrays of one value a channel, all of one length."""
    layers = by_layer(name for name in arrays if _role(name) in PER_CHANNEL and is_numeric(arrays[name]))
    return [layer for layer, roles in layers.items() if _is_norm(arrays, list(roles.values()))]


def _is_norm(arrays: Arrays, names: list[str]) -> bool:
    lengths = {channels_of(arrays[name].shape) for name in names}
    return len(names) > 1 and len(lengths) == 1 and None not in lengths


def chosen(arrays: Arrays, wanted: str | None, what: str) -> str:
    """The array that is the batch.

    Raises:
        UnreadableBatch: there is none of that name, or it is not clear which; or the file is a model's.
    """
    name = main_array(arrays) if wanted is None else wanted
    if name is not None and name in arrays:
        return name
    if wanted is None and (model := _model(arrays, what)):
        raise model
    asked = f"no array {wanted!r}" if wanted else "no array 'x' and not exactly one that could be the batch"
    detail = f"The {what} has {asked}. It holds {listed(arrays)}. Choose one of two or more axes"
    doctor = (" If it is a model, its norms are looked at by {}." if is_of_a_model(arrays) else "").format
    raise UnreadableBatch(
        f"{detail} with array=NAME.{doctor(EXAMINED)}",
        page=f"{detail}, under “How to read the file”.{doctor('the Doctor (/doctor)')}",
        field="array",
        given=wanted,
        allowed=listed_names(candidates(arrays)),
    )


def _model(arrays: Arrays, what: str) -> UnreadableBatch | None:
    """The refusal of a file that is no batch but a model, a layer without its input, or a capture."""
    norms = norms_of(arrays)
    if CAPTURE in arrays:
        told = f"The {what} is a capture of training steps"
    elif norms and not _unlearned(arrays):
        names = listed_names([layer for layer in norms if layer])
        told = f"The {what} has no array x: it holds the arrays of " + (f"the norms {names}" if names else "a norm")
    else:
        return None
    beside = "To see one layer here, save its input beside its arrays as x."
    error = UnreadableBatch(
        f"{told}. Its norms are looked at by {EXAMINED}. {beside}",
        page=f"{told}. Its norms are looked at by the Doctor. {beside}",
        field="file",
        given=what,
        allowed="a file with the array x",
    )
    error.see = DOCTOR
    return error


def listed(arrays: Arrays) -> str:
    """The arrays with their shapes and dtypes, for a person."""
    each = [f"{shortened(name)} {header.shape} {shortened(header.word)}" for name, header in arrays.items()]
    return listed_names(each) or "nothing"


def _unlearned(arrays: Arrays) -> list[str]:
    """The arrays that can be a batch and are no weights."""
    return [name for name in candidates(arrays) if not WEIGHTS.search(name) and _role(name) not in PER_CHANNEL]


def _of_numbers(arrays: Arrays) -> list[str]:
    return [name for name, header in arrays.items() if is_numeric(header) and len(header.shape) > 1]


def _is_per_channel(arrays: Arrays, name: str) -> bool:
    return channels_of(arrays[name].shape) is not None


def _role(name: str) -> Role | None:
    known = named(name)
    return known.role if known else None
