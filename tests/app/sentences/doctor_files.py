"""Files of the doctor's states: a model with a fault, and captures, whose arrays the conditions are computed from."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from tests.bncore.doctor.captures import capture_arrays, norm_arrays
from tests.bncore.doctor.findings.models import healthy

EPS, MOMENTUM = 1e-5, 0.1
PARTS = {"gamma": "weight", "beta": "bias", "mean": "running_mean", "var": "running_var"}
CHANNELS = 8


class Arrays(dict):
    """Arrays by name, of which a failing test prints no more than how many there are."""

    def __repr__(self) -> str:
        return f"{len(self)} arrays"


class Given(NamedTuple):
    """A norm as its file has it; `power` and `largest` are of the weights in front, 1 where there are none."""

    gamma: Any
    beta: Any
    mean: Any
    var: Any
    batches: int | None
    eps: float
    momentum: float
    mode: str
    power: Any
    largest: Any
    bias: Any
    finite: bool
    first: bool
    bare: bool

    @property
    def scale(self) -> Any:
        return np.nan_to_num(self.gamma / np.sqrt(np.abs(self.var) + self.eps))

    @property
    def answers(self) -> Any:
        """Of which channels 1 of the layer in front comes out as a number."""
        x_hat = (self.largest - self.mean) / np.sqrt(self.var + self.eps)
        return np.isfinite(self.gamma * x_hat + self.beta)

    @property
    def shift(self) -> Any:
        return np.nan_to_num(self.beta - self.mean * self.scale)


def norms_of(arrays: Arrays) -> list[Given]:
    """The norms of a model or of a capture."""
    told = json.loads(str(arrays["bnscope_capture"]))["norms"] if "bnscope_capture" in arrays else []
    settings = {entry["name"]: entry for entry in told}
    names = [name.removesuffix(".running_mean") for name in arrays if name.endswith(".running_mean")]
    return [_given(arrays, name, settings.get(name, {}), place == 0) for place, name in enumerate(names)]


def _given(arrays: Arrays, name: str, told: dict, first: bool) -> Given:
    own = [np.asarray(arrays[f"{name}.{part}"], np.float64) for part in PARTS.values()]
    front = arrays.get(f"{name.replace('bn', 'conv')}.weight")
    wide = np.ones((CHANNELS, 1)) if front is None else front.reshape(len(front), -1).astype(np.float64)
    batches = arrays.get(f"{name}.num_batches_tracked")
    finite = all(np.isfinite(each).all() for each in (*own, wide))
    return Given(
        *own, None if batches is None else int(batches), told.get("eps", EPS), told.get("momentum", MOMENTUM),
        told.get("mode", "train"), np.square(wide).sum(1), np.abs(wide).max(1),
        arrays.get(f"{name.replace('bn', 'conv')}.bias"), finite, first, front is None,
    )  # fmt: skip


def captured(arrays: Arrays) -> Iterator[tuple[Given, Any, Any]]:
    """Of each norm of a capture all rows of x and dy (n, C)."""
    if "bnscope_capture" not in arrays:
        return
    names = [entry["name"] for entry in json.loads(str(arrays["bnscope_capture"]))["norms"]]
    for name, norm in zip(names, norms_of(arrays), strict=True):
        x, dy = (
            np.concatenate([arrays[f"{name}.{what}.{step}"] for step in range(_steps(arrays))]) for what in ("x", "dy")
        )
        yield norm, x.astype(np.float64), dy


def _steps(arrays: Arrays) -> int:
    return int(json.loads(str(arrays["bnscope_capture"]))["steps"])


def model(fault: str = "none") -> Arrays:
    """A small network's state dict, healthy but for the fault."""
    sound = healthy(seed=3)
    arrays = Arrays()
    for norm in sound.norms:
        conv = norm.name.replace("bn", "conv")
        arrays[f"{conv}.weight"] = np.array(sound.read(f"{conv}.weight"))
        own = {"gamma": norm.gamma, "beta": norm.beta, "mean": norm.mean, "var": norm.variance}
        arrays |= {f"{norm.name}.{PARTS[part]}": np.array(values) for part, values in own.items()}
        arrays[f"{norm.name}.num_batches_tracked"] = np.array(1000)
    FAULTS[fault](arrays)
    return arrays


def _set(name: str, at: Any, value: float):
    def change(arrays: Arrays) -> None:
        arrays[name][at] = value

    return change


def _times(name: str, factor: float):
    def change(arrays: Arrays) -> None:
        for each in [each for each in arrays if each.endswith(name)]:
            arrays[each] *= np.float32(factor)

    return change


def _also(*changes: Any):
    def change(arrays: Arrays) -> None:
        for each in changes:
            each(arrays)

    return change


def _same(*parts: str):
    """The third norm has arrays of the second one."""

    def change(arrays: Arrays) -> None:
        for part in parts:
            arrays[f"bn2.{part}"] = arrays[f"bn1.{part}"]

    return change


def _without(*names: str):
    return lambda arrays: [arrays.pop(name) for name in list(arrays) if name.startswith(names)]


