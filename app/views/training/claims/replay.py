"""A claim's runs, done side by side by whoever computes runs: processes of this machine, or a Dask cluster."""

from collections.abc import Awaitable, Callable

import anyio

from app.views.training.runs.run import run_of
from app.web.runs.chunk import alone
from app.web.runs.pool import Pool
from app.web.runs.segments import Segments
from app.web.runs.together import together
from bncore.training import Spec, State
from bncore.training.claims.trials import Seen

AT_ONCE = 8  # runs of a claim, so that those that somebody watches come between
Told = Callable[[int, int], Awaitable[None]]


async def seen_of(
    segments: Segments, pool: Pool, look: Callable[[State], Seen], specs: dict[str, Spec], told: Told
) -> dict[str, Seen]:
    """What is seen of the end of each run, by its name; `told(done, of)` hears of each that has ended.

    The runs are those of the page: what of them is kept is not computed again, and what is computed here is kept.
    """
    seen: dict[str, Seen] = {}
    room = anyio.CapacityLimiter(AT_ONCE)

    async def do(name: str, spec: Spec) -> None:
        async with room:
            state = await segments.state_at(run_of(spec), spec.steps)
            seen[name] = await pool.do(alone, looked, look, spec, state)
        await told(len(seen), len(specs))

    async with together(), anyio.create_task_group() as group:
        for name, spec in specs.items():
            group.start_soon(do, name, spec)
    return {name: seen[name] for name in specs}


def looked(look: Callable[[State], Seen], spec: Spec, state: bytes) -> Seen:
    """What is seen of a state that was written."""
    return look(State.from_bytes(state, spec))
