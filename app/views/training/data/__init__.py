"""What a network is trained on: the examples of a query, dealt into those that are trained on and those held out."""

from app.views.training.data.examples import Dealt, dealt, known

__all__ = ["Dealt", "dealt", "known"]
