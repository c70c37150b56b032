"""The upkeep room: how the installation stands, and how much of what it keeps is due for deletion."""
