"""What weight decay does in front of a norm: claim 15."""

from bncore.findings.numbers import two
from bncore.training.claims.claim import Claim, Fields, Measured, Runs, Side, end
from bncore.training.data import Data
from bncore.training.spec import Spec

SET, FREE = 9.0, 12.0
RATES = {"a": 0.05, "b": 0.2, "c": 1.0}
SHARED: Fields = {
    "widths": (100, 100, 100),
    "activation": "relu",
    "initialization": "he",
    "norm": "batch",
    "steps": 2500,
}
RUNS = Runs({**SHARED, "weight_decay": 0.02}, {letter: {"rate": rate} for letter, rate in RATES.items()})
FAILING = Runs(SHARED, {letter: {"rate": rate} for letter, rate in RATES.items()})


def effective(spec: Spec) -> tuple[float, ...]:
    """η / ||W||² of each block at the end of a run."""
    return tuple(block.effective_rate for block in end(spec)[1].blocks[:-1])


def _measure(data: Data) -> Measured:
    return Measured(_side(RUNS, data, "At λ = 0.02", False), _side(FAILING, data, "Without decay", True))


def _side(runs: Runs, data: Data, where: str, is_free: bool) -> Side:
    rates = [effective(runs.spec(data, letter)) for letter in RATES]
    spreads = [max(of_block) / min(of_block) for of_block in zip(*rates, strict=True)]
    over, (low, high) = max(RATES.values()) / min(RATES.values()), (min(spreads), max(spreads))
    first = [of_run[0] for of_run in rates]
    text = (
        f"{where} a rate {over:.0f} times as large makes the effective rate of a block {low:.1f} to {high:.1f} times "
        f"as large; that of the first lies between {two(min(first))} and {two(max(first))}."
    )
    numbers = {"least": low, "most": high, "first_low": min(first), "first_high": max(first)}
    return Side(text, numbers, low >= FREE if is_free else high <= SET)


DECAY = Claim(
    number=15,
    title="Weight decay sets the effective learning rate",
    statement="Behind a norm weight decay does not regularize: it sets the size of the weights, and so the effective "
    "rate η / ||W||².",
    source="van Laarhoven 2017, L2 Regularization versus Batch and Weight Normalization, sections 2 and 3",
    paper="Networks on CIFAR-10 with decay, SGD and Adam. Where decay and gradient are in balance, and gradients "
    "are alike, the effective rate grows with the root of ηλ.",
    ours="Digits, 64-100-100-100-10 ReLU with batch norm, λ = 0.02, η from 0.05 to 1, 2,500 updates.",
    tolerance="Over a 20-fold η at most 9-fold (its root is 4.5; 4.4 to 7.0 came from arithmetic that rounds in other "
    "places, as η = 1 tosses the weights about); at least 12-fold where it fails.",
    when_it_fails="Without decay nothing brings the weights back, and the rate that is set decides; nor before the "
    "balance, which takes about 1 / (2ηλ) updates.",
    runs=RUNS,
    failing=FAILING,
    measure=_measure,
)
