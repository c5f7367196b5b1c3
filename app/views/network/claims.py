"""Claims that a link opens: the setting in which each can be seen, and when it fails. `bncore` measures them."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode


@dataclass(frozen=True)
class Preset:
    """`setting` are the query fields that the link sets; `fails_when` says where the claim does not hold."""

    title: str
    claim: str
    setting: dict[str, Any]
    fails_when: str
    source: str

    def link(self, name: str) -> str:
        """The query of the preset's link."""
        return urlencode({"preset": name, **self.setting})


GROWTH_OF_FEW = (
    "with 256 units 1.71 a layer at N = 4 and 1.34 at N = 8"  # measured: tests/bncore/network/test_growth.py
)

PRESETS: dict[str, Preset] = {
    "vanishing": Preset(
        "Vanishing gradients",
        "In a deep sigmoid network with small Gaussian weights the gradient that reaches the first layer is orders of "
        "magnitude smaller without batch norm than with it.",
        {"depth": 10, "width": 100, "activation": "sigmoid", "initialization": "normal", "weight_scale": 0.1},
        "A few layers, weights drawn for the width (Xavier at a scale near 4 for the sigmoid), or residual "
        "connections: then the two gradients are less than three orders of magnitude apart.",
        "Ioffe & Szegedy 2015, section 1",
    ),
    "exploding": Preset(
        "Exploding activations",
        "In a deep ReLU network in float32 with weights that are far too large the activations leave the numbers' "
        "range without batch norm, and stay in it with batch norm.",
        {"depth": 30, "width": 100, "initialization": "he", "weight_scale": 100},
        "Weights of the right size, a squashing activation, which bounds them, or float64: its numbers reach 308 "
        "decades above 1, float32's 38, and 30 blocks of weights a hundred times too large need 60.",
        "Ioffe & Szegedy 2015, section 3.3",
    ),
    "scale_invariance": Preset(
        "The weights' scale does not matter",
        "For a > 0 and ε = 0: BN((aW)u) = BN(Wu), ∂L/∂(aW) = (1/a) ∂L/∂W, and ⟨w, ∂L/∂w⟩ = 0 for every unit.",
        {"depth": 6, "eps": 0, "dtype": "float64", "disturb_layer": 1, "disturb_factor": 3},
        "Epsilon is not small beside the variance, a < 0, which flips the sign, or batch norm behind an f that does "
        "not pass a factor on, as a sigmoid. With two examples or one there is no gradient to scale.",
        "Ioffe & Szegedy 2015, section 3.3",
    ),
    "gradient_growth": Preset(
        "Batch norm makes gradients grow",
        "With He's weights of any scale, batch norm before ReLU, no residual connections and many examples gradients "
        "grow towards the input by about √(π/(π−1)) = 1.211 a layer.",
        {"source": "normal", "features": 256, "batch_size": 32, "depth": 30, "width": 256, "initialization": "he"},
        "Residual connections, another activation, few blocks, which differ at both ends, or small batches, which grow "
        f"faster: {GROWTH_OF_FEW}.",
        "Yang et al. 2019, “A Mean Field Theory of Batch Normalization”",
    ),
    "residual_tames": Preset(
        "Residual connections tame that growth",
        "The same network with residual connections: gradients grow by far less than 1.211 a layer.",
        {
            "source": "normal", "features": 256, "batch_size": 32, "depth": 30, "width": 256, "initialization": "he",
            "residual": "on",
        },
        "Few blocks: the first sums still double the variance, so that the growth starts near the plain network's.",
        "Yang et al. 2019; De & Smith 2020",
    ),
    "gradient_norm": Preset(
        "What batch norm takes out of the gradient",
        "At ε = 0, per feature: ‖dx‖² = (γ²/σ²) (‖dy‖² − (Σ dy)²/N − (Σ dy·x̂)²/N): two components are removed, the "
        "rest is rescaled.",
        {"depth": 8, "batch_size": 16, "eps": 0, "dtype": "float64"},
        "Epsilon is not small beside the variance: then a part of the second component passes. With two examples or "
        "one nothing is left to rescale.",
        "After Santurkar et al. 2018, theorem 4.1",
    ),
}  # fmt: skip
