"""The demonstration: invented people in published numbers, through the real program, day by day."""
