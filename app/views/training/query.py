"""The query of the training view: the data, what all variants share, and what each of up to four has for itself."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from app.batches.datasets import DATASETS
from app.batches.large import LARGE
from app.batches.uploads.reading import Reading
from app.query.control import control, formed
from app.query.reading import ARRAY, DROP, FEATURE_AXIS, HEADER, LABEL, MASK, MISSING, Header, Missing, reading_of
from app.query.source import UPLOAD_ID
from app.views.training.variants.fields import SpecFields
from bncore.training import SCALINGS, SHAPES

NAMED = (*DATASETS, *SHAPES)
SOURCE = "|".join([*NAMED, UPLOAD_ID.pattern])
VALUE = r"[A-Za-z0-9_.+@;-]+(?:,[0-9.+@;e-]+)*"
OVERRIDE = rf"[a-z_]+:{VALUE}"
OVERRIDES = rf"(?:{OVERRIDE}(?:,{OVERRIDE})*)?"
UNLABELLED = (
    "a source that has a class for each example, which large arrays have not: upload some of their examples with a "
    "column of classes, or take a data set; the playground and the other views of a batch take large arrays as they are"
)
LETTERS = ("a", "b", "c", "d")


def _known(name: str) -> str:
    if name in NAMED or UPLOAD_ID.fullmatch(name):
        return name
    if LARGE.fullmatch(name):
        raise ValueError(UNLABELLED)
    raise ValueError(f"one of {', '.join(NAMED)}, or the 64-digit id of an upload")


Overrides = Annotated[
    str, formed(re.compile(OVERRIDES), "nothing, or fields of their own, such as norm:batch,rate:0.5")
]


def _variant(letter: str, default: str, help: str) -> Any:
    return control(
        default, help, title=f"Variant {letter}", group="variants", kind="text", form=OVERRIDES, max_length=1000
    )


class TrainingQuery(SpecFields):
    """Where the examples come from, and the variants."""

    source: Annotated[str, AfterValidator(_known)] = control(
        "digits", "A data set, points of the plane (moons, circles, spirals, blobs), or the id of an upload that has "
        "a label.", title="Source", group="data", kind="source", form=SOURCE,
    )  # fmt: skip
    examples: int = control(
        600, "Points of the plane.", title="Points", group="data", kind="slider", slider=(60, 5000), scale="log",
        step=1, shown_for=" ".join(SHAPES), ge=6, le=1_000_000,
    )  # fmt: skip
    noise: float = control(
        0.1, "How far the points stray from their shape.", title="Noise", group="data", kind="slider",
        slider=(0, 0.5), step=0.01, shown_for=" ".join(SHAPES), ge=0, le=10,
    )  # fmt: skip
    held: Annotated[int, Field(ge=1, le=10_000_000)] | Literal["auto"] = control(
        "auto", "Examples that are held out: looked at, never trained on. `auto` is 597 of the digits, which leaves "
        "1,200, and a third of anything else.", title="Held out", group="data", kind="text",
    )  # fmt: skip
    scaling: Literal[tuple(SCALINGS)] = control(  # type: ignore[valid-type]
        "standard", "What the network reads: each feature (of images: each channel) with mean 0 and deviation 1 over "
        "the training examples; divided by the largest size of all; or as it is.", title="Scaling", group="data",
        kind="select",
    )  # fmt: skip
    array: str | None = ARRAY
    header: Header = HEADER
    missing: Missing = MISSING
    feature_axis: int = FEATURE_AXIS
    label: str | None = LABEL
    drop: str = DROP
    mask: str = MASK
    a: Overrides = _variant(
        "a", "norm:none", "What the first variant has for itself: fields with their values, commas between, such as "
        "`norm:batch,rate:0.5`. Empty, it is the shared setting as it is.",
    )  # fmt: skip
    b: Overrides = _variant("b", "norm:batch", "The second variant; empty, there is none.")
    c: Overrides = _variant("c", "", "The third variant; empty, there is none.")
    d: Overrides = _variant("d", "", "The fourth variant; empty, there is none.")

    @property
    def is_upload(self) -> bool:
        """Whether the source is the id of an upload."""
        return UPLOAD_ID.fullmatch(self.source) is not None

    @property
    def reading(self) -> Reading:
        """How an upload is read."""
        return reading_of(self)

    @property
    def of_the_view(self) -> "TrainingQuery":
        """The query of what is trained, without what a further call adds."""
        return TrainingQuery.model_validate(self.model_dump(include=set(TrainingQuery.model_fields)))

    @property
    def said(self) -> dict[str, str]:
        """What each variant that there is has for itself, by its letter; the first one is always there."""
        texts = {letter: getattr(self, letter) for letter in LETTERS}
        return {letter: text for letter, text in texts.items() if text or letter == LETTERS[0]}
