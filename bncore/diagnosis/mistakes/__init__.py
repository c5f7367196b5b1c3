"""The named mistakes, one or two at once, and how an answer is recognized as one."""
