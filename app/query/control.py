"""A query field and the control that a page makes of it are one declaration."""

import re
from functools import cache
from typing import Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
)

LIMITS = {"minimum": "low", "maximum": "high", "enum": "choices", "type": "type", "maxLength": "longest"}
MOST_TEXT = 20_000  # characters of any text in a query


def control(
    default: Any,
    help: str,
    *,
    title: str,
    group: str,
    kind: str = "number",
    symbol: str = "",
    slider: tuple[float, float] | None = None,
    finite: int | None = None,
    step: float | str = "any",
    scale: str = "linear",
    shown_for: str = "",
    default_for: dict[str, dict[str, Any]] | None = None,
    end_for: dict[str, dict[str, int]] | None = None,
    form: str = "",
    **constraints: Any,
) -> Any:
    """A pydantic field whose schema also says how to draw it.

    `group` is the module it acts on, `kind` one of number, slider, select, text; `slider` the range that the slider
    covers where it is narrower than what is allowed, `finite` how far it goes instead for a source that has an end, at
    most; `scale` whether the slider runs linearly or logarithmically, `shown_for` the values of `source`
    (space-separated, or `upload`) for which the control means something; `default_for` other defaults, and `end_for`
    other ends of the slider, where another field, by name, has a value. `form` is a regular expression that a text
    has from its beginning to its end: said by the schema, and held by the field's own validator in its own words.
    """
    drawn: dict[str, Any] = {
        "group": group, "kind": kind, "symbol": symbol, "slider": slider, "step": step, "scale": scale,
        "shown_for": shown_for,
    }  # fmt: skip
    drawn |= {"finite": finite} if finite else {}
    drawn |= {"default_for": default_for} if default_for else {}
    drawn |= {"end_for": end_for} if end_for else {}
    said: dict[str, Any] = {"control": drawn} | ({"pattern": f"^(?:{form})$"} if form else {})
    return Field(default, title=title, description=help, json_schema_extra=said, **constraints)


def formed(form: re.Pattern[str], words: str, *, or_nothing: bool = False) -> AfterValidator:
    """Accepts a text of this form from its beginning to its end, or nothing where that may be; refuses in `words`."""

    def check(text: str) -> str:
        if (text or not or_nothing) and not form.fullmatch(text):
            raise ValueError(words)
        return text

    return AfterValidator(check)


class QueryModel(BaseModel):
    """A query: unknown names and values out of range are refused, and each refusal says what is allowed."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @property
    def is_upload(self) -> bool:
        """Whether the numbers come from an upload."""
        return False

    @property
    def kept(self) -> dict[str, str]:
        """The ids of the uploaded models that it names, by the field."""
        return {}

    @property
    def is_large(self) -> bool:
        """Whether they come from a large array that the server's owner lists."""
        return False

    @property
    def is_stage(self) -> bool:
        """Whether only the stage is asked for, as while a hand moves."""
        return False

    def stated(self) -> dict[str, Any]:
        """The query as short as it can be: the fields that differ from their defaults."""
        return self.model_dump(exclude_defaults=True)

    @field_validator("*", mode="wrap")
    @classmethod
    def _say_what_is_allowed(cls, value: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        try:
            return handler(value)
        except ValidationError as error:
            own_words = [str(row["ctx"]["error"]) for row in error.errors() if row["type"] == "value_error"]
            allowed = own_words or [_allowed_texts(cls)[str(info.field_name)]]
            raise ValueError(allowed[0]) from None


@cache
def _allowed_texts(model: type[BaseModel]) -> dict[str, str]:
    return {name: allowed_text(field) for name, field in schema_of(model).items()}


def schema_of(model: type[BaseModel]) -> dict[str, dict[str, Any]]:
    """Each field of a query model: title, help, default, what is allowed, and how to draw its control."""
    properties = model.model_json_schema()["properties"]
    return {name: _field(schema) for name, schema in properties.items()}


def _field(schema: dict[str, Any]) -> dict[str, Any]:
    kinds = [kind for kind in schema.get("anyOf", [schema]) if kind.get("type") != "null"]
    merged = {key: value for kind in kinds for key, value in kind.items() if key in LIMITS}
    constants = [kind["const"] for kind in kinds if "const" in kind]
    merged |= {"enum": constants} if constants else {}
    merged["type"] = kinds[0]["type"]
    field = {"title": schema["title"], "help": schema.get("description", ""), "default": schema.get("default")}
    return field | {LIMITS[key]: value for key, value in merged.items()} | {"control": schema.get("control", {})}


def allowed_text(field: dict[str, Any]) -> str:
    """What a field may hold, in words.

    >>> allowed_text({"type": "integer", "low": 1, "high": 10000000, "choices": ["auto", "all"]})
    "a whole number from 1 to 10,000,000, or 'auto' or 'all'"
    >>> allowed_text({"type": "string", "choices": ["train", "inference"]}), allowed_text({"type": "number", "low": 0})
    ("'train' or 'inference'", 'a number of at least 0')
    >>> allowed_text({"type": "string", "longest": 20000})
    'text of at most 20,000 characters'
    """
    named = " or ".join(f"'{choice}'" for choice in field.get("choices", ()))
    if field["type"] == "string":
        return named or f"text of at most {field.get('longest', MOST_TEXT):,} characters"
    number = ("a whole number" if field["type"] == "integer" else "a number") + _range_text(field)
    return f"{number}, or {named}" if named else number


def _range_text(field: dict[str, Any]) -> str:
    low, high = (_limit_text(field[name]) if name in field else "" for name in ("low", "high"))
    if low and high:
        return f" from {low} to {high}"
    return (f" of at least {low}" if low else "") + (f" of at most {high}" if high else "")


def _limit_text(limit: float) -> str:
    return f"{int(limit):,}" if float(limit).is_integer() else f"{limit:g}"
