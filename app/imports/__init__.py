"""The imports room: cases that come in from a file of another system, by the same door as any other."""
