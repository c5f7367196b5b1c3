"""A report told: the one line that concludes, each fault with its line of code, and the whole as text."""
