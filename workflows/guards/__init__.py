"""Small named questions, grouped by what they protect; each cites the source that demands it."""
