"""The stage in words: its headline, and what each cube says of the cells that it lights."""

from collections.abc import Callable
from typing import Any

from app.figures.numbers import counted, three
from app.views.norms.stage.compute import Scene
from app.views.norms.stage.cubes import Cube, Settings
from app.views.norms.words import situations
from app.views.norms.words.seen import inside
from app.views.norms.words.situations import LARGER, ROUNDING, Told, title_of
from bncore.distributions.axis import tick_text
from bncore.norms.sharing import Sharing

ONLY = "all examples", "the only example"
PLACE = "Example {example}, channel {channel}"  # the page writes the cell that is pointed at into it


OTHERS = {True: "other examples decide", False: "no other example in this batch"}
"""What the colour of cubes that look at other examples stands for, by whether there are any."""


def over_text(cube: Cube, shape: tuple[int, ...], settings: Settings) -> str:
    """What a statistic is taken over; of a batch of one example no cube has more than that one.

    >>> from app.views.norms.stage.cubes import CUBES
    >>> over_text(CUBES["batch"], (4, 6, 9), {}), over_text(CUBES["batch"], (1, 6, 9), {})
    ('one channel, all examples', 'one channel, the only example')
    """
    return cube.over(shape, settings) if shape[0] > 1 else cube.over(shape, settings).replace(*ONLY)


def headline_of(scene: Scene, told: dict[str, Told]) -> str:
    """The view in a sentence of at most twenty words and three numbers; `told` is of the norms that are shown."""
    if scene.query.norm != "all":
        return _of_one(scene, told)
    return ALL[scene.query.situation](scene, told)


def of_cell(text: str, cell: tuple[int, int, int]) -> str:
    """A headline of the cell that is pointed at.

    >>> of_cell("Example {example}: 3 cells.", (2, 0, 5))
    'Example 2: 3 cells.'
    """
    return text.replace("{example}", str(cell[0])).replace("{channel}", str(cell[1]))


def cells_text(share: Sharing | None) -> str:
    """How many cells share."""
    if share is None:
        return "no cell of the batch"
    if share.last:
        return f"{counted(share.count, 'cell')}, the last {share.last:,}"
    return "a cell alone" if share.count == 1 else counted(share.count, "cell")


def spoken_text(cube: Cube, share: Sharing | None, changed: dict[str, Any] | None) -> str:
    """A cube's name for who does not see it, with the legend of the channel that is `changed`."""
    text = _sharing_text(cube, share)
    return f"{text}; {changed['legend']}" if changed else text


def _sharing_text(cube: Cube, share: Sharing | None) -> str:
    if share is None:
        return f"{cube.title}: no cell of the batch, running statistics instead"
    what = "a mean and a deviation" if cube.is_centred else "a root mean square"
    if share.count == 1:
        return f"{cube.title}: a cell alone has {what} of its own"
    last = f", in the last ghost batch {share.last:,}," if share.last else ""
    return f"{cube.title}: {counted(share.count, 'cell')}{last} share {what}"


def drawn_text(scene: Scene) -> str:
    """Which part of the block is drawn; empty where all of it is."""
    window = scene.window
    if window.is_all:
        return ""
    return f"Drawn: {_size(window.shown)} of {_size(window.of)} cells; counts are of all."


def changed_of(scene: Scene) -> dict[str, Any] | None:
    """The channel that the situation changes, a word for it where a cell is told, and the legend of its frame;
    None if there is none.
    """
    channel = scene.blocks.changed
    if channel is None:
        return None
    name, factor = scene.blocks.channel_names[channel], scene.query.huge_factor
    times = f"times {tick_text(factor)}"
    huge = factor > LARGER
    unseen = "" if channel in scene.window.indices(1) else " (not drawn here)"
    return {
        "channel": channel, "word": "huge" if huge else times,
        "legend": f"{'huge: ' if huge else ''}{name}, {times}{unseen}",
    }  # fmt: skip


def _size(lengths: tuple[int, int, int, int]) -> str:
    return " × ".join(f"{length:,}" for length in lengths)


# ---- one norm alone ----


def _of_one(scene: Scene, told: dict[str, Told]) -> str:
    norm = scene.query.norm
    if scene.query.situation != "usual":
        return situations.headline(
            scene.query.situation, scene.shape, list(told.values()), [], title_of_scene(scene)
        )  # fmt: skip
    share = scene.sharings[norm]
    count = 0 if share is None else share.count
    what = "root mean square" if norm == "rms" else "mean and deviation"
    if share is not None and share.last:
        return f"{PLACE}: its ghost batch shares its {what}; the last ghost batch is smaller."
    if count == 1:
        return f"{PLACE}: no other cell shares its {what} under {inside(norm)}."
    return f"{PLACE}: {counted(count, 'cell')} share its {what} under {inside(norm)}."


def title_of_scene(scene: Scene) -> str:
    """What the situation is called."""
    return title_of(scene.query.situation, scene.query.huge_factor)


# ---- batch norm against layer norm, where all are shown ----


def _counts(scene: Scene) -> tuple[int, int]:
    """Cells that share under batch norm, and under layer norm."""
    batch, layer = scene.sharings["batch"], scene.sharings["layer"]
    return (batch.count, layer.count) if batch and layer else (0, 0)


def _usual(scene: Scene, _told: dict[str, Told]) -> str:
    batch, layer = _counts(scene)
    if scene.shape[0] > 1:
        return f"{PLACE}: batch norm takes {counted(batch, 'cell')} of all examples, layer norm only cells of this one."
    return (
        f"The only example, channel {{channel}}: batch norm takes {counted(batch, 'cell')}, "
        f"layer norm {counted(layer, 'cell')}."
    )


def _one_example(scene: Scene, _told: dict[str, Told]) -> str:
    batch, layer = _counts(scene)
    if batch == 1:
        return f"One example alone: batch norm has a single cell and makes it 0; layer norm takes {_cells(layer)}."
    return (
        f"One example alone: batch norm takes {batch} cells, as instance norm does; layer norm takes {_cells(layer)}."
    )


def _cells(count: int) -> str:
    return counted(count, "cell")


def _class_sorted(_scene: Scene, told: dict[str, Told]) -> str:
    batch, layer = (told[norm].effect.moved for norm in ("batch", "layer"))
    if max(batch, layer) <= ROUNDING:
        return "A batch of one class leaves example 0 as it was, under batch norm and under layer norm."
    return f"A batch of one class moves example 0 {_by(batch)} under batch norm, {_by(layer)} under layer norm."


def _by(moved: float) -> str:
    return "not at all" if moved <= ROUNDING else f"by {three(moved)}"


def _huge_channel(scene: Scene, told: dict[str, Told]) -> str:
    title, others = title_of_scene(scene), scene.shape[1] - 1
    if others == 0:
        return f"{title}: there is no other channel that it could squeeze."
    batch, layer = (told[norm].effect.squeezed or "none" for norm in ("batch", "layer"))
    also = "and so does batch norm" if batch == layer else f"batch norm {batch}"
    return f"{title}: layer norm squeezes {layer} of the {counted(others, 'other')}, {also}."


ALL: dict[str, Callable[[Scene, dict[str, Told]], str]] = {
    "usual": _usual, "one_example": _one_example, "class_sorted": _class_sorted, "huge_channel": _huge_channel,
}  # fmt: skip
