"""The stage's answer as plain data."""

from dataclasses import asdict
from typing import Any

from app.views.norms.compute import Outcome
from app.views.norms.stage.choice import CHOICE
from app.views.norms.stage.compute import Scene
from app.views.norms.stage.cubes import CUBES
from app.views.norms.stage.drawing import drawing_of
from app.views.norms.stage.words import (
    OTHERS,
    cells_text,
    changed_of,
    drawn_text,
    headline_of,
    of_cell,
    over_text,
    spoken_text,
)
from app.views.norms.words.situations import Told, told_of
from bncore.norms.sharing import Sharing


def stage_of(scene: Scene) -> dict[str, Any]:
    """What the stage shows."""
    window, changed = scene.window, changed_of(scene)
    return {
        "cell": list(scene.cell),
        "of": list(window.of), "start": list(window.start), "shown": list(window.shown),
        "channel_names": [scene.blocks.channel_names[channel] for channel in window.indices(1)],
        "legend": OTHERS[scene.shape[0] > 1], "drawn": drawn_text(scene), "drawing": drawing_of(window),
        "headline": _headline(scene), "changed": changed,
        "cubes": [_cube(scene, name, share, changed) for name, share in scene.sharings.items()],
        "choice": [asdict(advice) for advice in CHOICE],
    }  # fmt: skip


def headline(scene: Scene) -> str:
    """The headline, of the cell that is looked at."""
    return of_cell(_headline(scene), scene.cell)


def answer_of_stage(scene: Scene) -> dict[str, Any]:
    """The answer of `parts=stage`."""
    return {"stage": stage_of(scene), "headline": headline(scene), "query": scene.query.stated()}


def _headline(scene: Scene) -> str:
    told = {norm: _told(scene, norm, outcome) for norm, outcome in scene.outcomes.items()}
    return headline_of(scene, {norm: one for norm, one in told.items() if one is not None})


def _told(scene: Scene, norm: str, outcome: Outcome) -> Told | None:
    return told_of(norm, outcome.result, outcome.effect, scene.blocks.usual.labels, len(scene.blocks.usual.x))


def _cube(scene: Scene, name: str, share: Sharing | None, changed: dict[str, Any] | None) -> dict[str, Any]:
    """A cube: two cells that are drawn share where their numbers in all three rows of `share` are the same."""
    cube, window = CUBES[name], scene.window
    drawn = (list(window.indices(0)), list(window.indices(1)), window.positions)
    return {
        "name": name, "norm": cube.norm, "title": cube.title, "looks": cube.looks and scene.shape[0] > 1,
        "over": over_text(cube, scene.blocks.now.x.shape, scene.settings[cube.norm]),
        "count": 0 if share is None else share.count, "cells": cells_text(share),
        "spoken": spoken_text(cube, share, changed),
        "share": None if share is None else [of[at].tolist() for of, at in zip(share.axes, drawn, strict=True)],
    }  # fmt: skip
