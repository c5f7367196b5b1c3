"""Files as an enemy, or a broken disk, may have made them: their promises are checked before anything believes them."""
