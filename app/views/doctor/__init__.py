"""The norm doctor: a model's norms, worst first, with a severity and a sentence each."""
