"""Serving: the socket, one process or several on it, the worker beside them, and an end that cuts nobody off."""
