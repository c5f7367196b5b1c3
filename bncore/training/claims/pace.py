"""How many updates it takes to be right nine times of ten: claim 6."""

from bncore.training.claims.claim import Claim, Fields, Measured, Runs, Side
from bncore.training.data import Data
from bncore.training.run import Work, watched
from bncore.training.spec import Spec
from bncore.training.state import start

GOAL = 0.9
FAR, NEAR = 10.0, 5.0
AT_A_TIME = 64  # updates between looks at whether it has got there
SHARED: Fields = {"batch_size": 60, "rate": 0.5, "steps": 2000, "resolution": 256}
NORMS: dict[str, Fields] = {"a": {"norm": "none"}, "b": {"norm": "batch"}}
RUNS = Runs({**SHARED, "widths": (100, 100, 100), "activation": "sigmoid"}, NORMS)
QUICK: Fields = {**SHARED, "activation": "relu", "initialization": "he"}
FAILING = Runs({**QUICK, "widths": (100,)}, NORMS)
PAIRS = Runs({**QUICK, "widths": (100, 100, 100), "batch_size": 2, "rate": 0.1}, NORMS)


def updates(spec: Spec) -> float:
    """The first recorded step at which nine of ten held-out examples are right; infinite if there is none."""
    state = start(spec)
    while not state.has_ended:
        state, seen = watched(state, AT_A_TIME, _told)
        for step, right in seen:
            if right >= GOAL:
                return float(step)
    return float("inf")


def _told(work: Work) -> tuple[int, float]:
    held = work.held()
    return work.step, held.accuracy if held else 0.0


def _measure(data: Data) -> Measured:
    return Measured(_holds(*_of(RUNS, data)), _fails(*_of(FAILING, data), *_of(PAIRS, data)))


def _of(runs: Runs, data: Data) -> tuple[float, float]:
    return updates(runs.spec(data, "a")), updates(runs.spec(data, "b"))


def _holds(without: float, normed: float) -> Side:
    times = without / normed
    text = f"It takes {without:.0f} updates without batch norm and {normed:.0f} with it: {times:.0f} times fewer."
    return Side(text, {"without": without, "with": normed, "times": times}, times >= FAR)


def _fails(without: float, normed: float, pairs: float, pairs_normed: float) -> Side:
    times = without / normed
    reached = f"{pairs_normed:.0f}" if pairs_normed <= SHARED["steps"] else f"more than {SHARED['steps']:,}"
    text = (
        f"With one block of ReLUs by He's rule it takes {without:.0f} and {normed:.0f}: {times:.1f} times fewer. "
        f"With three of them and batches of two examples {pairs:.0f} without batch norm and {reached} with it."
    )
    numbers = {"without": without, "with": normed, "times": times, "pairs_without": pairs, "pairs_with": pairs_normed}
    return Side(text, numbers, times <= NEAR and pairs_normed > pairs)


PACE = Claim(
    number=6,
    title="Fewer updates to the same accuracy",
    statement="With batch norm a network is as accurate after 14 times fewer training steps.",
    source="Ioffe & Szegedy 2015, abstract and section 4.2",
    paper="Inception on ImageNet, to 72.2 % (BN-x5: 2.1 million steps against 31 million); figure 1a on MNIST.",
    ours="Digits, 64-100-100-100-10 sigmoid, batches of 60, plain SGD at η = 0.5, to 90 % of the held-out digits.",
    tolerance="At least 10 times fewer updates; at most 5 times fewer, or more of them, where it fails.",
    when_it_fails="In a network that learns quickly anyway: one block of ReLUs by He's rule; and in tiny batches.",
    runs=RUNS,
    failing=FAILING,
    measure=_measure,
)
