"""The stage as plain data. Numbers are short: the page draws them, and the exact ones are in the other parts."""

import base64
from typing import Any

import numpy as np

from app.figures.notation import symbol
from app.figures.numbers import significant
from app.views.batch_size.stage import rulers, words
from app.views.batch_size.stage.compute import DEALS, Staged
from bncore.arguments import Float64
from bncore.batch_size.dealing.dots import Ints, piles
from bncore.distributions.axis import Axis
from bncore.distributions.swarm import levels, upwards

LIT = 40  # deals whose dots are told where nothing but the stage is asked for
FIRST = 0x100
"""The character of 0 where small whole numbers are written as a character each, one after the other."""


def stage(of: Staged) -> dict[str, Any]:
    """What the stage shows; `lit` tells of each deal which dots it has, a bit each, in base64.

    A kind's `column` and `level` have a character a deal, that of 0 being U+0100: the column of its pile, from 1 at the
    left end of the ruler to `columns`, 0 being beyond it; and how many fell there before.
    """
    x_hat = rulers.of_x_hat(of.z)
    lit = of.lit[: LIT if of.query.is_stage else DEALS]
    return {
        "size": of.sampled.size,
        "total": of.sampled.total,
        "example": of.query.example,
        "deals": DEALS,
        "text": words.scatter_text(of),
        "x_hat": symbol("x_hat", of.query.notation),
        "population": _population(of),
        "lit": [_bits(each, len(of.dots.x)) for each in lit],
        "mean": significant(of.deals.mean.tolist(), 4),
        "sd": significant(of.deals.sd.tolist()),
        "values": significant(of.deals.x_hat.tolist()),
        "ruler": rulers.written(x_hat, symbol("x_hat", of.query.notation)),
        "z": significant([of.z], 4)[0],
        "columns": 2 * rulers.COLUMNS + 1,
        "kinds": [_kind(name, values, x_hat, of) for name, values in of.noisy.items()],
        "strip": _strip(of),
    }


def _population(of: Staged) -> dict[str, Any]:
    ruler, at = rulers.of_dots(of.dots), of.sampled.inference.at(of.sampled.at)
    level = levels(of.dots.x[None], (ruler.high - ruler.low) / rulers.ABREAST, upwards)[0]
    return {
        "text": words.dots_text(of), "x": significant(of.dots.x.tolist(), 4), "level": level,
        "abreast": rulers.ABREAST, "followed": int(of.lit[0, 0]), "mean": significant([at.mean[0]], 4)[0],
        "sd": significant([at.sd[0]], 4)[0], "ruler": rulers.written(ruler, of.sampled.name),
    }  # fmt: skip


def _bits(lit: Ints, dots: int) -> str:
    is_lit = np.zeros(dots, dtype=bool)
    is_lit[lit] = True
    return base64.b64encode(np.packbits(is_lit).tobytes()).decode().rstrip("=")


def _kind(name: str, values: Float64, ruler: Axis, of: Staged) -> dict[str, Any]:
    """The pile of one kind of noise, and what its draws run from and to."""
    fallen = piles(values, ruler.high / rulers.COLUMNS)
    inside = np.abs(fallen.column) <= rulers.COLUMNS
    columns = np.where(inside, fallen.column + rulers.COLUMNS + 1, 0)
    return {
        "kind": name,
        "title": words.title(name, of),
        "told": words.told(name, values, of),
        "column": _characters(columns),
        "level": _characters(fallen.level),
        "highest": int(fallen.level[inside].max(initial=0)),
        "range": significant([float(values.min()), float(values.max())]),
        "beyond": words.beyond_text(values, int((~inside).sum()), ruler.high),
    }


def _characters(numbers: Ints) -> str:
    return "".join(chr(FIRST + number) for number in numbers.tolist())


def _strip(of: Staged) -> dict[str, Any]:
    """The small batch before and after one example is moved, in both modes; `dots` are those of its examples among the
    population's.
    """
    moved = of.move.moved
    modes = {mode: (getattr(moved.before, mode), getattr(moved.after, mode)) for mode in ("train", "inference")}
    return {
        "example": moved.example, "by": of.query.move_by, "unit": of.move.unit,
        "headline": words.strip_headline(of), "text": words.strip_text(of), "names": words.handle_titles(of),
        "dots": of.members.tolist(),
        "lanes": {
            name: {"before": significant(before.tolist(), 4), "now": significant(now.tolist(), 4)}
            for name, (before, now) in ({"x": (moved.x, moved.moved)} | modes).items()
        },
        "rulers": {
            "x": rulers.written(rulers.of_moves(of), of.sampled.name),
            "x_hat": rulers.written(rulers.of_strip(), symbol("x_hat", of.query.notation)),
        },
    }  # fmt: skip
