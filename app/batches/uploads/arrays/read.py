"""Files of arrays, read: the batch, its layer, its labels, and what is said of the rest."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from app.batches.batch import Array
from app.batches.uploads import layer
from app.batches.uploads.arrays.archive import OPEN, Archive, Arrays, unpack
from app.batches.uploads.arrays.choice import chosen
from app.batches.uploads.arrays.origin import ORIGIN, origin_in
from app.batches.uploads.arrays.padding import Padded, mask_named, taken_out
from app.batches.uploads.arrays.roles import Roles, roles_of
from app.batches.uploads.arrays.settings import settings_in
from app.batches.uploads.arrays.words import told
from app.batches.uploads.axes import feature_axis
from app.batches.uploads.bounds import Bounds
from app.batches.uploads.dropped import dropped, dropped_note
from app.batches.uploads.formats.npy import check_batch
from app.batches.uploads.integers import check_arrays
from app.batches.uploads.labels import encode, unknown_label
from app.batches.uploads.missing import missing_of_arrays
from app.batches.uploads.parsed import GIVEN, LABELS, Parsed, X, mapped
from app.batches.uploads.reading import Reading
from app.batches.uploads.sniff import Kind
from app.models.names import channels_of


def read_npz(upload: Path, reading: Reading, folder: Path, bounds: Bounds) -> Parsed:
    """`read_arrays` of an NPZ file."""
    return read_arrays("npz", upload, reading, folder, bounds)


def read_safetensors(upload: Path, reading: Reading, folder: Path, bounds: Bounds) -> Parsed:
    """`read_arrays` of a safetensors file."""
    return read_arrays("safetensors", upload, reading, folder, bounds)


def read_arrays(kind: Kind, upload: Path, reading: Reading, folder: Path, bounds: Bounds) -> Parsed:
    """The array that `reading` chooses, with what came along for the layer and the labels.

    Raises:
        UnreadableBatch: it is damaged, or no array can be the batch, or more than one.
        UploadTooLarge: it unpacks to more than the bounds.
    """
    with OPEN[kind](upload, bounds) as archive:
        asked = dropped(reading.drop, archive.arrays, "array")
        origin = None if ORIGIN in asked else origin_in(archive, folder, bounds.go_on)
        left_out = {*asked, *([ORIGIN] if origin else [])}
        arrays = {name: header for name, header in archive.arrays.items() if name not in left_out}
        name = chosen(arrays, reading.array, archive.what)
        check_batch(arrays[name], name)
        unpack(archive, name, folder / X, bounds.go_on)
        roles = _roles(arrays, name, reading)
        brought = _layer(archive, roles, folder, bounds)
        said, of_settings = settings_in(archive, roles.settings, folder, bounds.go_on)
        able = _able_labels(arrays, arrays[name].shape[0], roles)
        label_names = _labels(archive, able, reading.label, folder, bounds)
        mask = _mask(archive, roles.mask, folder, bounds)
    x, axes = mapped(folder / X), len(arrays[name].shape)
    check_arrays({name: x, **brought}, bounds.go_on)
    layer.check_finite(name, x, brought, reading.feature_axis)
    padded = Padded(x, _same_rows(brought, x).get("dy"), mask, roles.mask or "")
    is_masked, of_mask = taken_out(padded, reading, folder, bounds)
    if is_masked:
        layer.check_given(brought, x.shape, feature_axis(reading.feature_axis, x.shape), roles.given)
        x = mapped(folder / X)
        brought |= {"dy": mapped(folder / GIVEN.format("dy"))} if padded.dy is not None else {}
    return Parsed(
        masked=is_masked,
        axes=axes,
        given=tuple(brought),
        called=dict(roles.given),
        said=said,
        origin=origin.query if origin else "",
        label_names=label_names,
        able_labels=tuple(able),
        missing=missing_of_arrays({name: x, **_same_rows(brought, x)}, folder, bounds.go_on),
        warnings=(
            *(origin.notes if origin else ()),
            *of_mask,
            *dropped_note(asked),
            *told(arrays, name, roles, reading.label),
            *of_settings,
        ),
    )


def _roles(arrays: Arrays, name: str, reading: Reading) -> Roles:
    roles = roles_of(arrays, name)
    return replace(roles, mask=mask_named(reading, roles.mask, [other for other in arrays if other != name]))


def _mask(archive: Archive, name: str | None, folder: Path, bounds: Bounds) -> Array | None:
    if name is None:
        return None
    path = folder / "mask.npy"
    unpack(archive, name, path, bounds.go_on)
    mask = mapped(path) if archive.arrays[name].shape else np.load(path, allow_pickle=False)
    path.unlink()
    return mask


def _same_rows(brought: Mapping[str, Array], x: Array) -> dict[str, Array]:
    return {"dy": brought["dy"]} if "dy" in brought and brought["dy"].shape == x.shape else {}


def _layer(archive: Archive, roles: Roles, folder: Path, bounds: Bounds) -> dict[str, Array]:
    """The arrays of the layer, unpacked; one value a channel in the shape (channels,)."""
    brought: dict[str, Array] = {}
    for name, array in roles.given.items():
        layer.check_kind(array, archive.arrays[array])
        target = folder / GIVEN.format(name)
        unpack(archive, array, target, bounds.go_on)
        channels = channels_of(archive.arrays[array].shape)
        if name in layer.PER_FEATURE and channels is not None and len(archive.arrays[array].shape) > 1:
            np.save(target, np.load(target, allow_pickle=False).reshape(channels))
        brought[name] = mapped(target)
    return brought


def _able_labels(arrays: Arrays, examples: int, roles: Roles) -> list[str]:
    """The arrays that hold one class a row: numbers or text, one axis, as long as the batch."""
    return [
        name
        for name, header in arrays.items()
        if header.shape == (examples,)
        and header.dtype.kind in "biufUS"
        and name not in roles.used
        and name not in layer.NAMES
    ]


def _labels(archive: Archive, able: list[str], label: str | None, folder: Path, bounds: Bounds) -> tuple[str, ...]:
    if label is None:
        return ()
    if label not in able:
        raise unknown_label(label, able)
    unpacked = folder / "label_source.npy"
    unpack(archive, label, unpacked, bounds.go_on)
    codes, classes = encode(mapped(unpacked), label, bounds.go_on)
    unpacked.unlink()
    np.save(folder / LABELS, codes)
    return classes
