"""Which of a file's tensors make a norm, and which layer stands in front of it, as far as names and shapes tell."""
