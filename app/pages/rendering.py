"""The templates with what they call, and a page as a response."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from fastapi import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from pydantic import BaseModel

from app import formulas
from app.answers import to_json
from app.api.controls import schema_of
from app.assets import FONT, PLOTLY, address
from app.figures import theme
from app.release import ROOT
from bncore import __version__
from bncore.activations import ACTIVATIONS
from bncore.upstream import UPSTREAMS

HTML = "text/html; charset=utf-8"
Navigation = Sequence[tuple[str, str]]


def html(content: bytes, status: int = 200) -> Response:
    """A page that a browser asks about each time."""
    return Response(content, status, headers={"Cache-Control": "no-cache"}, media_type=HTML)


def render(template: str, navigation: Navigation, **values: Any) -> bytes:
    """A template, written, with the path and the title of each page that the navigation names."""
    return environment().get_template(template).render(navigation=navigation, **values).encode()


@cache
def titled_schema(model: type[BaseModel]) -> dict[str, dict[str, Any]]:
    """The fields of a query model, with a title for each choice."""
    schema = schema_of(model)
    titles = {name: a.title for name, a in ACTIVATIONS.items()} | {name: u.title for name, u in UPSTREAMS.items()}
    for field in schema.values():
        field["choices"] = [(name, titles.get(name, name.replace("_", " "))) for name in field.get("choices", [])]
    return schema


@cache
def environment() -> Environment:
    """The templates, with what they call."""
    env = Environment(
        loader=FileSystemLoader(ROOT / "templates"), autoescape=select_autoescape(), undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    env.globals |= {
        "address": address, "variants": formulas.variants, "symbol_math": formulas.symbol_math, "terms": formulas.TERMS,
        "plotly": PLOTLY, "math_font": FONT, "theme": theme, "version": __version__,
        "templates": {scheme: theme.template(scheme) for scheme in ("light", "dark")},
    }  # fmt: skip
    env.filters |= {"json": embedded, "code": code, "number": number}
    return env


def number(value: float) -> str:
    """A number of a range: thousands set apart, no power of ten where it can be read without.

    >>> number(10_000_000), number(1e-8), number(0.5)
    ('10,000,000', '1e-08', '0.5')
    """
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:g}"


def code(text: str) -> Markup:
    """Text with `names` between backticks as code."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if i % 2 else Markup.escape(part) for i, part in enumerate(parts)
    )


def embedded(value: Any) -> Markup:
    """JSON that may stand inside a script element."""
    text = to_json(value).decode()
    return Markup(text.replace("<", "\\u003c").replace("&", "\\u0026"))
