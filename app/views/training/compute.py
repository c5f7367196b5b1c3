"""The training view, prepared: its data, the specs of its variants, and their runs. Nothing is trained here.

What trains is the processes of the runs (`app.web.runs`); what the view itself computes is the plan of it.
"""

from dataclasses import dataclass
from functools import cached_property

from app.batches.uploads import UploadStore
from app.settings import Settings
from app.views.training.data import Dealt, dealt
from app.views.training.query import TrainingQuery
from app.views.training.runs import run_of
from app.views.training.spec import spec_of
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
    specs = {variant.letter: spec_of(query, variant, of.data, settings) for variant in variants}
    return Prepared(query, of, variants, specs)


def planned(prepared: Prepared, _say: Said = unheard) -> Prepared:
    """The plan is all that was prepared."""
    return prepared
