"""The training view, prepared: its data, the specs of its variants, and their runs. Nothing is trained here.

What trains is the processes of the runs (`app.web.runs`); what the view itself computes is the plan of it.
"""

from dataclasses import dataclass
from functools import cached_property

from app.batches.uploads import UploadStore
from app.settings import Settings
from app.views.training.data import Dealt, dealt
from app.views.training.data.notes import class_notes
from app.views.training.query import TrainingQuery
from app.views.training.runs.run import run_of
from app.views.training.runs.spec import spec_of
from app.views.training.variants.variant import Variant, variants_of
from app.web.runs.run import Run
from bncore.progress import Said, unheard
from bncore.training import Spec


@dataclass(frozen=True, eq=False)
class Prepared:
    """A query whose data are there and whose specs are allowed, by the letter of their variant."""

    query: TrainingQuery
    dealt: Dealt
    variants: tuple[Variant, ...]
    specs: dict[str, Spec]
    notes: tuple[str, ...] = ()

    @property
    def work(self) -> float:
        """Of the plan: none. What the runs take is limited variant by variant, and done elsewhere."""
        return 0

    @cached_property
    def runs(self) -> dict[str, Run]:
        """The run of each variant."""
        return {letter: run_of(spec) for letter, spec in self.specs.items()}


def prepare(query: TrainingQuery, uploads: UploadStore, settings: Settings) -> Prepared:
    """The data and the specs. Raises the errors of the source, and InvalidQuery for what is wrong or too much."""
    variants = variants_of(query)
    of = dealt(query, uploads, settings)
    if notes := _small(query, of):
        variants = variants_of(query.model_copy(update={"batch_size": len(of.data.labels)}))
    specs = {variant.letter: spec_of(query, variant, of.data, settings) for variant in variants}
    return Prepared(query, of, variants, specs, (*notes, *class_notes(of.data)))


def _small(query: TrainingQuery, of: Dealt) -> tuple[str, ...]:
    """What is told where the usual batch is larger than what is trained on; it is all of that then."""
    usual, there = TrainingQuery.model_fields["batch_size"].default, len(of.data.labels)
    if query.batch_size != usual or there >= usual:
        return ()
    return (f"A batch is all {there} training examples: the usual {usual} are more than there are.",)


def planned(prepared: Prepared, _say: Said = unheard) -> Prepared:
    """The plan is all that was prepared."""
    return prepared
