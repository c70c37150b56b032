"""The directory room: which offices, border points and agreements there are between the countries."""
