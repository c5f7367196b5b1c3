"""What the playground knows of a large array beyond its mini-batch: the statistics over all of its examples."""

from dataclasses import dataclass, replace

from app.batches.batch import Batch, Source
from app.batches.large import LargeSource
from bncore.progress import Said
from bncore.stream import Streamed


@dataclass(frozen=True, eq=False)
class Everything:
    """The file `name`, and what it holds."""

    name: str
    streamed: Streamed


def everything_of(source: Source, say: Said) -> Everything | None:
    """The statistics over all of a large array: kept, or taken now; None of other sources, and behind a layer."""
    if not isinstance(source, LargeSource):
        return None

    passes, first = source.passes, "the first of two passes: " if source.passes == 2 else ""

    def told(done: int, of: int, _text: str) -> None:
        say(done, passes * of, f"{first}statistics over {done:,} of {of:,} examples")

    def searched(done: int, of: int, _text: str) -> None:
        say(of + done, 2 * of, f"the second of two passes: a sample to draw from, out of {done:,} of {of:,} examples")

    streamed = source.statistics(told)
    source.sample(searched)
    return Everything(source.name, streamed)


def numbers_to_read(source: Source) -> int:
    """How many numbers are read before there is an answer, beside the batch's own."""
    return source.numbers if isinstance(source, LargeSource) and not source.is_known else 0


def with_everything(batch: Batch, everything: Everything | None) -> Batch:
    """The batch with the statistics over everything as its running ones: what inference normalizes by."""
    if everything is None:
        return batch
    running = {"running_mean": everything.streamed.mean, "running_var": everything.streamed.var}
    return replace(batch, given={**batch.given, **running})
