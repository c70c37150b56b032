"""`waymark demo --once`: builds everything anew, prints the report, and says by its exit code whether all is equal."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from app.demo import registers
from app.demo.figures import Figures
from app.demo.place import logging_in, make
from app.demo.play import Progress
from app.demo.report import sections

Tell = Callable[[str], None]


def once(
    folder: Path, figures: Figures, tell: Tell, progress: Progress | None = None, written: Progress | None = None
) -> bool:
    """Build in ``folder`` (emptied first), report through ``tell``; True when every figure is as published.

    progress: of the play; written: of the registers, which follow it.
    """
    shutil.rmtree(folder, ignore_errors=True)
    faults = 0
    with logging_in(folder):
        built = make(folder, figures, progress)
        try:
            for section in sections(built.house, figures, built.stage.said):
                tell(section.text() + "\n")
                faults += len(section.faults)
        finally:
            built.house.db.dispose()
        house = registers.keep(folder / registers.FOLDER, figures, written)
        try:
            for section in registers.sections(house, figures):
                tell(section.text() + "\n")
                faults += len(section.faults)
        finally:
            house.db.dispose()
    tell(f"Every figure is the one {figures.word}." if not faults else f"{faults} differences: see DIFFERENT above.")
    return not faults
