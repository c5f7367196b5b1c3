"""Importing this loads the data sets: for the process from which others are forked, which then share them."""

from app.batches.datasets import DATASETS, load

for _name in DATASETS:
    load(_name)
