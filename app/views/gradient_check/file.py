"""What a file brings to the page: its arrays as text, and the numbers and words that say what they were made with."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pydantic import ValidationError

from app.errors import InvalidQuery, shortened
from app.views.gradient_check.body import MOST_NUMBERS, NPY, ZIP, array_of, is_real, too_large, unpacked
from app.views.gradient_check.probe import EXACT, as_text
from app.views.gradient_check.query import (
    BATCH,
    CONVENTION,
    SETTINGS,
    GradientCheckQuery,
    arrays_of,
    only_the_seed,
    settings_of,
)
from bncore.diagnosis import ORDER

TENSORS = (*ORDER, *BATCH)
MOST_NAMED = 12
OWN = ("x", "dy")  # a file with these brings its own batch


def file_texts(body: bytes, name: str) -> Mapping[str, str]:
    """The tensors of an NPZ file as text, or the one of an NPY file under `name`; and the settings that are in force.

    With a batch of its own, or the seed of a probe, all settings are there, as a check of the file itself would take
    them. `not_used` names what of the file the page does not go by, where there is such.

    Raises InvalidQuery, UploadTooLarge.
    """
    if body.startswith(NPY):
        arrays = {name: array_of(body, "The file")}
    elif body.startswith(ZIP):
        arrays = unpacked(body)
    else:
        raise InvalidQuery("The file is neither NPZ nor NPY.", field="file", allowed="numpy.savez's or save's file")
    texts = {key: _text(value, key) for key, value in arrays.items() if key in TENSORS}
    if not texts:
        detail = f"The file holds {', '.join(arrays) or 'nothing'}, and none of the tensors of a check."
        raise InvalidQuery(detail, field="file", allowed=", ".join(TENSORS))
    settings = _settings({key: value for key, value in arrays.items() if key in SETTINGS}, texts)
    taken = _taken(texts, settings)
    unused = [name for name in arrays if name not in taken]
    return {name: texts[name] for name in texts if name in taken} | settings | _told(unused)


def _taken(texts: Mapping[str, str], settings: Mapping[str, str]) -> set[str]:
    """The tensors and settings that the page goes by: a batch where it is whole, and of it what its norm takes."""
    norm = settings.get("norm", "batch")
    batch = arrays_of(norm) if all(name in texts for name in OWN) else ()
    foreign = {"groups", "axis"}.difference(settings_of(norm))
    return {*ORDER, *batch, *(name for name in settings if name not in foreign)}


def _told(unused: Sequence[str]) -> dict[str, str]:
    named = ", ".join(shortened(name) for name in unused[:MOST_NAMED])
    more = f" and {len(unused) - MOST_NAMED:,} more" if len(unused) > MOST_NAMED else ""
    return {"not_used": f"Not used: {named}{more}."} if unused else {}


def _text(value: Any, name: str) -> str:
    array = np.asarray(value)
    if array.size > MOST_NUMBERS:
        raise too_large(f"{name} holds {array.size:,} numbers, the limit is {MOST_NUMBERS:,}", "file", MOST_NUMBERS)
    if not is_real(array):
        detail = f"{name} has dtype {array.dtype}, not of real numbers."
        raise InvalidQuery(detail, field="file", allowed="real numbers")
    return as_text(array, EXACT) if array.ndim else repr(array.item())


def _settings(given: dict[str, Any], texts: Mapping[str, str]) -> dict[str, str]:
    """Epsilon and the rest as the fields of the page have them; {} for a file that says nothing of its batch."""
    try:
        query = GradientCheckQuery.model_validate({name: texts[name] for name in BATCH if name in texts} | given)
    except ValidationError as error:
        wrong = error.errors()[0]
        detail = f"{wrong['loc'][0]} in the file: {wrong['msg']}."
        raise InvalidQuery(detail, field="file", given=repr(wrong["input"])[:80]) from error
    only_the_seed(query)
    if query.seed is None and not all(name in texts for name in OWN):
        return {}
    own = ("eps", "feature_axis", "groups", "axis")
    wanted = ("eps_placement", *CONVENTION, *(own if query.seed is None else ("seed", "axes")))
    return {name: str(value) for name in wanted if (value := getattr(query, name)) is not None}
