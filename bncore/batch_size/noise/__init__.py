"""The noise of one example among random companions, and other kinds of noise of its strength."""
