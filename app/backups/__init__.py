"""Backups: making them, proving them, and bringing one back into an empty store."""
