"""Names who stands in for an absent colleague."""
