"""What the doctor tells of networks that no threshold of it was fitted to, healthy and with every kind of fault.

    python -m benchmarks.findings [--set first second] [--seeds 10] [--captures FOLDER]

The networks were trained with PyTorch (`tests/bncore/doctor/findings/held_out`) and are run in NumPy. A fault is named
where it is the first that is told beyond what is told of the same network in health. `--captures` examines the files
that `train captures` wrote there: steps of trainings, the weights moving meanwhile.
"""

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from app.models import read_model
from bncore.doctor import Capture, Model, Stored, capture_of
from bncore.doctor.findings import Finding, examine, examine_capture
from tests.bncore.doctor.findings import sick, sick_captures
from tests.bncore.doctor.findings.held_out import models, nets

SIZES = (2, 4, 8, 16, 64, 256)
BESIDE = 32  # the batch size of captures with a fault
Key = tuple[str, str, int]
Drawn = Callable[[np.random.Generator], tuple[Model, Capture]]


def loud(findings: Iterable[Finding]) -> list[Finding]:
    """Those above a note."""
    return [one for one in findings if one.severity != "note"]


def healthy(keys: Sequence[Key], seeds: int, shown: bool) -> None:
    """Healthy networks: from their weights, and from captures at each batch size."""
    print(f"\nOf {len(keys)} healthy networks above a note")
    findings = [(key, one) for key in keys for one in loud(examine(models.model(*key)))]
    print(f"  weights: {len(findings)} findings in {len({key for key, _ in findings})} networks")
    listed(findings, shown)
    for size in SIZES:
        told: list[tuple[Any, Finding]] = []
        count = 0
        for key in keys:
            for seed in range(seeds if size < 64 else 1):
                for framework in ("pytorch", "keras"):
                    capture = models.capture(*key, size, seed=seed, framework=framework)
                    if capture.norms:
                        count += 1
                        told += [((*key, seed), one) for one in loud(examine_capture(models.model(*key), capture))]
        print(f"  captures at N = {size}: {len(told)} findings in {len({key for key, _ in told})} of {count}")
        listed(told, shown)


def listed(findings: Iterable[tuple[Any, Finding]], shown: bool) -> None:
    for key, one in findings if shown else ():
        print(f"      {key} {one.norm} {one.id} ({one.severity}): {one.sentence}")


def faults(keys: Sequence[Key], seeds: int, shown: bool) -> None:
    """Each kind of fault, in networks that are drawn."""
    batch = [key for key in keys if key[1] not in ("grouped", "bare")]
    draw = lambda rng: models.model(*batch[rng.integers(len(batch))])  # noqa: E731
    alike = [key for key in batch if key[1] in ("zero", "narrow")]
    of_one_size = lambda rng: models.model(*alike[rng.integers(len(alike))])  # noqa: E731
    print(f"\nFaults of weights: named in the first place, of {seeds} each")
    for fault in sick.OF_WEIGHTS:
        cases = [(*sick.sick(fault, seed, draw), sick.drawn(fault, seed, draw)[1]) for seed in range(seeds)]
        score(fault, [weights_case(*case) for case in cases], shown)
    for fault, make in sick.OF_MODELS.items():
        among = of_one_size if make is sick.copied else draw
        cases = [(*make(seed, among), among(np.random.default_rng(seed))) for seed in range(seeds)]
        score(fault, [weights_case(*case) for case in cases], shown)

    def with_capture(rng: np.random.Generator) -> tuple[Model, Capture]:
        key = batch[rng.integers(len(batch))]
        return models.model(*key), models.capture(*key, BESIDE)

    of_captures(with_capture, seeds, shown)


def of_captures(with_capture: Drawn, seeds: int, shown: bool) -> None:
    """Each kind of fault of captures."""
    print(f"\nFaults of captures at N = {BESIDE}: named in the first place, of {seeds} each")
    for fault in sick_captures.OF_CAPTURES:
        cases = []
        for seed in range(seeds):
            id, norm, model, capture = sick_captures.sick(fault, seed, with_capture)
            sound = examine_capture(*with_capture(np.random.default_rng([seed, len(fault)])))
            cases.append((id, norm, beyond(examine_capture(model, capture), sound)))
        score(fault, cases, shown)


def weights_case(id: str, norm: str, model: Model, sound: Model) -> tuple[str, str, list[Finding]]:
    return id, norm, beyond(examine(model), examine(sound))


def beyond(findings: Sequence[Finding], sound: Sequence[Finding]) -> list[Finding]:
    """What is not told of the network in health."""
    before = {(one.id, one.norm, one.severity) for one in sound}
    return [one for one in findings if (one.id, one.norm, one.severity) not in before]


def score(fault: str, cases: Sequence[tuple[str, str, list[Finding]]], shown: bool) -> None:
    right = [bool(new) and (new[0].id, new[0].norm) == (id, norm) for id, norm, new in cases]
    print(f"  {sum(right):3} of {len(cases)}  {fault}")
    for (id, norm, new), good in zip(cases, right, strict=True):
        if not good and shown:
            print(f"      {id} of {norm}: {[(one.id, one.norm, one.severity, one.sentence) for one in new[:3]]}")


def of_training(folder: Path, shown: bool) -> None:
    """Captures of trainings in PyTorch, beside their models."""
    print("\nCaptures of healthy trainings, the weights moving: above a note")
    for size in SIZES:
        findings = []
        files = sorted(folder.glob(f"*-{size}-capture.npz"))
        for file in files:
            model = read_model(file.with_name(file.name.replace("-capture", "-model")))
            with Stored(file) as arrays:
                findings += [(file.name, one) for one in loud(examine_capture(model, capture_of(arrays)))]
        networks = len({name for name, _ in findings})
        print(f"  N = {size}: {len(findings)} findings in {networks} of {len(files)}")
        listed(findings, shown)


def every(parts: Sequence[str]) -> Iterator[Key]:
    for part in parts:
        yield from ((part, *key) for key in nets.kept(part))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--set", nargs="+", default=[part for part in nets.SETS if (nets.HERE / f"{part}.npz").exists()]
    )
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--draws", type=int, default=2, help="captures of a healthy network below N = 64")
    parser.add_argument("--captures", type=Path, help="a folder of captures of trainings")
    parser.add_argument("--shown", action="store_true", help="list what is told, or not named")
    asked = parser.parse_args()
    keys = list(every(asked.set))
    healthy(keys, asked.draws, asked.shown)
    faults(keys, asked.seeds, asked.shown)
    if asked.captures:
        of_training(asked.captures, asked.shown)


if __name__ == "__main__":
    main()
