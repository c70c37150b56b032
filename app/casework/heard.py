"""Which types of message two countries exchange beside referrals, and who hears each: the table of them all.

A room that speaks with the other country brings its types here: name -> Heard, from a module of casework.
"""

from __future__ import annotations

from typing import Final

from app.casework import conferring_heard, contacts, inquiries_heard, visiting_heard
from app.casework.correspondence import Heard

__all__ = ["HEARD"]

HEARD: Final[dict[str, Heard]] = {
    **contacts.TYPES, **inquiries_heard.TYPES, **conferring_heard.HEARD, **visiting_heard.HEARD,
}  # fmt: skip
