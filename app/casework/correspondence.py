"""Conversations of two countries that are about no referral: their directory, a question, a meeting.

What is said in them is signed, sealed, numbered, chained and receipted as what is said of a referral, and goes the same
ways. Only the two countries that began one speak in it. Which types of message there are, and who hears them, stands in
app/casework/heard.py; what comes in is taken in by app/casework/hearing.py (docs/decisions/0055).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Row, insert, select, update

from app.access.desk import Desk
from app.access.rows import as_the_house
from app.casework import messages, records, replays
from app.casework.capabilities import abroad
from app.casework.copies import copy_id
from app.casework.hanging import depths
from app.models.base import new_id
from app.models.correspondence import Correspondence

__all__ = [
    "CONVERSATION", "CORRESPONDENCE", "TABLE", "Heard", "Hearing", "Key", "Said", "is_one", "key_of", "lie_under",
    "opened", "readable_there", "row_of", "said_in", "say",
]  # fmt: skip

TABLE: Final[Any] = Correspondence.__table__
# The word in the header of a message that belongs to no referral.
CONVERSATION: Final = "conversation"
CORRESPONDENCE: Final = "correspondence"

# The id of a data key, and the key itself.
Key = tuple[str, bytes]
# Desk of the receiving country (the system's), header, body as its model has checked it, the key of the conversation;
# the word for the receipt: what became of the message, as a code.
Hearing = Callable[[Desk, Mapping[str, Any], Mapping[str, Any], Key], str]


class Said(BaseModel):
    """The body of a message of a correspondence: what we know of it is bounded, and a newer partner may say more."""

    model_config = ConfigDict(extra="allow")


@dataclass(frozen=True, slots=True)
class Heard:
    """One type of message: the form of its body, and what is done when it comes.

    hear: may raise MessageRefused, then nothing is changed and the partner tries again. again: the same for a message
    of our own that a partner gives back after a backup was restored here; None: it is kept, and moves nothing.
    """

    body: type[Said]
    hear: Hearing
    again: Hearing | None = None


def say(
    desk: Desk, to: str, conversation: str, reference: str, kind: str, body: Mapping[str, Any], key_id: str, key: bytes,
    *, to_office: str = "",
) -> str:
    """Write the next message of a conversation, signed and sealed, and queue its delivery; the id of the message.

    The first message of a conversation opens it. What the caller may do is asked before (guards); this writes on the
    desk of whoever acts, with the reach of the house.

    to: the other country; conversation: an id of its own (app/models/base.new_id), the same at both ends; reference:
    a name of machine letters, for lists; kind: a type of message (app/casework/heard.py); key_id and key: the data key
    that our copy lies under; to_office: whom it concerns there, the focal office if left out. Raises NotWhole after a
    restored backup, LookupError for a conversation with another country.
    """
    replays.must_be_whole(desk, to)
    with as_the_house(desk.session, desk.actor.country):
        row = row_of(desk, conversation)
        if row is None:
            if copy_id(desk, conversation) is not None:
                raise LookupError("this number is a referral's")
            opened(desk, to, conversation, reference, key_id)
        elif row.other_country != to:
            raise LookupError("this conversation is held with another country")
        corridor, here = desk.policies.corridor(desk.actor.country, to), desk.actor.country
        return messages.write_out(
            desk, to=to, shared_id=conversation, reference=reference if row is None else row.reference, kind=kind,
            body=dict(body), key=(key_id, key), to_office=to_office or corridor.focal_office(to) or "",
            from_office=corridor.focal_office(here) or "", marks={CONVERSATION: CORRESPONDENCE},
        )  # fmt: skip


def is_one(header: Mapping[str, Any]) -> bool:
    """Whether a message belongs to a correspondence; all others belong to referrals."""
    return header.get(CONVERSATION) == CORRESPONDENCE


def row_of(desk: Desk, conversation: str) -> Row[Any] | None:
    """This country's end of a conversation; the transaction must reach it (the house, or the system)."""
    query = select(TABLE).where(TABLE.c.country == desk.actor.country, TABLE.c.shared_id == conversation)
    return desk.session.execute(query).one_or_none()


def opened(desk: Desk, other: str, conversation: str, reference: str, key_id: str) -> None:
    """Begin this country's end of a conversation."""
    desk.session.execute(
        insert(TABLE),
        {
            "id": new_id(), "country": desk.actor.country, "shared_id": conversation, "other_country": other,
            "reference": reference, "key_id": key_id, "opened_at": desk.now,
        },
    )  # fmt: skip


def key_of(desk: Desk, conversation: str) -> Key | None:
    """The key that this end of a conversation lies under; None where there is no such conversation. Erased (410)."""
    with as_the_house(desk.session, desk.actor.country):
        row = row_of(desk, conversation)
        return None if row is None else (row.key_id, records.key_of(desk, row.key_id))


def lie_under(desk: Desk, conversation: str, key_id: str) -> None:
    """Have what comes in from now on sealed under another key: of the person whom it turned out to be about."""
    with as_the_house(desk.session, desk.actor.country):
        mine = (TABLE.c.country == desk.actor.country, TABLE.c.shared_id == conversation)
        desk.session.execute(update(TABLE).where(*mine).values(key_id=key_id))


def said_in(desk: Desk, conversation: str) -> list[tuple[Row[Any], dict[str, Any]]]:
    """The messages of a conversation in order, ours and theirs, each row with its opened body.

    One whose key was destroyed is left out. The caller has checked that the actor may read it.
    """
    table = messages.TABLE
    mine = (table.c.country == desk.actor.country, table.c.shared_id == conversation)
    found = []
    with as_the_house(desk.session, desk.actor.country):
        if row_of(desk, conversation) is None:
            return []
        rows = desk.session.execute(select(table).where(*mine)).all()
        # As the messages themselves say: each names the one before it, and what it had heard.
        depth = depths(rows)
        for row in sorted(rows, key=lambda one: (depth[one.digest.hex()], one.direction)):
            if row.sealed_body:
                found.append((row, messages.body_of(desk, row, records.key_of(desk, row.key_id))))
    return found


def readable_there(desk: Desk, to: str, kind: str) -> bool:
    """Whether the other country's installation reads this type of message; one that has said nothing counts as yes."""
    return not abroad(desk, to).lacks(kind, None)
