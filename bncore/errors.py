"""What can go wrong in the numerics.

    BatchNormError (a ValueError)
    ├── ShapeMismatch       arrays that do not fit together
    ├── EmptyBatch          nothing to take statistics over
    ├── NonFiniteInput      a NaN or an infinity, and where it stands
    ├── VarianceOverflow    finite numbers whose variance is larger than float64 holds
    ├── BadDtype            complex, text, objects (also a TypeError)
    ├── BadParameter        a number or a name outside its range
    │   └── MissingLabels   a loss against labels without labels
    ├── UnbiasedOfOne       the unbiased variance of a single example
    ├── BadCapture          arrays of watched training steps that do not hold what they say
    └── CannotMend          a norm that cannot be folded, or whose statistics cannot be estimated again

Each message says what was given, what is wanted and what to do; `parameter` names the argument at fault.
"""


class BatchNormError(ValueError):
    """A mistake in the arguments; `parameter` is the name of the argument at fault, for example "eps"."""

    def __init__(self, detail: str, *, parameter: str) -> None:
        super().__init__(detail)
        self.parameter = parameter


class ShapeMismatch(BatchNormError):
    """Arrays that do not fit together."""


class EmptyBatch(BatchNormError):
    """A batch without examples or without features."""


class NonFiniteInput(BatchNormError):
    """A NaN or an infinity in an input; `index` is the place of the first one."""

    def __init__(self, detail: str, *, parameter: str, index: tuple[int, ...]) -> None:
        super().__init__(detail, parameter=parameter)
        self.index = index


class VarianceOverflow(BatchNormError):
    """Finite numbers whose variance does not fit in float64."""


class BadDtype(BatchNormError, TypeError):
    """An array that is not of real numbers of at most 64 bits."""


class BadParameter(BatchNormError):
    """A number or a name outside of its range."""


class MissingLabels(BadParameter):
    """A loss that compares with labels was asked for without labels."""


class UnbiasedOfOne(BatchNormError):
    """The unbiased variance of one example divides by zero."""


class BadCapture(BatchNormError):
    """A capture that does not hold what it says."""


class CannotMend(BatchNormError):
    """A norm that cannot be folded, or whose statistics cannot be estimated again."""
