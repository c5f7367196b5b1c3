"""The norm of a block, by its name in NORMS."""

from collections.abc import Callable, Mapping

from bncore.arguments import Array
from bncore.training.parts.columns import ColumnNorm, Columns
from bncore.training.parts.dynamic_tanh import DynamicTanh
from bncore.training.parts.rows import RowNorm
from bncore.training.spec import Spec

Named = Mapping[str, Array]
Running = Array | None
Norm = ColumnNorm | RowNorm | DynamicTanh
Make = Callable[[Spec, Named, Named, Running, tuple[int, ...]], Norm]


def norm_part(spec: Spec, parameters: Named, gradients: Named, running: Running, shape: tuple[int, ...]) -> Norm:
    """The part of a block whose batches have `shape`, (N, D) or (N, H, W, C); `running` where it keeps statistics."""
    return _MAKES[spec.norm](spec, parameters, gradients, running, shape)


def _columns(spec: Spec, parameters: Named, gradients: Named, running: Running, shape: tuple[int, ...]) -> ColumnNorm:
    assert running is not None
    ghosts = spec.batch_size // spec.ghost_size if spec.norm == "ghost" else 1
    limits = (spec.r_max, spec.d_max, spec.warm_up) if spec.norm == "renorm" else None
    rule = Columns(spec.eps, spec.momentum, ghosts, limits, spec.through_statistics)
    return ColumnNorm(parameters, gradients, running, shape, rule)


def _rows(groups: Callable[[Spec, int], int]) -> Make:
    def make(spec: Spec, parameters: Named, gradients: Named, _running: Running, shape: tuple[int, ...]) -> RowNorm:
        of_channels = groups(spec, shape[-1])
        through = spec.through_statistics
        return RowNorm(parameters, gradients, shape, groups=of_channels, eps=spec.eps, through_statistics=through)

    return make


def _dynamic_tanh(
    _spec: Spec, parameters: Named, gradients: Named, _running: Running, shape: tuple[int, ...]
) -> DynamicTanh:
    return DynamicTanh(parameters, gradients, shape)


_MAKES: dict[str, Make] = {
    "batch": _columns,
    "ghost": _columns,
    "renorm": _columns,
    "layer": _rows(lambda _spec, _channels: 1),
    "group": _rows(lambda spec, _channels: spec.groups),
    "instance": _rows(lambda _spec, channels: channels),
    "dyt": _dynamic_tanh,
}
