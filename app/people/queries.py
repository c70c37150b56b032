"""Every SELECT of the people room: who the person of a case is known to be."""

from __future__ import annotations

from typing import Any

from app.access.desk import Desk
from app.casework import identity
from app.casework.held import Held


def known(desk: Desk, held: Held) -> dict[str, Any]:
    """The identity of the person of a held case as plain JSON values; empty when nothing is known."""
    return identity.read(desk, held.row.person_id, held.key(desk))
