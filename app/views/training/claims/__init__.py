"""Claims of the literature on training: what a page and the catalogue tell of them, with the links that replay them."""
