"""The norm doctor as a command: a model's file in, the table of its norms out."""
