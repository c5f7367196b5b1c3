"""Files of several arrays: which one is meant."""

from collections.abc import Mapping

from bncore.errors import BadParameter

BATCH = "x"


def chosen(shapes: Mapping[str, tuple[int, ...]], wanted: str | None, name: str) -> str:
    """The array of that name; of none, `x`, or the only one of two or more axes. Raises BadParameter.

    >>> chosen({"gamma": (3,), "inputs": (9, 3)}, None, "layer.npz")
    'inputs'
    """
    able = [array for array, shape in shapes.items() if len(shape) > 1]
    only = BATCH if BATCH in able else able[0] if len(able) == 1 else None
    array = only if wanted is None else wanted
    if array is None or array not in shapes:
        asked = f"no array {wanted!r}" if wanted else "no array 'x' and not exactly one of two or more axes"
        holds = ", ".join(f"{one} {shape}" for one, shape in shapes.items()) or "nothing"
        raise BadParameter(f"x: {name} has {asked}; it holds {holds}: name one by array=.", parameter="array")
    return array
