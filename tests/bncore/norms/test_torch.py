"""Each norm that PyTorch has against what it computed for the same numbers, recorded by `torch_reference`."""

import json

import pytest

from bncore import norms
from tests.bncore.network.torch_reference import sums
from tests.bncore.norms import torch_reference as recorded
from tests.bncore.norms.torch_reference import CASES, EPSILONS, SHAPES, parameters, x_and_dy
from tests.each import each

THEIRS = json.loads(recorded.RECORDED.read_text())


def computed(case, shape, eps):
    given = dict(CASES[case])
    if given["norm"] == "batch":
        mean, var = recorded.running(shape[1])
        given |= {"running_mean": mean, "running_var": var, "momentum": recorded.MOMENTUM}
    gamma, beta = parameters(recorded.parameter_shape(case, shape))
    x, dy = x_and_dy(shape)
    result = norms.forward(x, gamma=gamma, beta=None if given["norm"] == "rms" else beta, eps=eps, **given)
    gradients = norms.backward(dy, result)
    ours = {"y": result.y} | {name: getattr(gradients, name) for name in ("dx", "dgamma", "dbeta")}
    ours |= {name: getattr(result, name) for name in ("running_mean", "running_var")}
    return {name: sums(values) for name, values in ours.items() if values is not None}


@each("size", EPSILONS)
@each(
    ("case", "name"),
    [(case, name) for case in CASES for name, shape in SHAPES.items() if recorded.is_defined(case, shape)],
)
def test_y_every_gradient_and_the_running_statistics_are_pytorchs(case, name, size):
    theirs = THEIRS[f"{case} {name} {size}"]
    ours = computed(case, SHAPES[name], EPSILONS[size])
    assert list(ours) == list(theirs)
    for part, values in theirs.items():
        assert ours[part] == pytest.approx(values, rel=1e-11, abs=1e-11), part


def test_the_record_is_of_the_version_that_it_names():
    assert THEIRS["torch"] == "2.13.0"
