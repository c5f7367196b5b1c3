"""What of a run leaves the page: its records as files, the Python that makes them again, and how it ended."""
