"""The table of random streams: what one use of a seed draws, no other use draws."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from app.streams import Stream

APP = Path(__file__).parents[2] / "app"
ROOMS = {room.name: room for room in (APP / "views").iterdir() if room.is_dir()}
DRAWS = ("default_rng", "rng", "draw")  # what takes a stream


def calls(*folders: Path) -> Iterator[ast.Call]:
    for folder in folders:
        for path in folder.rglob("*.py"):
            yield from (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))


def is_of(call: ast.Call, *names: str) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr in names


def streams_in(node: ast.AST) -> list[str]:
    """The names of the streams that the expression takes from the table."""
    attributes = (n for n in ast.walk(node) if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name))
    return [n.attr for n in attributes if n.value.id == "Stream"]


def is_fixed(seed: ast.expr) -> bool:
    """Whether it is the same in every query: a number, or a constant's name."""
    return isinstance(seed, ast.Constant) or (isinstance(seed, ast.Name) and seed.id.isupper())


def test_no_two_streams_of_a_seed_draw_the_same():
    draws = {stream: np.random.default_rng([5, stream]).random() for stream in Stream}
    assert len(set(draws.values())) == len(Stream.__members__)


def test_a_stream_without_a_step_is_its_step_0():
    """So a number may not stand twice, in one form and in the other."""
    two, three = (np.random.default_rng(words).random() for words in ([5, Stream.REFERENCE], [5, Stream.REFERENCE, 0]))
    assert two == three


def test_every_seed_of_a_query_takes_its_word_from_the_table():
    seeded = [call for call in calls(APP) if is_of(call, "default_rng") and not is_fixed(call.args[0])]
    wild = [ast.unparse(call) for call in seeded if not streams_in(call)]
    assert len(seeded) >= 5
    assert wild == ["np.random.default_rng([self.seed, stream, step])"]  # of `rng`, whose argument is a Stream


def test_every_stream_is_drawn_from():
    drawn = {name for call in calls(APP) if is_of(call, *DRAWS) for name in streams_in(call)}
    assert drawn | {"BATCH"} == set(Stream.__members__)  # the default of `draw`


@pytest.mark.parametrize("room", ROOMS)
def test_a_view_draws_from_a_stream_in_one_place(room):
    """Two places that take the same stream of the same seed draw the same numbers for two purposes."""
    drawn = (call for call in calls(ROOMS[room]) if is_of(call, "rng", "draw"))
    taken = [arg.attr for call in drawn for arg in call.args if isinstance(arg, ast.Attribute) and streams_in(arg)]
    assert [name for name, times in Counter(taken).items() if times > 1] == []
