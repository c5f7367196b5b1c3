"""What an engineer's own layer brings along: gamma, beta, the running statistics, the upstream gradient."""

from collections.abc import Mapping

from app.batches.batch import Array
from app.batches.uploads.axes import on_another_axis
from app.batches.uploads.formats.npy import is_numeric
from app.batches.uploads.gaps import not_finite
from app.batches.uploads.missing import bad_rows
from app.errors import UnreadableBatch, shortened
from app.files.header import Header

PER_FEATURE = ("gamma", "beta", "running_mean", "running_var")
NAMES = (*PER_FEATURE, "dy")


def check_kind(name: str, header: Header) -> None:
    """Refuse an array of the layer that holds no real numbers."""
    if not is_numeric(header):
        raise UnreadableBatch(
            f"The array {name!r} has dtype {header.dtype}; as the layer's {name} it must hold real numbers. "
            "Convert it, or save it under another name.",
            field="array",
            given=name,
        )


def check_given(
    given: Mapping[str, Array], shape: tuple[int, ...], feature_axis: int, called: Mapping[str, str] | None = None
) -> None:
    """Refuse arrays of the layer that do not belong to a batch of this shape; `called` is what the file calls them.

    Raises:
        UnreadableBatch: a shape does not fit, or a running variance is negative.
    """
    called = {name: name for name in given} | dict(called or {})
    for name in PER_FEATURE:
        if name in given:
            _check_length(called[name], given[name].shape, shape, feature_axis)
    if "dy" in given and given["dy"].shape != shape:
        what = f"has shape {given['dy'].shape}, and x has {shape}"
        raise _wrong(called["dy"], what, "Save the gradient of the same batch")
    if "running_var" in given and (given["running_var"] < 0).any():
        raise _wrong(called["running_var"], "holds a negative value", "A variance is 0 or more")


def _check_length(name: str, given: tuple[int, ...], shape: tuple[int, ...], feature_axis: int) -> None:
    if given == (shape[feature_axis],):
        return
    fits = [str(axis) for axis, length in enumerate(shape) if axis and given == (length,)]
    what = f"has shape {given}, and axis {feature_axis} of x {shape} has {shape[feature_axis]}"
    if not fits:
        raise _wrong(name, what, "Save one value a feature")
    raise on_another_axis(f"The layer's {shortened(name)} {what}", fits)


def check_finite(x_name: str, x: Array, given: Mapping[str, Array], feature_axis: int) -> None:
    """Refuse a layer of which an array with a value a feature is not finite: no row can be dropped for that.

    Raises:
        UnreadableBatch: it lists what is missing in every array, the batch and `dy` too.
    """
    if any(bad_rows(given[name])[1] for name in given.keys() & set(PER_FEATURE)):
        raise not_finite(x_name, {x_name: x, **given}, feature_axis)


def _wrong(name: str, what: str, do: str) -> UnreadableBatch:
    name = str(shortened(name))
    told = f"The layer's {name} {what}. {do}, or leave {name} out"
    return UnreadableBatch(f"{told} (drop={name}).", page=f"{told}.", field="array", given=name)
