"""What each variant is called: by its norm, and where several have that, by what else it has for itself."""

from collections.abc import Sequence

from app.views.training.variants.variant import Variant
from bncore.training import NORMS


def titles_of(variants: Sequence[Variant]) -> dict[str, str]:
    """A title for each variant by its letter; two of one name get their letters.

    >>> from app.views.training.query import TrainingQuery
    >>> from app.views.training.variants.variant import variants_of
    >>> titles_of(variants_of(TrainingQuery(b="norm:batch,rate:0.5", c="rate:2")))
    {'a': 'Without norm', 'b': 'Batch norm, rate 0.5', 'c': 'Batch norm, rate 2'}
    >>> titles_of(variants_of(TrainingQuery(a="norm:none,rate:0.5")))
    {'a': 'Without norm', 'b': 'Batch norm'}
    """
    norms = [variant.fields.norm for variant in variants]
    titles = {v.letter: _title(v) if norms.count(v.fields.norm) > 1 else _of_norm(v) for v in variants}
    said = list(titles.values())
    return {letter: f"{title} ({letter})" if said.count(title) > 1 else title for letter, title in titles.items()}


def called(title: str) -> str:
    """What a variant of that title is called within a sentence.

    >>> called("Without norm"), called("Batch norm (a)"), called("RMS norm")
    ('the net without norm', 'batch norm (a)', 'RMS norm')
    """
    if title.startswith("Without"):
        return f"the net w{title[1:]}"
    return title if title[:2].isupper() else title[0].lower() + title[1:]


def _of_norm(variant: Variant) -> str:
    norm = variant.fields.norm
    return "Without norm" if norm == "none" else NORMS[norm].title


def _title(variant: Variant) -> str:
    own = [f"{name} {value}".replace("_", " ") for name, value in variant.own.items() if name != "norm"]
    return ", ".join([_of_norm(variant), *own])
