"""How much one document of a training may hold: it is written as a whole, which a stream is not."""

from collections.abc import Mapping

from app.errors import InvalidQuery
from app.settings import Settings
from bncore.training import Spec
from bncore.training.records.moments import records_of


def size_of(specs: Mapping[str, Spec]) -> int:
    """Records × blocks, the read-out among them, of all variants."""
    return sum(records_of(spec) * (spec.blocks + 1) for spec in specs.values())


def check_document(specs: Mapping[str, Spec], settings: Settings) -> None:
    """Raises InvalidQuery where a document would hold more than the settings allow."""
    size, most = size_of(specs), settings.training_records
    if size > most:
        raise InvalidQuery(
            f"One document of these runs would hold {size:,} records of blocks, and this server writes up to {most:,} "
            "at once: read the stream (Accept: text/event-stream), or ask for fewer records an octave or variants.",
            field="resolution", given=next(iter(specs.values())).resolution,
            allowed=f"up to {most:,} records × blocks, of all variants together",
        )  # fmt: skip
