"""How gradients grow towards the input of a deep network with batch norm: claim 16."""

from bncore.network.claims import ENDS, YANG, YANG_WITHIN
from bncore.training.claims.claim import Claim, Fields, Measured, Runs, Side, end
from bncore.training.data import Data
from bncore.training.records.record import Record
from bncore.training.run import first_record
from bncore.training.spec import Spec
from bncore.training.state import start

APART = 0.1
SHARED: Fields = {
    "widths": (128,) * 30,
    "activation": "relu",
    "initialization": "he",
    "norm": "batch",
    "rate": 0.01,
    "steps": 100,
}
RUNS = Runs(SHARED, {"a": {}})
FAILING = Runs(SHARED, {"a": {"batch_size": 4}, "b": {"norm": "none"}})


def growth(record: Record) -> float:
    """The geometric mean over the blocks of ||dL/dW|| of a block by that of the next, without ENDS at either end."""
    sizes = [block.gradient for block in record.blocks[ENDS : -1 - ENDS]]
    return float((sizes[0] / sizes[-1]) ** (1 / (len(sizes) - 1)))


def at_first(spec: Spec) -> float:
    """The growth before the first update."""
    return growth(first_record(start(spec)))


def _measure(data: Data) -> Measured:
    trained = growth(end(RUNS.spec(data, "a"))[1])
    few, without = (at_first(FAILING.spec(data, letter)) for letter in "ab")
    return Measured(_holds(at_first(RUNS.spec(data, "a"))), _fails(trained, few, without))


def _holds(first: float) -> Side:
    text = f"Before the first update the gradient grows {first:.3f}-fold a block; the limit is {YANG:.3f}."
    return Side(text, {"first": first}, abs(first - YANG) <= YANG_WITHIN)


def _fails(trained: float, few: float, without: float) -> Side:
    text = (
        f"After {SHARED['steps']} updates it grows {trained:.3f}-fold: training takes the growth away. With batches of "
        f"four it grows {few:.2f}-fold before the first update, without a norm {without:.3f}-fold."
    )
    numbers = {"trained": trained, "few": few, "without": without}
    return Side(text, numbers, trained <= YANG - YANG_WITHIN and few >= YANG + APART and without <= YANG - APART)


GROWTH = Claim(
    number=16,
    title="Batch norm makes gradients grow with depth",
    statement="At initialization gradients grow towards the input by the factor √(π/(π - 1)) = 1.211 a layer of batch "
    "norm and ReLU, whatever the size of the weights.",
    source="Yang, Pennington, Rao, Sohl-Dickstein & Schoenholz 2019, A Mean Field Theory of Batch Normalization, "
    "section 3",
    paper="Very wide fully connected networks and many examples; a theory, and networks on MNIST and CIFAR-10.",
    ours="Digits, 30 blocks of 128 ReLUs by He's rule, batches of 60; the size of each block's gradient, two blocks at "
    "either end left out.",
    tolerance="Within 0.05 of 1.211, as on the network page; at least 0.05 below it after training and 0.1 off it "
    "elsewhere.",
    when_it_fails="After training: the theory is of random weights. In small batches it is more, and without a norm "
    "He's rule keeps gradients level.",
    runs=RUNS,
    failing=FAILING,
    measure=_measure,
)
