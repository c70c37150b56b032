"""The readiness room: a planned operation is not released before those it frees can be received (OHCHR-G5.6)."""
