"""The batch size view, computed: the parts that the query asks for."""

from dataclasses import dataclass

import numpy as np

from app.batches.uploads import UploadStore
from app.query.layer import in_terms_of_the_query
from app.query.momentum import momentum_of
from app.settings import Settings
from app.streams import Stream
from app.views.batch_size.classes import Classes, classes_of
from app.views.batch_size.dependence import Influence, SmallBatch, dependence_of, small_batch
from app.views.batch_size.noise import ExampleNoise, noise_of
from app.views.batch_size.population import Sampled, sampled
from app.views.batch_size.query import BatchSizeFields
from app.views.batch_size.stage.compute import Staged, staged
from bncore.batch_size.estimates import Estimates, estimates
from bncore.batch_size.noise.example import Epsilon
from bncore.batch_size.running import Gap, Path, gap, running_path
from bncore.epsilon import OfEpsilon
from bncore.errors import BatchNormError
from bncore.progress import Said, unheard


@dataclass(frozen=True, eq=False)
class RunningStatistics:
    """The running statistics' path, and the two modes on one batch of `x` (K,) with what the path ends with."""

    path: Path
    x: np.ndarray[tuple[int], np.dtype[np.float64]]
    gap: Gap


@dataclass(frozen=True, eq=False)
class Prepared:
    """A query whose population is there and whose work is allowed."""

    query: BatchSizeFields
    sampled: Sampled
    small: SmallBatch

    @property
    def work(self) -> int:
        """Numbers that are drawn."""
        return self.sampled.work


@dataclass(frozen=True, eq=False)
class Experiment:
    """What random batches show: the stage, then a part each; None for a part that was not asked for."""

    prepared: Prepared
    stage: Staged
    estimates: Estimates | None
    running: RunningStatistics | None
    noise: ExampleNoise | None
    dependence: Influence | None
    classes: Classes | None

    @property
    def query(self) -> BatchSizeFields:
        return self.prepared.query

    @property
    def sampled(self) -> Sampled:
        return self.prepared.sampled


def prepare(query: BatchSizeFields, uploads: UploadStore, settings: Settings) -> Prepared:
    """The population and the small batch. Raises the errors of the source and of the query's own checks."""
    try:
        of = sampled(query, uploads, settings)
        return Prepared(query, of, small_batch(query, of))
    except BatchNormError as error:
        raise in_terms_of_the_query(error, query) from error


def experiment_of(prepared: Prepared, say: Said = unheard) -> Experiment:
    """Compute the parts. Raises InvalidQuery where the numerics refuse."""
    query, of = prepared.query, prepared.sampled
    epsilon = Epsilon(query.eps, query.eps_placement)
    try:
        drawn = None
        if "estimates" in query.computed_parts:
            drawn = estimates(of.population, of.sizes, query.draws, query.rng(Stream.ESTIMATES), say, epsilon)
        asked = set(query.computed_parts)
        return Experiment(
            prepared=prepared,
            stage=staged(query, of, prepared.small, epsilon),
            estimates=drawn,
            running=_running(query, of) if "running" in asked else None,
            noise=noise_of(query, of, prepared.small, epsilon, say) if "noise" in asked else None,
            dependence=dependence_of(query, of, prepared.small, epsilon) if "dependence" in asked else None,
            classes=classes_of(query, of.size, epsilon) if "classes" in asked else None,
        )
    except BatchNormError as error:
        raise in_terms_of_the_query(error, query) from error


def _running(query: BatchSizeFields, of: Sampled) -> RunningStatistics:
    one = of.one_feature()
    path = running_path(one, of.size, query.running_steps, momentum_of(query.momentum), query.rng(Stream.RUNNING_PATH))
    x = one.draw(1, of.size, query.rng(Stream.RUNNING_GAP))[0, 0]
    stored = path.var[query.running_variance] if query.running_variance in path.var else path.var["biased"]
    layer: OfEpsilon = {"eps": query.eps, "eps_placement": query.eps_placement}
    return RunningStatistics(path, x, gap(x, float(path.mean[-1]), float(stored[-1]), **layer))
