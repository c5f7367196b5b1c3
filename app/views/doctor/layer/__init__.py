"""One layer, opened: its numbers channel by channel, and the way into the playground."""
