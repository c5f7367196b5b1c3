"""How long a conclusion may be: at most twenty words, and three of them numbers; a position (1, 0, 2) is one."""

import re

MOST_WORDS, MOST_NUMBERS = 20, 3
NUMBER = re.compile(r"\([\d, ]+\)|(?<![\w.])[−-]?\d[\d,.]*(?:e−?\d+)?(?![\w])")


def numbers_in(text: str) -> list[str]:
    """The numbers of a sentence; a digit in a name, such as x0, is none.

    >>> numbers_in("Example 0 of x0 lies −2.00 above 1,200, which is 1.5e−7.")
    ['0', '−2.00', '1,200', '1.5e−7']
    """
    return [match.rstrip(",.") for match in NUMBER.findall(text)]


def is_brief(text: str) -> bool:
    """Whether a sentence is short enough for a conclusion."""
    return 0 < len(text.split()) <= MOST_WORDS and len(numbers_in(text)) <= MOST_NUMBERS
