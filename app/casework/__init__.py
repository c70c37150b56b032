"""The shared heart: how anything changes, and what is kept of it."""
