"""A playground query, computed: the batch, batch norm on it, and what was found."""

from dataclasses import dataclass, replace

import numpy as np

from app.batches.batch import Array, Batch, Source
from app.errors import InvalidQuery
from app.query.layer import check_features, in_terms_of_the_query
from app.query.momentum import momentum_of
from app.streams import Stream
from app.views.playground.everything import Everything, everything_of, with_everything
from app.views.playground.figures import Selection
from app.views.playground.query import PlaygroundFields
from bncore.distributions.summary import Floats, correlation
from bncore.errors import BatchNormError
from bncore.findings.findings import Finding, findings
from bncore.playground.arithmetic import InArithmetic, in_arithmetic
from bncore.playground.chain import Playground, Walked, shown, walked
from bncore.playground.steps import Backward, Step, steps_of
from bncore.playground.vanishing import Vanished, vanished
from bncore.progress import Said, unheard
from bncore.running import cold_start, updated
from bncore.statistics import statistics

PAIR = ("running_mean", "running_var")
WINE = (12, 0, 10)
"""Proline, alcohol and hue: from the largest scale to one that cannot be seen beside it."""


@dataclass(frozen=True)
class Running:
    """Running statistics in force, and whether an upload brought them or `running_steps` batches made them."""

    mean: Floats
    var: Floats
    given: bool


@dataclass(frozen=True)
class Staged:
    """A batch walked through batch norm and back, and the steps of the features on the stage."""

    query: PlaygroundFields
    batch: Batch
    total: int | None
    walked: Walked
    running: Running | None
    lanes: tuple[int, ...]
    steps: dict[str, Step]
    backward: Backward
    everything: Everything | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the batch is all that there is to draw from."""
        return len(self.batch.x) == self.total


@dataclass(frozen=True)
class Walk:
    """A staged batch with all that the view shows, and what there is to say of it."""

    staged: Staged
    result: Playground
    findings: list[Finding]
    vanished: list[Vanished]
    selection: Selection
    arithmetic: InArithmetic | None

    @property
    def query(self) -> PlaygroundFields:
        return self.staged.query

    @property
    def batch(self) -> Batch:
        return self.staged.batch

    @property
    def running(self) -> Running | None:
        return self.staged.running

    @property
    def total(self) -> int | None:
        return self.staged.total


def walk_of(query: PlaygroundFields, source: Source, say: Said = unheard) -> Walk | Staged:
    """Walk a batch of the query's opened source. Raises the errors of the source and of the query's own checks.

    `say` is told how far the statistics over everything are, where they are taken.
    """
    try:
        staged = _staged(query, source, everything_of(source, say))
        return staged if query.is_stage else _walk(staged)
    except BatchNormError as error:
        raise in_terms_of_the_query(error, query) from error


def _staged(query: PlaygroundFields, source: Source, everything: Everything | None) -> Staged:
    batch = _with_notes(with_everything(query.draw(source), everything))
    _check(query, batch)
    running = _running(query, source, batch)
    mean, var = (running.mean, running.var) if running else (None, None)
    walk = walked(
        batch.x if query.x_scale == 1.0 else batch.x * query.x_scale,
        query.layer(batch),
        feature_axis=batch.feature_axis,
        running_mean=mean,
        running_var=var,
        labels=batch.labels,
        classes=len(batch.label_names) or None,
        dy=batch.given.get("dy") if query.upstream == "auto" else None,
        rng=query.rng(Stream.UPSTREAM),
    )
    lanes = _lanes(query, walk)
    return Staged(query, batch, source.examples, walk, running, lanes, *steps_of(walk, lanes), everything)


def _walk(staged: Staged) -> Walk:
    query, batch = staged.query, staged.batch
    result = shown(staged.walked, query.axis)
    above = result.stages["d_activation"].values if "d_activation" in result.stages else None
    gone = vanished(result.forward, result.stages["dy"].values, result.stages["dx"].values, above)
    selection = _selection(query, batch, result)
    told = findings(result, *_held(batch, staged.running), whole=staged.is_whole)
    return Walk(staged, result, told, gone, selection, _arithmetic(query, staged.walked))


def _arithmetic(query: PlaygroundFields, walk: Walked) -> InArithmetic | None:
    """The batch's statistics in the arithmetic that was asked for; None where that is the exact one."""
    if query.arithmetic == "exact":
        return None
    return in_arithmetic(query.arithmetic, walk.rows, {"eps": query.eps, "eps_placement": query.eps_placement})


