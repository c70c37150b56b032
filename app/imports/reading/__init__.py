"""Reads tables that strangers made; runs in a process of its own that holds no key and can write nothing."""
