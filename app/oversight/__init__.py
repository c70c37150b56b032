"""The oversight room: what was done, tried and looked at, and the proof that nobody rewrote it."""
