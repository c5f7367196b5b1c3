"""A refusal in the words of a page: parameters, which it names as programs do, by the titles of their controls."""

import re
from functools import cache

from pydantic import BaseModel


def titled(detail: str, model: type[BaseModel]) -> str:
    """The detail with the titles of a query's fields in place of their names.

    A name that may be a word of the sentence is one where something is said of it: at the beginning, or that it is a
    number or a quoted text, or `=`.

    >>> from app.query.layer import LayerFields
    >>> titled("eps is 0 with eps_placement='deviation'; one source is too small.", LayerFields)
    "“Epsilon” is 0 with “Place of ε”='deviation'; one source is too small."
    """
    return _names(model).sub(lambda name: f"“{model.model_fields[name[0]].title}”", detail)


@cache
def _names(model: type[BaseModel]) -> re.Pattern[str]:
    names = [name for name, field in model.model_fields.items() if field.title]
    any_name, no_word = "|".join(names), "|".join(name for name in names if "_" in name) or "(?!)"
    said = r"(?= (?:is|are|has|names)\b)"
    return re.compile(rf"^(?:{any_name}){said}|\b(?:{no_word})\b|\b(?:{any_name})(?= is ['\d-]|=)")
