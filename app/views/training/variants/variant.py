"""What each variant is: the shared fields, and over them its own."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from pydantic import ValidationError

from app.errors import InvalidQuery, shortened
from app.views.training.query import TrainingQuery
from app.views.training.variants.fields import SpecFields
from app.web.problems import field_errors

NEXT = re.compile(r",(?=[a-z_]+:)")


@dataclass(frozen=True)
class Variant:
    """A variant by its letter: its fields, and which of them are its own, in the words of the query."""

    letter: str
    fields: SpecFields
    own: dict[str, str]


def variants_of(query: TrainingQuery) -> tuple[Variant, ...]:
    """The variants in the order of their letters. Raises InvalidQuery for a field, or a value, that there is not."""
    shared = query.model_dump(include=set(SpecFields.model_fields))
    return tuple(_variant(letter, text, shared) for letter, text in query.said.items())


def _variant(letter: str, text: str, shared: dict[str, object]) -> Variant:
    own = dict(_pairs(letter, text))
    try:
        return Variant(letter, SpecFields.model_validate(shared | own), own)
    except ValidationError as error:
        raise _wrong(letter, field_errors(error.errors()[:1])[0], own) from None


def _pairs(letter: str, text: str) -> Iterator[tuple[str, str]]:
    """Each field and its value; a list's commas are those behind which no field begins."""
    known: set[str] = set()
    for part in NEXT.split(text) if text else ():
        name, _, value = part.partition(":")
        if name not in SpecFields.model_fields:
            raise _unknown(letter, name)
        if name in known:
            raise InvalidQuery(
                f"Variant {letter} says {name} twice: which of the values is meant?",
                field=letter, given=text, allowed="each field once",
            )  # fmt: skip
        known.add(name)
        yield name, value


def _unknown(letter: str, name: str) -> InvalidQuery:
    close = get_close_matches(name, SpecFields.model_fields, n=1)
    meant = f" Did you mean {close[0]}?" if close else ""
    return InvalidQuery(
        f"Variant {letter} has a field {shortened(name)!r}, which there is not.{meant}",
        field=letter, given=name, allowed=", ".join(SpecFields.model_fields),
    )  # fmt: skip


def _wrong(letter: str, row: dict[str, str], own: dict[str, str]) -> InvalidQuery:
    name, allowed = row["field"], row["allowed"]
    return InvalidQuery(
        f"In variant {letter}, {name} is {shortened(own[name])!r}; give {allowed}.",
        field=letter, given=f"{name}:{own[name]}", allowed=allowed,
    )  # fmt: skip
