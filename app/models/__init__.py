"""Files as frameworks write them: the names of a norm's arrays, and whole models as `bncore.doctor.Model`."""

from app.models.read import read_model
from app.models.write import write_model

__all__ = ["read_model", "write_model"]
