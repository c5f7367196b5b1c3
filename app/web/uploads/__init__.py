"""Files that are sent to be kept, batches and models alike: how a call takes one in, and how the API tells of it."""
