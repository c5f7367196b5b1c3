"""The batch size: what few examples cost, and what they give."""