def _new(batches: int):
    return _also(
        _set("bn1.running_mean", ..., 0), _set("bn1.running_var", ..., 1), _set("bn1.num_batches_tracked", (), batches)
    )


FAULTS = {
    "none": lambda _: None,
    "NaN": _set("bn1.weight", 2, np.nan),
    "infinite": _set("conv2.weight", 3, -np.inf),
    "infinite variance": _set("bn1.running_var", 2, np.inf),
    "negative": _set("bn1.running_var", 2, -0.5),
    "hardly negative": _set("bn1.running_var", 2, -1e-6),
    "new": _new(0),
    "new after training": _new(700),
    "half": _set("bn1.running_mean", ..., 0),
    "partly": _also(_set("bn1.running_mean", 3, 0), _set("bn1.running_var", 3, 1)),
    "few": _also(_set("bn1.num_batches_tracked", (), 6), _times("bn1.running_var", 20)),
    "copied": _same("running_mean", "running_var"),
    "shared": _same("running_mean", "running_var", "weight", "bias"),
    "dead": _set("bn1.weight", 4, 0),
    "unused": _also(_set("bn1.weight", 4, 0), _set("bn1.running_var", 4, 1e-9)),
    "turned": _times("bn1.weight", -1),
    "one turned": _set("bn1.weight", 4, -0.5),
    "huge": _set("bn1.weight", 4, 900),
    "all huge": _times("bn1.weight", 500),
    "multiplied": _also(_times("running_var", 1000), _times("running_mean", 1000)),
    "divided": _also(_times("running_var", 1e-3), _times("running_mean", 1e-3)),
    "other variances": _times("bn1.running_var", 1e6),
    "other means": _times("bn1.running_mean", 1e6),
    "another variance": _set("bn1.running_var", 4, 1e7),
    "another mean": _set("bn1.running_mean", 4, 1e6),
    "vanishing": _also(_times("bn1.running_var", 1e18), _set("bn1.running_var", 4, 3e18)),
    "uneven": _also(_times("bn1.weight", 0.01), _set("bn1.weight", 4, 9), _set("bn1.running_var", 4, 0.01)),
    "shifted": _set("bn1.bias", 4, -40),
    "biased": lambda arrays: arrays.update({"conv1.bias": np.full(CHANNELS, 0.5, np.float32)}),
    "raw": _also(_without("conv0."), _set("bn0.running_var", 2, 1e-6)),
    "below eps": _set("bn1.running_var", 2, 1e-7),
    "folded": _also(_set("bn1.weight", ..., 1), _set("bn1.running_var", ..., 1 - 1e-5)),
    "two": _also(_set("bn1.weight", 2, np.nan), _set("bn2.weight", 4, 0)),
    "bare": _without("bn"),
}


def capture(kind: str) -> Arrays:
    """A capture of one norm: two steps of 128 rows, or as many as it takes to see a slight gap."""
    rng = np.random.default_rng(5)
    steps, size = (60, 64) if kind == "slight gap" else (2, 128)
    rows = [rng.standard_normal((size, CHANNELS)) for _ in range(steps)]
    CAPTURES.get(kind, FAULTS["none"])(rows)
    with np.errstate(invalid="ignore"):
        entry, arrays = norm_arrays("bn", rows)
    gradient = rng.standard_normal((size, CHANNELS)).astype(np.float32)
    gradient[:, 3 if kind == "no gradient" else slice(0)] = 0
    arrays |= {f"bn.dy.{step}": gradient for step in range(steps)}
    if kind not in ("frozen", "new"):
        with np.errstate(invalid="ignore"):
            mean, var = np.mean(rows, (0, 1)), np.var(rows, (0, 1)) * size / (size - 1)
        arrays |= {"bn.running_mean": mean.astype("f4"), "bn.running_var": var.astype("f4")}
        arrays |= {"bn.num_batches_tracked": np.array(900)}
    arrays["bn.running_mean"] += np.float32({"gap": 2.0, "slight gap": 0.08}.get(kind, 0.0))
    if kind == "no eps":
        arrays["bn.running_var"][2] = 0
    told = {
        "no eps": {"eps": 0.0},
        "forgets": {"momentum": 0.99},
        "frozen": {"mode": "inference"},
        "slight gap": {"momentum": 0.005},
    }.get(kind, {})
    return Arrays(capture_arrays((entry | told, arrays), steps=steps))


def _put(at: Any, value: float):
    def change(rows: list) -> None:
        rows[1][at] = value

    return change


def _all(change: Any):
    def of(rows: list) -> None:
        for x in rows:
            change(x)

    return of


CAPTURES = {
    "infinite": _put((5, 3), np.inf),
    "constant": _all(lambda x: x.__setitem__((slice(None), 3), 0.5)),
    "outlier": _put((5, 3), 1e3),
    "tails": _all(lambda x: x.__setitem__((slice(0, 3), 3), 30.0)),
    "far": _all(lambda x: x.__iadd__(1e5)),
    "unlike": lambda rows: rows[1].__iadd__(3.0),
}
