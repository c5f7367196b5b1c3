"""Generated mini-batches: named, seeded populations with parameters."""

from app.batches.generators.generator import Generator, Parameter
from app.batches.generators.source import GeneratorSource, generator_named
from app.batches.generators.table import GENERATORS

__all__ = ["GENERATORS", "Generator", "GeneratorSource", "Parameter", "generator_named"]
