"""What the query draws its batches from: a finite population, or a generator without an end and what is known of it."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.batches.batch import Batch
from app.batches.uploads import UploadStore
from app.errors import InvalidQuery
from app.query.layer import check_features
from app.query.small_batch import two_axes
from app.settings import Settings
from app.views.batch_size.endless import cost, endless, generated, measured
from app.views.batch_size.query import LEAST_DRAWS, MOST_FEATURES, BatchSizeFields
from bncore.batch_size.estimates import MARKED, largest_size, sizes_for
from bncore.batch_size.population import Endless, Finite, Moments, Population
from bncore.batch_size.positions import Alike, alike

READS = 4  # times that the numbers of a finite population are read, about
LARGEST = 1e150  # size of a number whose square, times all that are added up, float64 holds
TIED = (
    "Positions of one image are not independent of each other. Here they are drawn one by one, as theory supposes; "
    "batches of whole images stray by another amount: see the words under the estimates."
)
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Sampled:
    """The population of a query, in its measured `features`; `at` is the place of the feature looked at among them.

    `inference` has the moments that inference would normalize by: the population's, or where those do not exist (of an
    endless source with heavy tails) those of the `measured_by` examples that it was measured by. `sizes` are drawn,
    `size` is looked at. `positions` says how alike those of one image are, if examples are positions of images.
    """

    batch: Batch
    population: Population
    inference: Moments
    measured_by: int
    positions: Alike | None
    features: tuple[int, ...]
    at: int
    sizes: tuple[int, ...]
    size: int
    work: int

    @property
    def total(self) -> int | None:
        return self.population.total

    @property
    def missing(self) -> str:
        """The first moment that the distribution of the feature looked at does not have, "" if it has all."""
        return self.population.moments.missing(self.at)

    @property
    def name(self) -> str:
        """What the feature looked at is called."""
        return self.batch.feature_names[self.features[self.at]]

    def one_feature(self) -> Population:
        """The population of the feature looked at, alone."""
        match self.population:
            case Finite(x=x):
                return Finite(np.ascontiguousarray(x[:, [self.at]]))
            case Endless(drawn=drawn) as whole:
                return replace(
                    whole, drawn=lambda size, rng: drawn(size, rng)[:, [self.at]], moments=whole.moments.at(self.at)
                )
        raise AssertionError("a population is finite or endless")


def sampled(query: BatchSizeFields, uploads: UploadStore, settings: Settings) -> Sampled:
    """The population. Raises the errors of the source, and InvalidQuery for features that are not there, for fewer than
    two examples and for more work than this server does.
    """
    source = query.open(uploads)
    query.check_work(source, settings.view_numbers)
    has_no_end = query.is_endless(source)
    drawn = query.draw(source)
    batch = two_axes(drawn)
    features = _features(query, batch)
    _check_squares(query, batch, features)
    total = None if has_no_end else len(batch.x)
    if total == 1:
        raise _too_few(query)
    size, sizes = _sizes(query, total)
    work = _work(query, cost(source) if has_no_end else len(features), sizes[-1], size, has_no_end)
    if sum(work.values()) > settings.batch_size_work:  # a generator takes a second to measure
        raise _too_much(query, work, settings.batch_size_work)
    population: Population
    if has_no_end:
        of = generated(query)
        inference, measured_by = measured(of).take(features), of.measured_by
        population = endless(of, features)
    else:
        population = Finite(batch.x[:, features].astype(np.float64))
        inference, measured_by = population.moments, len(batch.x)
    positions = _positions(population, len(drawn.x))
    notes = (*batch.warnings, *_notes(query, source.examples, total, size), *([TIED] if positions else []))
    return Sampled(
        batch=replace(batch, warnings=notes),
        population=population,
        inference=inference,
        measured_by=measured_by,
        positions=positions,
        features=features,
        at=features.index(query.feature),
        sizes=sizes,
        size=size,
        work=sum(work.values()) + READS * batch.x.size,
    )


def _sizes(query: BatchSizeFields, total: int | None) -> tuple[int, tuple[int, ...]]:
    """The size that is looked at, and those that are drawn."""
    size = min(query.size, largest_size(total))
    marked = (*MARKED, size)
    sizes = sizes_for(total, marked)
    if not query.named_sizes:
        return size, sizes
    named = {each for each in query.named_sizes if each <= sizes[-1]}
    return size, tuple(sorted({each for each in sizes if each in marked} | named))


def _positions(population: Population, images: int) -> Alike | None:
    """Of positions that count as examples, image by image."""
    if not isinstance(population, Finite) or not 1 < images < population.total:
        return None
    return alike(population.x.reshape(images, -1, population.x.shape[1]))


def _work(query: BatchSizeFields, every: int, largest: int, size: int, has_no_end: bool) -> dict[str, int]:
    """Numbers that are drawn, by part, `every` an example. A generator draws all even where one feature is used."""
    one = every if has_no_end else 1
    drawn = {
        "estimates": query.draws * largest * every,
        "noise": query.draws * (largest + 2 * size) * one,
        "running": query.running_steps * size * one,
    }
    return {part: numbers for part, numbers in drawn.items() if part in query.computed_parts}


def _notes(query: BatchSizeFields, examples: int | None, total: int | None, size: int) -> list[str]:
    """What the query asked for and did not get."""
    notes = []
    if total is not None and examples is not None and total < examples:
        notes.append(f"Batches are drawn from {total:,} of the source's {examples:,} examples.")
    if size < query.size:
        notes.append(f"K is {size:,} instead of {query.size:,}: larger batches are not drawn of this source.")
    beyond = [f"{each:,}" for each in query.named_sizes if each > largest_size(total)]
    if beyond and "estimates" in query.computed_parts:
        said = f"Batches of {', '.join(beyond)} examples are not drawn: those of this source"
        notes.append(f"{said} have {largest_size(total):,} at most.")
    return notes


def _features(query: BatchSizeFields, batch: Batch) -> tuple[int, ...]:
    """The numbers of the features measured, that of the one looked at among them."""
    count = len(batch.feature_names)
    check_features("selected", query.selected_features, count)
    check_features("feature", (query.feature,), count)
    if query.is_stage:
        return (query.feature,)
    chosen = query.selected_features or tuple(range(min(count, MOST_FEATURES)))
    if query.feature in chosen:
        return chosen
    return tuple(sorted((*chosen[: MOST_FEATURES - 1], query.feature)))


def _check_squares(query: BatchSizeFields, batch: Batch, features: tuple[int, ...]) -> None:
    """Raises InvalidQuery for a measured feature so large that its squares, summed, leave float64."""
    reach = np.abs(batch.x[:, features].astype(np.float64)).max(axis=0)
    at = int(reach.argmax())
    if reach[at] > LARGEST:
        field = "values" if query.source == "inline" else "source"
        raise InvalidQuery(
            f"{batch.feature_names[features[at]]} has values of size {reach[at]:.3g}, whose squares float64 cannot "
            "hold. Divide it by a constant, which changes no normalized value, or leave it out of the features "
            "measured (`selected`).",
            field=field, given=getattr(query, field), allowed=f"numbers of size up to {LARGEST:g}",
        )  # fmt: skip


def _too_few(query: BatchSizeFields) -> InvalidQuery:
    field = "values" if query.source == "inline" else "batch_size"
    return InvalidQuery(
        "There is one example, and a batch takes two of them or more.", field=field, given=getattr(query, field),
        allowed="two examples or more",
    )  # fmt: skip


def _too_much(query: BatchSizeFields, work: dict[str, int], most: int) -> InvalidQuery:
    running = work.get("running", 0)
    detail = f"These draws have {sum(work.values()):,} numbers, and this server draws up to {most:,}."
    if running > most:
        fits = f"up to {query.running_steps * most // running:,} steps at this batch size"
        return InvalidQuery(detail, field="running_steps", given=query.running_steps, allowed=fits)
    fitting = query.draws * (most - running) // (sum(work.values()) - running)
    if fitting < LEAST_DRAWS:
        field, fewer = ("layer_width", "units") if query.layer_width > query.features else ("features", "features")
        return InvalidQuery(detail, field=field, given=getattr(query, field), allowed=f"fewer {fewer}")
    return InvalidQuery(detail, field="draws", given=query.draws, allowed=f"up to {fitting:,} draws")
