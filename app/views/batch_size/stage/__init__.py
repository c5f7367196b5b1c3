"""The stage of the batch size page: one example is dealt into batch after batch, and one of a small batch moves."""
