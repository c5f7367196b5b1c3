"""What a stream reads: files, arrays and iterables of chunks."""
