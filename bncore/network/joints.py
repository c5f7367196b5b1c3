"""The joints of a network's blocks: what stands between the modules, forward and backward."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bncore.arguments import Array
from bncore.network.layers.convolution import Convolution
from bncore.network.layers.layer import Layer, Record
from bncore.network.layers.linear import Linear
from bncore.network.layers.normalization import BatchNorm
from bncore.network.layers.pointwise import Activate
from bncore.network.layers.residual import Residual
from bncore.network.propagation import Propagation

PRODUCTS = (Linear, Convolution)
KINDS: dict[str, tuple[type[Layer], ...]] = {
    "z": PRODUCTS, "norm": (BatchNorm,), "f": (Activate,), "sum": (Residual,),
}  # fmt: skip
"""The product's output z, behind the norm, behind the activation f, behind the residual connection."""


@dataclass(frozen=True, eq=False)
class Joint:
    """What a module of a block gives: `y`, dL/dy = `dy`, and `x`, what entered the module.

    Blocks count from 1.
    """

    block: int
    kind: str
    record: Record
    x: Array

    @property
    def id(self) -> str:
        """The kind and the block's number."""
        return f"{self.kind}{self.block}"

    @property
    def y(self) -> Array:
        """What the module gives."""
        return self.record.y

    @property
    def dy(self) -> Array:
        """dL/dy."""
        return self.record.dy


def joints_of(pass_: Propagation) -> list[Joint]:
    """The joints of a pass in forward order; the read-out, which is the last product, has none."""
    return list(_joints(pass_))


def joints_in(layers: Sequence[Layer]) -> int:
    """How many joints a pass through these layers of a whole network has."""
    kinds = tuple(kind for types in KINDS.values() for kind in types)
    return sum(isinstance(layer, kinds) for layer in _flat(layers)) - 1  # the read-out


def _flat(layers: Sequence[Layer]) -> Iterator[Layer]:
    for layer in layers:
        if isinstance(layer, Residual):
            yield from _flat(layer.layers)
        yield layer


def _joints(pass_: Propagation) -> Iterator[Joint]:
    records = list(pass_.all_records())
    products = sum(isinstance(record.layer, PRODUCTS) for record in records)
    block, before = 0, pass_.x
    for record in records:
        kind = next((name for name, types in KINDS.items() if isinstance(record.layer, types)), None)
        block += kind == "z"
        if kind is not None and block < products:
            yield Joint(block, kind, record, before)
        before = record.y
