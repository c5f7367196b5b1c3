"""The query of a claim."""

from typing import Literal

from app.errors import InvalidQuery
from app.query.control import QueryModel, control
from bncore.training.claims import CLAIMS

REPLAYED = tuple(name for name, claim in CLAIMS.items() if claim.trials)
"""Those whose many runs are done side by side, and not by `make claims` alone."""


class ClaimQuery(QueryModel):
    """Which claim, and whether its runs are to be done now."""

    name: Literal[tuple(CLAIMS)] = control(  # type: ignore[valid-type]
        REPLAYED[-1], "The claim, by its name in the catalogue.", title="Claim", group="answer", kind="select"
    )
    replay: Literal["off", "on"] = control(
        "off", f"Whether its runs are done now, which {' and '.join(REPLAYED)} offer; else what is told is what came "
        "when `make claims` ran them last.", title="Replay", group="answer", kind="select",
    )  # fmt: skip

    @property
    def is_replayed(self) -> bool:
        """Whether its runs are to be done. Raises InvalidQuery where nobody does them but `make claims`."""
        if self.replay == "on" and self.name not in REPLAYED:
            detail = f"The runs of {self.name} are done by `make claims` alone; open them by the link of the claim."
            raise InvalidQuery(detail, field="replay", given=self.replay, allowed="off")
        return self.replay == "on"
