"""Where uploads are kept: on their way in, on the shelf, and parsed in the cache."""
