"""Examples as a layer sees them: the pre-activation z = W^T a + b of a random linear layer."""

from dataclasses import dataclass, field

import numpy as np

from app.batches.batch import Array, Batch, Source
from app.errors import InvalidQuery
from app.streams import Stream
from bncore.exact.product import product


@dataclass(frozen=True)
class LayeredSource:
    """The batches of `source` behind a linear layer.

        z_jk = sum_i a_ji W_ik + bias        W_ik = weight_scale N(0, 1) / sqrt(d), of shape (d, width)

    `a` (examples, d) comes raw, not standardized: its scales reach z. W is a pure function of d and the fields, and a
    unit keeps its weights when units are added. The same `bias` is added to all units. Units are named z0, z1 and so
    on. float32 stays float32, anything else becomes float64. `width` ≥ 1, `seed` ≥ 0.
    """

    source: Source
    width: int
    weight_scale: float
    bias: float
    seed: int
    _weights: dict[int, Array] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def examples(self) -> int | None:
        return self.source.examples

    def weights(self, inputs: int) -> Array:
        """W of shape (inputs, width), float64; drawn once, as running statistics ask for many batches."""
        if inputs not in self._weights:
            rng = np.random.default_rng([self.seed, Stream.LAYER_WEIGHTS])
            self._weights[inputs] = self.weight_scale / np.sqrt(inputs) * rng.standard_normal((self.width, inputs)).T
        return self._weights[inputs]

    def draw(self, size: int | None, rng: np.random.Generator) -> Batch:
        """The pre-activations of a batch, with its labels; given arrays belong to other features and are left out.

        Raises InvalidQuery if the batch is not 2-D, and if a pre-activation is too large for its type.
        """
        batch = self.source.draw(size, rng)
        _check_two_axes(batch)
        return Batch(
            self._pre_activation(batch.x),
            tuple(f"z{unit}" for unit in range(self.width)),
            rows=batch.rows,
            labels=batch.labels,
            label_names=batch.label_names,
            warnings=batch.warnings + _warnings_of_given(batch),
        )

    def _pre_activation(self, a: Array) -> Array:
        dtype = np.float32 if a.dtype == np.float32 else np.float64
        with np.errstate(over="ignore", invalid="ignore"):
            z = product(a.astype(dtype, copy=False), self.weights(a.shape[1]).astype(dtype, copy=False), len(a))
            z += dtype(self.bias)
        if not np.isfinite(z).all():
            raise InvalidQuery(
                "The layer's output is too large for its number type.",
                field="weight_scale",
                given=self.weight_scale,
                allowed="a smaller scale of the weights",
            )
        return z


def _check_two_axes(batch: Batch) -> None:
    if batch.x.ndim != 2:
        raise InvalidQuery(
            f"A linear layer takes a batch of two axes, and this one has {batch.x.ndim}: leave the layer out.",
            field="layer_width",
            given=batch.x.ndim,
            allowed="no layer, or a batch of shape (examples, features)",
        )


def _warnings_of_given(batch: Batch) -> tuple[str, ...]:
    if not batch.given:
        return ()
    names = ", ".join(batch.given)
    return (f"Left out behind the linear layer, as they belong to its inputs and not to its units: {names}.",)
