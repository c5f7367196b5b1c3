"""A table of sentences, each with the condition under which it may stand, held against what is seen."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from tests.app.sentences.seen import Seen

Condition = Callable[[Seen], bool]
EACH = 3  # faults told of each sentence


@dataclass(frozen=True)
class Sentence:
    """`pattern` (a regular expression, case as written) may stand where `may_stand(seen)`; `says` is that in words.

    The condition is computed from the query or from the numbers of the answer, never from the product's own choice of
    the sentence. `where` limits the pattern to texts whose place holds that expression.
    """

    pattern: str
    may_stand: Condition
    says: str
    where: str = ""

    def standing(self, seen: Seen) -> list[str]:
        """Where it stands, with the text."""
        return [
            f"{text.place}: {text.text[:300]}"
            for text in seen.texts
            if re.search(self.where, text.place) and re.search(self.pattern, text.text)
        ]


def never(_: Seen) -> bool:
    """The condition of what may stand in no state. Such a sentence need not be met either."""
    return False


def always(_: Seen) -> bool:
    """The condition of what may stand in every state."""
    return True


def walk(everything: Sequence[Seen], table: Sequence[Sentence], *, spoken: Sequence[str] = ()) -> None:
    """Each sentence stands only where it may, and in one state at least, so that the table does not rot.

    `spoken` are places (expressions such as `answer\\.headline$`) at which every state has a text: a sentence that may
    not stand is not merely left out.
    """
    wrong = [fault for sentence in table for fault in islice(_misplaced(everything, sentence), EACH)]
    unmet = [
        f"“{sentence.pattern}” stands in no state"
        for sentence in table
        if sentence.may_stand is not never and not any(sentence.standing(seen) for seen in everything)
    ]
    silent = [
        f"nothing is said at {place}\n    {seen}"
        for seen in everything
        for place in spoken
        if not any(re.search(place, text.place) for text in seen.texts)
    ]
    faults = [*wrong, *unmet, *silent[:EACH]]
    assert not faults, "\n".join(faults)


def _misplaced(everything: Sequence[Seen], sentence: Sentence) -> Iterator[str]:
    """Where a sentence stands and may not."""
    for seen in everything:
        if not sentence.may_stand(seen):
            for place in sentence.standing(seen)[:1]:
                yield f"“{sentence.pattern}” may stand only {sentence.says}\n    {seen}\n    {place}"
