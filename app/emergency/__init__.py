"""The emergency room: a case opened outside one's own reach, to read, for two hours, told at once and reviewed."""
