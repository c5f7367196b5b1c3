"""Which way `bncore` computes: by compiled kernels of an instruction set, on some threads, or by NumPy."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import ModuleType
from typing import Any, NamedTuple

from bncore.errors import BadParameter
from bncore.kernels import loading

VARIABLE = "BNSCOPE_BACKEND"
AUTOMATIC = "auto"
REFERENCE = "numpy"


class Backend(NamedTuple):
    """`name` is "compiled" or "numpy"; `instructions` the kernels' instruction set; `why` NumPy, or not what was asked
    for; `build` what the kernels were built from, as digits: with the name and the instructions it decides last bits.
    """

    name: str
    instructions: str | None
    threads: int
    why: str | None
    build: str | None = None


def _nothing(*_given: object) -> None:
    """What passes of arrays give where there are none."""


class _InForce:
    """What computes now. `compiled` is None where NumPy does."""

    compiled: ModuleType | None
    backend: Backend
    forward_whole: Callable[..., Any]
    """(Forward, x, gamma, beta, feature_axis, eps, eps_placement, out): a Forward, in one call; None unless all is as
    usually given, no number is odd, and there are kernels (source/whole.c)."""
    backward_whole: Callable[..., Any]
    """(Gradients, dy, forward, x, memory, feature_axis, eps, eps_placement, out): a Gradients, likewise."""

    def __init__(self, wanted: str, threads: int) -> None:
        """As wanted, or where there is no such instruction set by the best that there is: importing never fails."""
        try:
            self.take(wanted, threads)
        except BadParameter as error:
            self.take(AUTOMATIC, threads)
            self.backend = self.backend._replace(why=str(error))

    def take(self, wanted: str, threads: int) -> None:
        module, why = (None, f"{VARIABLE}={REFERENCE}") if wanted == REFERENCE else loading.compiled()
        sets: tuple[str, ...] = module.instruction_sets() if module else ()
        if module and wanted not in (AUTOMATIC, *sets):
            known = ", ".join((AUTOMATIC, REFERENCE, *sets))
            raise BadParameter(f"{VARIABLE} is {wanted!r}; choose one of {known}.", parameter=VARIABLE)
        instructions = None if module is None else sets[-1] if wanted == AUTOMATIC else wanted
        if module:
            module.use(instructions)
        self.compiled = module
        name, build = ("compiled", module.SOURCE or None) if module else (REFERENCE, None)
        self.backend = Backend(name, instructions, threads, why, build)
        self.forward_whole = partial(module.forward_whole, threads) if module else _nothing
        self.backward_whole = partial(module.backward_whole, threads) if module else _nothing


def threads_of(environment: "os._Environ[str] | dict[str, str]") -> int:
    """How many threads a pass may have: OMP_NUM_THREADS, which the server deals out, else what this process may run on.

    >>> threads_of({"OMP_NUM_THREADS": "3"}), threads_of({"OMP_NUM_THREADS": "2,4"})
    (3, 2)
    """
    said = environment.get("OMP_NUM_THREADS", "").partition(",")[0].strip()
    if said.isdigit() and int(said):
        return int(said)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


in_force = _InForce(os.environ.get(VARIABLE, "") or AUTOMATIC, threads_of(os.environ))


def backend() -> Backend:
    """Which way `bncore` computes in this process, and why by NumPy where it does.

    Kernels take float32 and float64. Arrays of float16 are NumPy's in any case: computed in float64 and rounded once.

    BNSCOPE_BACKEND=numpy asks for NumPy, the name of an instruction set for that, and `why` says where there is none of
    that name; OMP_NUM_THREADS is how many threads.

    >>> backend().name in ("compiled", "numpy")
    True
    """
    return in_force.backend


@contextmanager
def using(wanted: str, threads: int = 1) -> Iterator[Backend]:
    """Computes otherwise for a while, in all threads: for tests and measurements."""
    before = in_force.backend
    in_force.take(wanted, threads)
    try:
        yield in_force.backend
    finally:
        in_force.take(before.instructions or REFERENCE, before.threads)
        in_force.backend = before
