"""A page's query, read so that one wrong field does not cost the rest."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from app.errors import in_page_words, problem_of
from app.web.problems import findings, page_detail_of, problem_of_validation
from app.web.reading import repeated_in_query

Model = TypeVar("Model", bound=BaseModel)


def lenient(model: type[Model], pairs: list[tuple[str, str]]) -> tuple[Model, dict[str, Any] | None]:
    """The query of an address: fields that are not allowed are left at their defaults and named in a problem."""
    raw = dict(pairs)
    if len(raw) < len(pairs):
        return model.model_validate({}), problem_of(repeated_in_query([name for name, _ in pairs]))
    try:
        return model.model_validate(raw), None
    except ValidationError as error:
        errors = findings(error, model)
        problem = problem_of_validation(errors)
        wrong = {row["field"] for row in problem["errors"]}
        kept = {name: value for name, value in raw.items() if name not in wrong}
        return model.model_validate(kept), problem | in_page_words(page_detail_of(errors), problem["detail"])
