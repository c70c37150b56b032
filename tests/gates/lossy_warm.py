"""What the process that all others are forked from has ready: the program, built once, as other tests use it too."""

from __future__ import annotations

import tempfile
from pathlib import Path

from app.kit.clock import Clock
from app.settings import Settings
from tests.factories import programs
from tests.gates import lossy_sides
from tests.quick_heap import quick_heap

with (
    tempfile.TemporaryDirectory(prefix="waymark-warm-") as _folder,
    programs.program(Settings(environment="demo", var=Path(_folder)), Clock()) as _built,
):
    # Whoever is forked moves it to a house of its own; to build it takes longer than a whole course.
    _built.state.house.db.dispose()
quick_heap()

__all__ = ["lossy_sides"]
