"""The norms' stage: nine cubes of one small block, and in each the cells that share the statistic of one of them."""
