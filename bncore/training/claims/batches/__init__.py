"""Claims on what a batch is made of, and how large it is."""
