"""The kind of a norm by the name of its layer."""

import re

from bncore.doctor.model import Kind

WORDS: tuple[tuple[Kind | None, str], ...] = (
    ("rms", r"(?<!no)rms"),
    ("group", r"group_?norm|(?:^|_)gn\d*(?:$|_)"),
    ("instance", r"instance_?norm|(?:^|_)in\d+(?:$|_)"),
    ("batch", r"batch_?norm|(?:^|_)bn(?:\d|$|_)|bn\d*$"),
    ("layer", r"layer_?norm|(?:^|_)ln(?:\d|$|_)|ln_?\d*$"),
    (None, r"norm"),
)
"""What a part of a name says; "norm" alone says that it is one of them."""


def kind_named(layer: str) -> tuple[bool, Kind | None, str]:
    """Whether the name of a layer says that it is a norm, of which kind, and the part of the name that says so.

    The last part counts, and the one before it where the last is a number, as in a list of norms.

    >>> kind_named("layer1.0.bn2"), kind_named("model.layers.3.input_layernorm")
    ((True, 'batch', 'bn2'), (True, 'layer', 'input_layernorm'))
    >>> kind_named("block.norms.1"), kind_named("features.1")
    ((True, None, 'norms'), (False, None, ''))
    """
    parts = re.split(r"[./]", layer)
    leaf = parts[-2] if parts[-1].isdecimal() and len(parts) > 1 else parts[-1]
    spelled = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", leaf).lower()
    for kind, word in WORDS:
        if re.search(word, spelled):
            return True, kind, leaf
    return False, None, ""
