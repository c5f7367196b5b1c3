"""What is in force in a training: sentences that stand where they are true of the variants together."""

from collections.abc import Callable, Sequence

from bncore.training import NORMS, Spec

Specs = Sequence[Spec]


def _alike(*names: str) -> Callable[[Specs], bool]:
    """Whether several variants agree in some fields."""
    return lambda specs: len(specs) > 1 and all(len({getattr(spec, name) for spec in specs}) == 1 for name in names)


def _cumulative(specs: Specs) -> set[bool]:
    """Whether running statistics weigh all batches alike, of those variants that keep some."""
    return {spec.momentum is None for spec in specs if NORMS[spec.norm].running}


def _always(_specs: Specs) -> bool:
    return True


CONVENTIONS: tuple[tuple[str, Callable[[Specs], bool]], ...] = (
    ("A record tells of the network behind so many updates, with the batch that makes the next one.", _always),
    ("The loss is the mean cross entropy; held-out loss and accuracy are those of inference.", _always),
    ("All variants see the same examples in the same order.", _alike("batch_size", "order", "seed")),
    ("Weights of one shape begin as the same in all variants.", _alike("initialization", "scale", "seed")),
    ("ε is added to the variance, under the root.", lambda specs: any(NORMS[spec.norm].normalizes for spec in specs)),
    ("The running variance is unbiased, and its momentum weighs the new batch.",
     lambda specs: _cumulative(specs) == {False}),
    ("The running variance is unbiased, and all batches weigh alike in it.",
     lambda specs: _cumulative(specs) == {True}),
    ("The running variance is unbiased; its momentum weighs the new batch, and a cumulative one all batches alike.",
     lambda specs: len(_cumulative(specs)) > 1),
    ("Weight decay is the gradient of λ/2 ‖W‖², of weights alone.",
     lambda specs: any(spec.weight_decay > 0 for spec in specs)),
    ("A share of the labels that are trained on is random; the held-out ones are not.",
     lambda specs: any(spec.random_labels > 0 for spec in specs)),
)  # fmt: skip


def conventions_of(specs: Specs) -> list[str]:
    """Those that hold."""
    return [sentence for sentence, holds in CONVENTIONS if holds(specs)]
