"""A folder in memory for databases that are thrown away: files on a disk cost most of a test that touches little."""

from __future__ import annotations

import os
import shutil
from typing import Final

_IN_MEMORY: Final = "/dev/shm"
# Less might not hold the databases of two workers; then the usual temporary folder is used.
_ENOUGH: Final = 4 * 1024**3


def quick_folder() -> str | None:
    """Where folders for fleeting databases are made: in memory where there is room, None for the usual place."""
    if not os.access(_IN_MEMORY, os.W_OK | os.X_OK):
        return None
    return _IN_MEMORY if shutil.disk_usage(_IN_MEMORY).free >= _ENOUGH else None
