"""A variant of a query as a spec, within the limits of the server."""

from typing import Any

from app.errors import InvalidQuery, as_user_error
from app.figures.numbers import stated
from app.query.titled import titled
from app.settings import Settings
from app.views.training.query import TrainingQuery
from app.views.training.runs.cost import work_of
from app.views.training.variants.variant import Variant
from bncore.errors import BatchNormError
from bncore.training import Data, Spec

DATA = {"data": "source"}
"""What of a spec is no field of a query, and the field that decides it."""


def spec_of(query: TrainingQuery, variant: Variant, data: Data, settings: Settings) -> Spec:
    """The spec of a variant. Raises InvalidQuery for what contradicts itself, or is too much."""
    given = variant.fields.of_spec()
    for field, what, size, most in _sizes(given, settings):
        if size > most:
            detail = f"{what} {size:,}, and this server takes up to {most:,}"
            raise _refused(query, variant, field, detail, f"up to {most:,}")
    try:
        spec = Spec(data, **given)
    except BatchNormError as error:
        told, field = as_user_error(error), DATA.get(error.parameter, error.parameter)
        allowed = (told.allowed or "").removeprefix("give ")
        raise _refused(query, variant, field, told.detail.rstrip("."), allowed) from None
    _check_work(query, variant, spec, settings.training_work)
    return spec


def _check_work(query: TrainingQuery, variant: Variant, spec: Spec, most: float) -> None:
    work = work_of(spec)
    if work > most:
        fitting = int(most / (work / spec.steps))
        raise _refused(
            query, variant, "steps", f"{spec.steps:,} steps of this network are {stated(work)} multiply-adds, and this "
            f"server takes up to {stated(most)}", f"up to {fitting:,} steps, or a smaller network or batch",
        )  # fmt: skip


def _sizes(given: dict[str, Any], settings: Settings) -> tuple[tuple[str, str, int, int], ...]:
    """Each field that has a limit, what of it is counted, how large that is, and how large it may be."""
    steps, widths = given["steps"], given["widths"]
    return (
        ("steps", "steps is", steps, settings.training_steps),
        ("widths", "the widest block has", max(widths), settings.training_width),
        ("widths", "the blocks are", len(widths), settings.training_depth),
    )


def _refused(query: TrainingQuery, variant: Variant, field: str, detail: str, allowed: str) -> InvalidQuery:
    """The refusal of a field, which stands beside the variant where that has it for itself."""
    if field in variant.own or field not in type(query).model_fields:
        given = f"{field}:{variant.own[field]}" if field in variant.own else getattr(query, variant.letter)
        page = f"Variant {variant.letter}: {titled(detail, type(query))}."
        told = f"Variant {variant.letter}: {detail}."
        return InvalidQuery(told, page=page, field=variant.letter, given=given, allowed=allowed)
    where = f" (variant {variant.letter})" if len(query.said) > 1 and variant.own else ""
    named = f"{detail if detail.startswith(field) else detail[:1].upper() + detail[1:]}{where}."
    page = titled(named, type(query))
    return InvalidQuery(named, page=page, field=field, given=getattr(query, field), allowed=allowed)
