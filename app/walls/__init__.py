"""Keeps people away from one person's cases: seals, blocks and declared conflicts of interest."""
