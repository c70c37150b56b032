"""The overview room: pages that show many rooms at once, one layer above them, and the frame around every page."""
