"""Cases in numbers: give several cases to a colleague at once, and hand over all that somebody carries."""
