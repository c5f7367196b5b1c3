"""Every mistake that has a name: its title, two sentences for a student, and the line of algebra to look at (LaTeX)."""

from bncore.diagnosis.mistakes.texts.formulas import Mistake
from bncore.diagnosis.mistakes.texts.further import FURTHER
from bncore.diagnosis.mistakes.texts.usual import USUAL

MISTAKES: dict[str, Mistake] = USUAL | FURTHER

UNNAMED = "unnamed"
"""The id of a diagnosis whose triple has no name and is put into words."""
