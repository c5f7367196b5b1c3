"""The generators by name, in the order in which they are offered."""

from app.batches.generators.dependent import CLASS_SORTED, CORRELATED
from app.batches.generators.flawed import DEAD_FEATURE, OUTLIERS, POST_RELU
from app.batches.generators.generator import Generator
from app.batches.generators.shapes import BIMODAL, HEAVY_TAILED, LAPLACE, NORMAL, SKEWED, UNIFORM

_ALL = (
    NORMAL,
    UNIFORM,
    LAPLACE,
    SKEWED,
    HEAVY_TAILED,
    BIMODAL,
    CORRELATED,
    OUTLIERS,
    DEAD_FEATURE,
    POST_RELU,
    CLASS_SORTED,
)

GENERATORS: dict[str, Generator] = {generator.name: generator for generator in _ALL}
