"""The records of a single step, also of one that the stream leaves out."""
