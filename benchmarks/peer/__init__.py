"""The peer: the same durable work as a competent Django team would write it, for a figure to stand beside Waymark's."""
