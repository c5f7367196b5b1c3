"""A password that a class shares: who has it sees the pages and asks the API."""
