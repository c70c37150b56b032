"""Secrets that stand in a file instead of the environment, where every program of the account could read them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from app.settings.keys import OPEN_TO_OTHERS

__all__ = ["with_files"]

# Which settings may stand in a file of their own, each with the names that it has without.
IN_FILES: Final = {
    "database_url": ("database_url", "WAYMARK_DATABASE_URL", "DATABASE_URL"),
    "owner_database_url": ("owner_database_url",),
}


def with_files(values: dict[str, Any]) -> dict[str, Any]:
    """The settings with what their files hold; ValueError if one is not there, open to others, or said twice."""
    filled = dict(values)
    for name, spellings in IN_FILES.items():
        place = values.get(f"{name}_file")
        if not place:
            continue
        variable = f"WAYMARK_{name.upper()}"
        if any(values.get(each) for each in spellings):
            raise ValueError(f"{variable} and {variable}_FILE say it twice; keep one")
        filled[name] = _content(Path(str(place)), f"{variable}_FILE")
    return filled


def _content(file: Path, variable: str) -> str:
    if not file.is_file():
        raise ValueError(f"{variable}: there is nothing at {file}")
    if os.name == "posix" and file.stat().st_mode & OPEN_TO_OTHERS:
        raise ValueError(f"{variable}: everybody on this machine may read {file}; chmod it to 600")
    held = file.read_text(encoding="utf-8").strip()
    if not held:
        raise ValueError(f"{variable}: {file} is empty")
    return held
