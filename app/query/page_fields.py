"""What of a page itself stands in its address beside the query: which sections are open, how large it is written."""

import re
from typing import Annotated, Literal

from app.query.control import QueryModel, control, formed

ALL = "all"
MOST_OPEN = 600  # characters
SECTIONS = re.compile(r"(?:[a-z][a-z0-9-]*(?:,[a-z][a-z0-9-]*)*)?")
WORDS = "names of sections with commas between, or 'all', or nothing"


class PageFields(QueryModel):
    """Fields of a page's address that its view is not asked with; a page with a stage of its own adds to them."""

    open: Annotated[str, formed(SECTIONS, WORDS)] = control(
        "", "Sections that are open, by name with commas between; `all` opens all of them.",
        title="Open sections", group="page", kind="none", max_length=MOST_OPEN,
    )  # fmt: skip
    wall: Literal["", "1"] = control(
        "", "1 writes the page for a wall, up to half as large again; left out, screens from 1800 pixels are walls.",
        title="Wall", group="page", kind="none",
    )  # fmt: skip

    def opens(self, section: str) -> bool:
        """Whether a section is open."""
        return self.open == ALL or section in self.open.split(",")
