"""Synthetic records for researchers: counted with noise by OpenDP, drawn anew, released like a table (0068)."""
