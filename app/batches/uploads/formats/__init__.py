"""Files of arrays and tables: NPY, NPZ, Parquet, and what tables share."""
