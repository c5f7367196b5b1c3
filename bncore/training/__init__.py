"""Training of small networks as a pure function: the same spec gives the same records, in one go or in chunks.

`start` gives the state before the first update, `advance` takes it further and tells what happened on the way. A state
travels as bytes: any process goes on from where another has stopped.
"""

from bncore.training.attempt import Attempt, attempts
from bncore.training.batches import ORDERS
from bncore.training.choices import ARCHITECTURES, NORMS, TRAINED
from bncore.training.data import SCALINGS, SHAPES, Data, split
from bncore.training.optimizers import OPTIMIZERS
from bncore.training.records.record import Record
from bncore.training.run import advance, first_record, next_record
from bncore.training.schedules import SCHEDULES
from bncore.training.spec import Spec
from bncore.training.state import State, start

__all__ = [
    "ARCHITECTURES",
    "NORMS",
    "OPTIMIZERS",
    "ORDERS",
    "SCALINGS",
    "SCHEDULES",
    "SHAPES",
    "TRAINED",
    "Attempt",
    "Data",
    "Record",
    "Spec",
    "State",
    "advance",
    "attempts",
    "first_record",
    "next_record",
    "split",
    "start",
]
