"""The cases room: opens cases, lists them, moves them on, and keeps their records."""
