"""Carries messages between countries and shows the conversation."""
