"""Domain-free tools: nothing in here knows that a case exists."""
