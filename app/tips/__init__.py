"""The tips room: what people who stay unknown have told, and what becomes of it."""
