"""CSV, TSV and their like: how they are written, and their records, cells and blocks."""
