"""The feature axis of an array: counted from the front, and doubted where the last axis looks like the channels."""

from collections.abc import Sequence

from app.errors import InvalidQuery, UnreadableBatch

COLOURS = (1, 3, 4)
"""Channels of images as they come from files."""

LANES = 8
"""Channels of a layer are mostly a multiple of this."""


def feature_axis(axis: int, shape: tuple[int, ...]) -> int:
    """The axis counted from the front. The first one counts the examples and so is none.

    Raises:
        InvalidQuery: there is no such axis.
    """
    positive = axis + len(shape) if axis < 0 else axis
    if 0 < positive < len(shape):
        return positive
    last = len(shape) - 1
    why = f"does not suit the shape {shape}: axis 0 counts the examples, and the features are on axis 1 to {last}."
    raise InvalidQuery(
        f"feature_axis={axis} {why}",
        page=f"Axis {axis} for the features {why}",
        field="feature_axis",
        given=axis,
        allowed=f"1 to {last}, or -1 for the last",
    )


def is_channels_last(shape: tuple[int, ...]) -> bool:
    """Whether the last of three or four axes looks like the channels, and axis 1 does not.

    A picture is as high as it is wide, or has few colours; a layer's channels come by the eight.

    >>> [is_channels_last(shape) for shape in ((2, 28, 28, 3), (2, 7, 7, 64), (2, 50, 64), (2, 3, 28, 28))]
    [True, True, True, False]
    """
    if len(shape) not in (3, 4) or shape[1] == shape[-1] or (len(shape) == 4 and shape[2] == shape[3]):
        return False
    first, last = shape[1], shape[-1]
    if len(shape) == 4 and (first == shape[2] or last in COLOURS):
        return first not in COLOURS
    return last % LANES == 0 and first % LANES != 0 and first not in COLOURS


def axis_notes(axis: int, shape: tuple[int, ...]) -> list[str]:
    """What is said of features read from axis 1 of a shape whose last axis looks like them."""
    if axis != 1 or not is_channels_last(shape):
        return []
    return [
        f"Axis 1 of {shape} is read as {shape[1]:,} channels, though the last axis looks like them: if it counts the "
        "channels, set the feature axis to -1."
    ]


def on_another_axis(told: str, axes: Sequence[str]) -> UnreadableBatch:
    """The error for an array that fits with the features on one of other axes."""
    named = " or ".join(axes)
    return UnreadableBatch(
        f"{told}. It would fit feature_axis={named}.",
        page=f"{told}. It would fit with the features on axis {named}.",
        field="feature_axis",
        allowed=named,
    )
