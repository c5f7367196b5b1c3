"""Calls of the REST API that are no view's: uploads, the bare operation, the catalogue."""
