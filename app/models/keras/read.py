"""The norms of a Keras model: an HDF5 file (.h5, .weights.h5), or a zip of one with its configuration (.keras)."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.errors import UnreadableModel
from app.files.archive import Archive
from app.files.damage import damage_told
from app.files.members import Members
from app.models.keras.config import Configured, layers_of
from app.models.keras.hdf5 import Tree, tree_of
from app.models.keras.norms import Built, norms_of
from app.models.keras.stored import stored
from app.models.keras.walk import DO, WHAT
from app.models.limits import HEADER, UNPACKED
from app.models.mapped import Mapped, mapped, members_of
from bncore.doctor import Model

BOUNDS = Archive(WHAT, "members", 1000, DO, UnreadableModel)
WEIGHTS = "model.weights.h5"
CONFIG = "config.json"
LISTED = 4


@dataclass(frozen=True)
class Opened:
    """A model's file, its weights, and the archive around them, if there is one."""

    file: Mapped
    tree: Tree
    members: Members | None = None


def read_h5(file: Mapped) -> Model:
    """The norms of an HDF5 file; those of `save_weights` have no configuration.

    Raises:
        UploadTooLarge: it has more than a model.
        UnreadableModel: it is damaged, or points to other files.
    """
    with damage_told(WHAT, DO, UnreadableModel):
        tree = tree_of(file, 0, len(file.bytes))
        config = tree.told["config"]
        return _model("keras h5", Opened(file, tree), layers_of(config) if config is not None else {})


def read_keras(file: Mapped) -> Model:
    """The norms of a .keras archive, whose weights are read where they lie.

    Raises:
        UploadTooLarge: it has more than a model.
        UnreadableModel: it is damaged, points to other files, or has its weights in parts.
    """
    members = members_of(file, BOUNDS)
    with damage_told(WHAT, DO, UnreadableModel):
        missing = [name for name in (WEIGHTS, CONFIG) if name not in members.infos]
        if missing:
            raise ValueError(f"it has no {' and no '.join(missing)}")
        layers = layers_of(bytes(members.read(CONFIG, HEADER)))
        return _model("keras", Opened(file, _weights(file, members), members), layers)


def _weights(file: Mapped, members: Members) -> Tree:
    """The weights where they lie in the archive, or else unpacked into a file of their own."""
    content = members.read(WEIGHTS, UNPACKED)
    if members.is_stored(WEIGHTS):
        start = members.offset(WEIGHTS)
        return tree_of(file, start, start + len(content))
    return tree_of(mapped(bytes(content)), 0, len(content))


def _model(kind: str, opened: Opened, layers: dict[str, Configured]) -> Model:
    tree = opened.tree
    built = list(norms_of(tree, layers, list(stored(tree, layers))))
    return Model(
        format=kind,
        norms=tuple(one.norm for one in built),
        tensors={path: (tensor.shape, tensor.dtype.name) for path, tensor in tree.tensors.items()},
        read=tree.read,
        notes=tuple(_notes(built, layers)),
        source=opened,
    )


def _notes(built: list[Built], layers: dict[str, Configured]) -> Iterator[str]:
    """What the file leaves open."""
    if not layers:
        yield (
            "The file has weights and no configuration: momentum and the order of layers are not told, and ε is "
            "taken for Keras' default."
        )
        return
    open_ = [f"{one.norm.name} {one.open}" for one in built if one.open]
    if open_:
        more = f" and {len(open_) - LISTED:,} more" if len(open_) > LISTED else ""
        yield f"Without a layer in front: {'; '.join(open_[:LISTED])}{more}."