def _lanes(query: PlaygroundFields, walk: Walked) -> tuple[int, ...]:
    """The features on the stage: those that are named; else the largest, the middle and the smallest deviation."""
    features = walk.rows.shape[0]
    check_features("lanes", query.lane_features, features)
    if query.lane_features:
        return query.lane_features
    if query.source == "wine" and not query.layer_width:
        return WINE
    with np.errstate(over="ignore", invalid="ignore"):  # beyond the square root of the largest number, all are largest
        order = np.argsort(-walk.rows.std(axis=1, dtype=np.float64), kind="stable")
    return tuple(dict.fromkeys(int(order[i]) for i in (0, features // 2, features - 1)))


def _check(query: PlaygroundFields, batch: Batch) -> None:
    if query.upstream == "one_example" and query.upstream_example >= batch.x.shape[0]:
        last = batch.x.shape[0] - 1
        raise InvalidQuery(
            f"upstream_example is {query.upstream_example}, and the batch has the examples 0 to {last}.",
            field="upstream_example", given=query.upstream_example, allowed=f"0 to {last}",
        )  # fmt: skip
    if query.upstream == "cross_entropy" and batch.labels is None:
        raise InvalidQuery(
            "Cross-entropy compares with classes, and this source has none: choose another gradient, or name the label "
            "column of an upload.",
            field="upstream", given=query.upstream, allowed="squared_error, random, one_example, ones, sum_of_squares",
        )  # fmt: skip


def _with_notes(batch: Batch) -> Batch:
    """The batch with a warning, if an upload brought one of the running statistics without the other."""
    lone = [name for name in PAIR if name in batch.given]
    if len(lone) != 1:
        return batch
    other = next(name for name in PAIR if name not in lone)
    text = (
        f"The file has {lone[0]} without {other}. Inference takes both, so it goes by seeded batches of this file; "
        f"{lone[0]} is only held against this batch."
    )
    return replace(batch, warnings=(*batch.warnings, text))


def _held(batch: Batch, running: Running | None) -> tuple[Array | None, Array | None]:
    """The running statistics that the findings hold against the batch: an upload's own, as it has them, or seeded."""
    mean, var = (batch.given.get(name) for name in PAIR)
    seeded = (running.mean, running.var) if running else (None, None)
    return seeded if mean is None and var is None else (mean, var)


def _own(batch: Batch) -> tuple[Floats | None, Floats | None]:
    """An upload's own running statistics, as far as it has them."""
    mean, var = (batch.given[name].astype(float) if name in batch.given else None for name in PAIR)
    return mean, var


def _running(query: PlaygroundFields, source: Source, batch: Batch) -> Running | None:
    """The upload's own running statistics; else, where inference needs some, those of seeded batches of the source."""
    own_mean, own_var = _own(batch)
    if own_mean is not None and own_var is not None:
        return Running(own_mean, own_var, True)
    if query.mode == "train":
        return None
    mean, var = cold_start(len(batch.feature_names))
    whole = source.examples == len(batch.x)  # then every batch is this one
    seen = statistics(batch.x, batch.feature_axis) if whole else None
    for step in range(query.running_steps):
        if seen is None or not whole:
            drawn = query.draw(source, Stream.RUNNING, step)
            seen = statistics(drawn.x, drawn.feature_axis)
        mean, var = updated(
            (mean, var), seen.mean, seen.var, count=seen.count, momentum=momentum_of(query.momentum),
            running_variance=query.running_variance, num_batches_tracked=step,
        )  # fmt: skip
    return Running(mean, var, False)


def _selection(query: PlaygroundFields, batch: Batch, result: Playground) -> Selection:
    names = batch.feature_names
    selected = query.selected_features
    check_features("selected", selected, len(names))
    pair = _pair(query, selected, len(names))
    before, after = correlation(np.stack([result.stages[name].values[list(pair)] for name in ("x", "x_hat")]))
    return Selection(names, selected, query.notation, pair, (before, after), *_outputs(batch, result))


def _pair(query: PlaygroundFields, selected: tuple[int, ...], features: int) -> tuple[int, int]:
    """The pair that is named; else the first two features shown; a lone feature is its own partner."""
    named = query.named_pair
    if named:
        check_features("pair", named, features)
        return named
    unique = list(dict.fromkeys([*selected, *range(features)]))
    return unique[0], unique[-1] if len(unique) == 1 else unique[1]


def _outputs(batch: Batch, result: Playground) -> tuple[tuple[str, ...], str]:
    """The names of the read-out's rows, and what such a row is."""
    count = len(result.stages["readout"].values) if "readout" in result.stages else 0
    if count and len(batch.label_names) == count:
        return batch.label_names, "class"
    return tuple(f"output {i}" for i in range(count)), "output"
