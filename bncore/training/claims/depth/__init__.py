"""Claims on networks of very many blocks, most of them before the first update."""
