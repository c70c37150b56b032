"""The statistics room: counted figures in which nobody can be recognised."""
