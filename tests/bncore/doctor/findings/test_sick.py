"""Every kind of fault is named in the first place, whichever network and norm it is in."""

from bncore.doctor.findings import examine
from tests.bncore.doctor.findings import sick
from tests.each import each

SEEDS = range(4)


def named_first(id, norm, findings):
    """Whether the fault is what is told first, of its norm; a fault that is told as a note has only notes beside it."""
    first = findings[0]
    assert (first.id, first.norm) == (id, norm), [(one.severity, one.norm, one.sentence) for one in findings]


@each("fault", sick.OF_WEIGHTS)
def test_a_fault_of_one_norm_is_named_first(fault):
    for seed in SEEDS:
        id, norm, model = sick.sick(fault, seed)
        named_first(id, norm, examine(model))


@each("fault", sick.OF_MODELS)
def test_a_fault_of_the_model_is_named_first(fault):
    for seed in SEEDS:
        id, norm, model = sick.OF_MODELS[fault](seed)
        named_first(id, norm, examine(model))


def test_there_are_thirty_kinds_of_faults():
    assert len(sick.OF_WEIGHTS) + len(sick.OF_MODELS) >= 30
