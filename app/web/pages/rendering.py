"""The templates with what they call, and a page as a response."""

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Any

from fastapi import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from pydantic import BaseModel

from app.figures import theme
from app.figures.notation import in_notation
from app.query.control import schema_of
from app.query.title import bare_title
from app.release import ROOT
from app.web.answers import to_json
from app.web.pages import formulas
from app.web.pages.assets import FONT, PLOTLY, address
from app.web.pages.door import Door
from bncore import __version__
from bncore.activations import ACTIVATIONS
from bncore.doctor.precision import ARITHMETICS
from bncore.upstream import UPSTREAMS

HTML = "text/html; charset=utf-8"
Navigation = Sequence[Door]


def html(content: bytes, status: int = 200) -> Response:
    """A page that a browser asks about each time."""
    return Response(content, status, headers={"Cache-Control": "no-cache"}, media_type=HTML)


def render(template: str, navigation: Navigation, **values: Any) -> bytes:
    """A template, written, with the path and the title of each page that the navigation names."""
    return environment().get_template(template).render(navigation=navigation, **values).encode()


WORDS = {"auto": "automatic", "symlog": "asinh, logarithmic far out"}
"""What choices are called on a page whose names in a query are no words."""


@cache
def titled_schema(model: type[BaseModel]) -> dict[str, dict[str, Any]]:
    """The fields of a query model, with a title for each choice."""
    schema = schema_of(model)
    activations, upstreams = ({name: of.title for name, of in table.items()} for table in (ACTIVATIONS, UPSTREAMS))
    titles = WORDS | activations | upstreams | {name: of.title for name, of in ARITHMETICS.items()}
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
        "address": address, "variants": formulas.variants, "symbol_math": formulas.symbol_math,
        "plotly": PLOTLY, "math_font": FONT, "theme": theme, "version": __version__,
        "templates": {scheme: theme.template(scheme) for scheme in ("light", "dark")},
    }  # fmt: skip
    env.filters |= {"json": embedded, "code": code, "help": help_text, "number": number, "source_title": bare_title}
    return env


def number(value: float) -> str:
    """A number of a range: thousands set apart, no power of ten where it can be read without.

    >>> number(10_000_000), number(1e-8), number(0.5)
    ('10,000,000', '1e-08', '0.5')
    """
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:g}"


def code(text: str, around: Callable[[str], Markup] = Markup.escape) -> Markup:
    """Text with `names` between backticks as code, and what is around them as `around` makes it."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if i % 2 else around(part) for i, part in enumerate(parts)
    )


@lru_cache(1024)
def help_text(text: str) -> Markup:
    """The same on a page with a notation, in the symbols of the one in force; what compares the two stays as it is."""
    compares = "γ" in text and re.search(r"\bG\b", text) is not None
    return code(text) if compares else code(text, _in_both)


def _in_both(text: str) -> Markup:
    """Text in the frameworks' symbols, and beside it, where they differ, in the lecture's: the page shows one of them.

    >>> str(_in_both("a γ")).replace("data-notation-is", "at")
    '<span at="frameworks">a γ</span><span at="lecture">a G</span>'
    """
    other = in_notation(text, "lecture")
    if other == text:
        return Markup.escape(text)
    return Markup('<span data-notation-is="frameworks">{}</span><span data-notation-is="lecture">{}</span>').format(
        text, other
    )


def embedded(value: Any) -> Markup:
    """JSON that may stand inside a script element."""
    text = to_json(value).decode()
    return Markup(text.replace("<", "\\u003c").replace("&", "\\u0026"))
