"""How the server process serves: where it listens, what it takes from a connection, its workers, and how it ends."""
