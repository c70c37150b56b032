"""What an id of the house looks like: anything else is unknown before a database is asked."""

from __future__ import annotations

import re
from typing import Final

_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def is_id(text: str) -> bool:
    """Whether ``text`` can be an id at all (a text with a NUL, for one, would upset PostgreSQL)."""
    return _ID.fullmatch(text) is not None
