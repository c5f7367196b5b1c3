"""Batches that separate the mistakes, of shapes of their own, and students' answers to them."""

from collections.abc import Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np

from bncore import diagnosis
from bncore.diagnosis import Candidates, Case, Report, candidates, case_of
from bncore.diagnosis.mistakes.paths import of_triple
from tests.bncore.diagnosis.students import run

SHAPES = [((9, 5), 1), ((16, 3), -1), ((4, 11), 0), ((3, 4, 2, 5), 1), ((4, 3, 2, 5), -1)]
ELSEWHERE = {
    "biased_in_backward", "biased_in_forward", "training_mode", "batch_statistics", "statistics_move", "batch_norm",
    "instance_norm", "rms_norm", "mean_path_added",
}  # fmt: skip
"""Mistakes that batch norm in training by the biased variance does not have."""
PLACEMENTS = ["variance", "deviation"]


def batch(shape: tuple[int, ...], axis: int, placement: str, seed: int = 0) -> Mapping[str, Any]:
    """What `case_of` takes: nothing is 0 or 1, and eps is about a quarter of the variance. Nobody changes it."""
    return _batch(shape, axis, placement, seed)


@cache
def _batch(shape: tuple[int, ...], axis: int, placement: str, seed: int) -> Mapping[str, Any]:
    rng = np.random.default_rng([seed, *shape])
    units = shape[axis]
    wide = [1] * len(shape)
    wide[axis] = units
    x = rng.standard_normal(shape) * rng.uniform(1.6, 2.6, wide) + rng.uniform(1, 3, wide)
    made = {
        "x": x,
        "gamma": rng.permutation(np.linspace(1.3, 2.5, units)) * np.resize([1, -1], units),
        "beta": rng.uniform(0.5, 1.5, units),
        "eps": 1.1,
        "eps_placement": placement,
        "feature_axis": axis,
        "dy": rng.standard_normal(shape) + 0.5 + 0.2 * x,
        "running_mean": rng.uniform(0.2, 0.8, units),
        "running_var": rng.uniform(7, 12, units),
    }
    for values in made.values():
        if isinstance(values, np.ndarray):
            values.setflags(write=False)
    return MappingProxyType(made)


def rows(given: Mapping[str, Any], dtype: str = "float64") -> dict[str, Any]:
    """The same with students' names: x and g as rows, one column a unit, in a type."""
    units = len(given["gamma"])
    flat = {name: np.moveaxis(given[name], given["feature_axis"], -1).reshape(-1, units) for name in ("x", "dy")}
    arrays = flat | {name: given[name] for name in ("gamma", "beta", "running_mean", "running_var")}
    arrays = {name: np.asarray(value, dtype=dtype) for name, value in arrays.items()}
    return arrays | {"g": arrays.pop("dy"), "eps": given["eps"], "placement": given["eps_placement"]}


def in_shape(given: Mapping[str, Any], values: np.ndarray) -> np.ndarray:
    """Rows in the shape of x."""
    axis, shape = given["feature_axis"] % given["x"].ndim, given["x"].shape
    moved = (*shape[:axis], *shape[axis + 1 :], shape[axis])
    return np.moveaxis(values.reshape(moved), -1, axis)


def answer(given: Mapping[str, Any], code: str, placement: str, dtype: str, *tensors: str) -> dict[str, np.ndarray]:
    """A student's tensors, computed by code in a type."""
    computed = run(code, rows(given, dtype) | {"placement": placement})
    return {name: in_shape(given, computed[name]) if name in ("dx", "dx_hat") else computed[name] for name in tensors}


def case_from(given: Mapping[str, Any]) -> Case:
    """The case of a batch; of one of `batch`, as it is, the same one each time."""
    return _case(Same(given)) if isinstance(given, MappingProxyType) else case_of(**given)


class Same:
    """A mapping by its identity."""

    def __init__(self, mapping: Mapping[str, Any]) -> None:
        self.mapping = mapping

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.mapping is other.mapping

    def __hash__(self) -> int:
        return id(self.mapping)


@lru_cache(maxsize=64)
def _case(given: Same) -> Case:
    return case_of(**given.mapping)


@lru_cache(maxsize=64)
def built(case: Case, tensor: str) -> Candidates:
    """The mistakes in a tensor of a case, once for all answers to it, which takes longer than all else of a check."""
    return candidates(case, tensor)


def check(case: Case, answers: Mapping[str, Any], **given: Any) -> Report:
    known = {name: built(case, name) for name in answers if name in case.truth}
    return diagnosis.check(case, answers, built=known, **given)


def plain(**changes: Any) -> Case:
    """A 2-D case with some arguments of its own."""
    return case_from(batch((9, 5), 1, "variance") | changes)


def with_factors(case: Case, *triple: Any) -> Report:
    """The report on the dx with these factors."""
    return check(case, {"dx": case.as_given(of_triple(case, *triple))})


def named(report: Report, tensor: str = "dx") -> list[str]:
    """The ids of a tensor's diagnoses."""
    return [diagnosis.id for diagnosis in report.diagnoses if diagnosis.tensor == tensor]
