"""Every sentence of a page, and the states in which it may stand: a table a page, walked over a matrix of states.

`states` makes the matrix, `seen` has every text that a person reads of one state, `sentence` holds a table against
them. A page's own module (`playground.py`, `derivation.py` …) has its table, and `test_PAGE.py` walks it.
"""
