"""Which norms are defined on a block, and in whose terms what the numerics cannot hold is refused."""

import numpy as np

from app.errors import InvalidQuery
from app.figures.numbers import counted, three
from app.views.norms.block import Blocks
from app.views.norms.query import NormsFields
from app.views.norms.words.seen import listed
from bncore.arguments import Float64
from bncore.errors import VarianceOverflow
from bncore.norms import NORMS


def too_large(query: NormsFields, blocks: Blocks) -> VarianceOverflow:
    """The numerics' refusal of numbers whose squares leave float64, with their size and the factor of a channel."""
    size = max(float(np.abs(block.x).max()) for block in (blocks.usual, blocks.pool))
    factor = f", and the first channel is multiplied by {three(query.huge_factor)}" * (blocks.changed is not None)
    detail = (
        f"the source has numbers up to {three(size)} in size{factor}: their variance is larger than float64 holds; "
        "divide all by a constant first."
    )
    return VarianceOverflow(detail, parameter="x")


def defined(query: NormsFields, blocks: Blocks, running_var: Float64) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The norms that are shown, and why others are not: r and d divide by the source's deviation, which may be 0.

    Raises InvalidQuery where no norm is left.
    """
    names = query.shown_norms
    left_out = [name for name in names if NORMS[name].corrected]
    if query.eps > 0 or not left_out or running_var.all():
        return names, ()
    channel = blocks.channel_names[int(np.argmin(running_var))]
    reason = (
        f"{listed([NORMS[name].title for name in left_out])} is not defined here: {channel} has variance 0 over "
        f"{counted(len(blocks.pool.x), 'example')} of the source, ε is 0, and r and d divide by that deviation."
    )
    kept = tuple(name for name in names if name not in left_out)
    if not kept:
        raise InvalidQuery(reason, field="eps", given=query.eps, allowed="a number above 0 for this source")
    return kept, (f"{reason} Raise ε to see it.",)
