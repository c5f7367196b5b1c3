"""The Python that makes the records of a page again, by `bncore` alone; of a data set by scikit-learn's copy of it."""

from typing import Any

from app.batches.datasets import DATASETS
from app.streams import Stream
from app.views.training.compute import Prepared
from app.views.training.data.examples import DIGIT
from app.views.training.query import TrainingQuery
from app.views.training.variants.fields import SpecFields
from app.views.training.variants.variant import Variant
from bncore.training import SHAPES

HEAD = """\
# bncore is a part of bnscope: pip install . in its folder.
import numpy as np
from bncore.training import {names}Spec, advance, first_record, split, start
"""
DATA_SET = """\
from sklearn import datasets  # pip install scikit-learn

loaded = datasets.load_{source}()
x, labels, names = loaded.data{images}, loaded.target, loaded.target_names
"""
SHAPE = """
rng = np.random.default_rng([{seed}, {stream}])
x, labels = SHAPES["{source}"].draw({examples}, rng, {noise})
names = [f"class {{number}}" for number in range({classes})]
"""
UPLOAD = """
# Your file as arrays: x (N, D), or images (N, C, H, W), and the class of each example, from 0 on.
x, labels = np.load("x.npy"), np.load("labels.npy")
names = np.unique(labels)
"""
RUN = """\
data = split(x, labels, names, {held}, seed={seed}, scaling="{scaling}")
variants = {{
{variants}
}}
for name, spec in variants.items():
    state = start(spec)
    first = first_record(state)
    state, others = advance(state, spec.steps)
    records = [first, *others]
    print(name, records[-1].step, records[-1].loss, records[-1].held)
"""


def snippet(prepared: Prepared) -> str:
    """The Python of a prepared query."""
    query, held = prepared.query, len(prepared.dealt.data.held_labels)
    lines = ",\n".join(f'    "{variant.letter}": Spec({_arguments(variant)})' for variant in prepared.variants)
    names = "SHAPES, " if query.source in SHAPES else ""
    run = RUN.format(held=held, seed=query.seed, scaling=query.scaling, variants=lines + ",")
    return HEAD.format(names=names) + _source(query) + run


def _source(query: TrainingQuery) -> str:
    if query.source in DATASETS:
        images = f".reshape(-1, {', '.join(map(str, DIGIT))})" if query.source == "digits" else ""
        return DATA_SET.format(source=query.source, images=images)
    if query.source not in SHAPES:
        return UPLOAD
    return SHAPE.format(
        source=query.source, seed=query.seed, stream=int(Stream.TRAINING_POINTS), examples=query.examples,
        noise=query.noise, classes=SHAPES[query.source].classes,
    )  # fmt: skip


def _arguments(variant: Variant) -> str:
    """What of a variant's spec is not the default."""
    usual, given = SpecFields().of_spec(), variant.fields.of_spec()
    return ", ".join(["data", *(f"{name}={_said(value)}" for name, value in given.items() if value != usual[name])])


def _said(value: Any) -> str:
    return repr(value).replace("'", '"')
