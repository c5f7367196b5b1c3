"""The derivation's Jacobian and a moved example in words. Every number is the result's own."""

import numpy as np

from app.figures.notation import UNIT, symbol
from app.figures.numbers import beside, counted, is_rounding, three, was_and_is
from bncore.derivation.moved import Moved
from bncore.jacobian import Blocks, Jacobian


def tied_text(bracket: Jacobian, factor: float, notation: str) -> str:
    """Whether an example that moves takes the outputs along, for the feature that is looked at."""
    y, x_hat, gamma, count = (symbol(name, notation) for name in ("y", "x_hat", "gamma", "count"))
    examples = len(bracket.total)
    pick = "Pick an entry of the map to see what it is made of."
    if examples == 1:
        return f"The one example is its own mean: however it moves, {x_hat} stays 0."
    if not bracket.identity.any():
        return f"s is 0 here, and there is no derivative: it counts as 0. {pick}"
    if factor == 0.0:
        return f"{gamma} is 0 here, so no {y} moves, whichever example does. {pick}"
    if is_rounding(float(np.abs(bracket.total).max()), 1.0):
        return f"With {count} = {examples} and no {symbol('eps', notation)} every {x_hat} stays where it is. {pick}"
    return (
        f"Move one example, by its mark on the right or with the slider, and the others' {y} move with its own. {pick}"
    )


def factor_text(factor: float, name: str, notation: str) -> str:
    """What the map's entries are multiplied with."""
    return f"{symbol('gamma', notation)}/s = {three(factor)} for {name}"


def jacobian_text(jacobian: Jacobian, example: int, output: int, notation: str) -> str:
    """One entry of the Jacobian in words."""
    y, x = symbol("y", notation), symbol("x", notation)
    value, size = float(jacobian.total[output, example]), float(np.abs(jacobian.identity).max())
    what = f"its own {y}" if example == output else f"{y} of example {output}"
    moving = f"Moving {x} of example {example} by a little"
    if is_rounding(value, size):
        return f"{moving} does not move {what}{' but for rounding' if value else ''}."
    return f"{moving} moves {what} by {three(value)} times as much."


def moved_text(move: Moved, notation: str) -> str:
    """What moving an example did, and how well the Jacobian foresaw it."""
    y, x = symbol("y", notation), symbol("x", notation)
    size = float(max(abs(move.before).max(), abs(move.after).max(), abs(move.predicted).max()))
    error = float(abs(move.predicted - move.after).max())
    own = float(move.after[move.example] - move.before[move.example])
    return (
        f"{x} of example {move.example} moves by {three(move.by)}: its own {y} moves by {beside(own, size)}, and "
        f"{_others(move)}. The Jacobian's straight line is off by {_up_to(error, size)}."
    )


def _others(move: Moved) -> str:
    others, moved = len(move.before) - 1, move.others_moved
    if others == 0:
        return "there is no other one"
    if moved == 0:
        return "no other one moves"
    return "every other one moves too" if moved == others else f"{moved} of the {others} others move too"


def _up_to(error: float, size: float) -> str:
    return "no more than rounding" if is_rounding(error, size) else f"up to {three(error)}"


def handle_titles(move: Moved, notation: str) -> list[str]:
    """What the mark of each example is called, by which it can be moved."""
    y = symbol("y", notation)
    return [
        f"Move example {k}: {y} {was_and_is(before, after)}"
        for k, (before, after) in enumerate(zip(move.before.tolist(), move.after.tolist(), strict=True))
    ]


def across_text(blocks: Blocks, notation: str) -> str:
    """That features do not touch each other: every input was nudged and every output watched."""
    noun = UNIT[notation]
    features, moves = len(blocks.largest), blocks.largest.shape[0] * blocks.derivatives.shape[0]
    if features == 1:
        return f"There is one {noun}, so there is nothing between {noun}s to show."
    return (
        f"Computed, not assumed: {counted(moves, 'input was', 'inputs were')} nudged one by one, and all outputs "
        f"watched. The largest derivative between two different {noun}s is {three(blocks.across)}."
    )
