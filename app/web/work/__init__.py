"""Work in turns: light work one piece a round of the event loop, heavy work in other processes, the same work once."""
