"""A table of sentences, each with the condition under which it may stand, held against what is seen."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from tests.app.sentences.seen import Seen, Text

Condition = Callable[[Seen], bool]
Told = tuple[Seen, frozenset[Text]]  # a state, and its texts
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

    def standing(self, texts: Collection[Text]) -> frozenset[Text]:
        """Those of the texts in which it stands."""
        where, pattern = re.compile(self.where), re.compile(self.pattern)
        places = {place for place in {text.place for text in texts} if where.search(place)}
        return frozenset(text for text in texts if text.place in places and pattern.search(text.text))


def never(_: Seen) -> bool:
    """The condition of what may stand in no state. Such a sentence need not be met either."""
    return False


def always(_: Seen) -> bool:
    """The condition of what may stand in every state."""
    return True


def walk(everything: Sequence[Seen], table: Sequence[Sentence], *, spoken: Sequence[str] = ()) -> None:
    """Each sentence stands only where it may, and in one state at least, so that the table does not rot.

    `spoken` are places (expressions such as `answer\\.headline$`) at which every state has a text: a sentence that may
    not stand is not merely left out. Of places of the page (`page #t-depth`) so has every state that was opened as one.
    A text that many states share is looked at once for each sentence.
    """
    of_each = [(seen, frozenset(seen.texts)) for seen in everything]
    texts = frozenset().union(*(told for _, told in of_each))
    standing = [(sentence, sentence.standing(texts)) for sentence in table]
    wrong = [fault for sentence, where in standing for fault in islice(_misplaced(of_each, sentence, where), EACH)]
    unmet = [
        f"“{sentence.pattern}” stands in no state"
        for sentence, where in standing
        if sentence.may_stand is not never and not where
    ]
    silent = [
        f"nothing is said at {place}\n    {seen}"
        for place in spoken
        for at in [frozenset(text for text in texts if re.search(place, text.place))]
        for seen, told in of_each
        if at.isdisjoint(told) and (seen.page or not place.startswith("page "))
    ]
    faults = [*wrong, *unmet, *silent[:EACH]]
    assert not faults, "\n".join(faults)


def _misplaced(of_each: Iterable[Told], sentence: Sentence, standing: frozenset[Text]) -> Iterator[str]:
    """Where a sentence stands and may not."""
    for seen, told in of_each:
        if not standing.isdisjoint(told) and not sentence.may_stand(seen):
            text = next(text for text in seen.texts if text in standing)
            place = f"{text.place}: {text.text[:300]}"
            yield f"“{sentence.pattern}” may stand only {sentence.says}\n    {seen}\n    {place}"
