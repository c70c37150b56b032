"""Keeps the beds of shelters, and answers who asks for one without opening a case."""
