"""The tables of the data sets, as scikit-learn's package brings them along.

They are read from its files: to import scikit-learn takes a second and SciPy's memory in every process.
"""

import gzip
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from bncore.arguments import Float64

FILES = {
    "wine": "wine_data.csv", "iris": "iris.csv", "breast_cancer": "breast_cancer.csv", "digits": "digits.csv.gz",
}  # fmt: skip
MEASURES = (
    "radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave points", "symmetry",
    "fractal dimension",
)  # fmt: skip
FEATURES = {
    "wine": (
        "alcohol", "malic acid", "ash", "alcalinity of ash", "magnesium", "total phenols", "flavanoids",
        "nonflavanoid phenols", "proanthocyanins", "color intensity", "hue", "OD280/OD315", "proline",
    ),
    "iris": ("sepal length", "sepal width", "petal length", "petal width"),
    "breast_cancer": (
        *(f"mean {measure}" for measure in MEASURES), *(f"{measure} error" for measure in MEASURES),
        *(f"worst {measure}" for measure in MEASURES),
    ),
    "digits": tuple(f"pixel {row},{column}" for row in range(8) for column in range(8)),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Table:
    """Examples (N, D) in their own order, the number of each one's class, and the classes' names."""

    x: Float64
    labels: np.ndarray[tuple[int], np.dtype[np.int64]]
    classes: tuple[str, ...]


def table_of(name: str) -> Table:
    """What a file holds: the last column is the class; a first line names the classes, but for digits."""
    lines = _lines(FILES[name])
    head, body = ([], lines) if name == "digits" else (lines[0].split(",")[2:], lines[1:])
    rows = np.loadtxt(body, delimiter=",")
    classes = head or map(str, range(10))
    return Table(np.ascontiguousarray(rows[:, :-1]), rows[:, -1].astype(np.int64), tuple(classes))


def _lines(file: str) -> list[str]:
    package = find_spec("sklearn")
    assert package is not None
    assert package.origin is not None
    content = (Path(package.origin).parent / "datasets" / "data" / file).read_bytes()
    return (gzip.decompress(content) if file.endswith(".gz") else content).decode().splitlines()
