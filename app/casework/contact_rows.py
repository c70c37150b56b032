"""Reads the directory that countries keep for each other: the newest version of each entry, and what was answered."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row, bindparam, func, select

from app.access.desk import Desk
from app.models.contact import Contact, ContactAnswer, ContactTold
from workflows.directory import Contact as Named
from workflows.directory import DirectoryFacts
from workflows.facts import CaseFacts, ReferralFacts

__all__ = ["ANSWER", "CONTACT", "TOLD", "Entry", "answers", "entries", "entry", "facts_for", "named"]

CONTACT: Final[Any] = Contact.__table__
ANSWER: Final[Any] = ContactAnswer.__table__
TOLD: Final[Any] = ContactTold.__table__
# Where a referral stands before the steps that need an addressee (workflows/referral.py).
_ASKED_IN: Final = frozenset({"draft", "accepted", "postponed"})
_NEWEST: Final = (
    select(CONTACT.c.shared_id, func.max(CONTACT.c.version).label("version"))
    .where(CONTACT.c.country == bindparam("here"))
    .group_by(CONTACT.c.shared_id)
    .subquery()
)
_ENTRIES: Final = (
    select(CONTACT)
    .join(_NEWEST, (CONTACT.c.shared_id == _NEWEST.c.shared_id) & (CONTACT.c.version == _NEWEST.c.version))
    .where(CONTACT.c.country == bindparam("here"), CONTACT.c.owner.in_(bindparam("owners", expanding=True)))
    .order_by(CONTACT.c.owner, CONTACT.c.office, CONTACT.c.shared_id)
)


# A partner may leave these out; whoever shows or asks an entry finds them all the same.
_UNSAID: Final[dict[str, Any]] = {
    "office_name": "", "points": [], "places": [], "phone": "", "other_way": "", "languages": [], "deputy_office": "",
    "deputy_role": "", "valid_until": None,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """The newest version of one entry, as this country keeps it. ``said``: the body as it was checked."""

    id: str
    owner: str
    version: int
    office: str
    said: dict[str, Any]
    next_check: date
    said_at: datetime

    def stale(self, today: date) -> bool:
        """Whether it was not checked for longer than the clock: it is shown as out of date, and stays in use."""
        return today > self.next_check


def entries(desk: Desk, owners: Iterable[str]) -> list[Entry]:
    """The newest version of every entry of these countries, by country and office."""
    values = {"here": desk.actor.country, "owners": sorted(set(owners))}
    return [_entry(row) for row in desk.session.execute(_ENTRIES, values)]


def entry(desk: Desk, shared_id: str) -> Entry | None:
    """The newest version of one entry, or None."""
    query = (
        select(CONTACT)
        .where(CONTACT.c.country == desk.actor.country, CONTACT.c.shared_id == shared_id)
        .order_by(CONTACT.c.version.desc())
        .limit(1)
    )
    row = desk.session.execute(query).one_or_none()
    return None if row is None else _entry(row)


def answers(desk: Desk, shared_ids: Sequence[str]) -> dict[tuple[str, str], Row[Any]]:
    """Entry and country -> what that country answered last."""
    query = (
        select(ANSWER)
        .where(ANSWER.c.country == desk.actor.country, ANSWER.c.shared_id.in_(shared_ids))
        .order_by(ANSWER.c.version, ANSWER.c.on, ANSWER.c.said_at, ANSWER.c.id)
    )
    return {(row.shared_id, row.by_country): row for row in desk.session.execute(query)}


def named(entry: Entry) -> Named:
    """An entry as rules see it."""
    until = entry.said.get("valid_until")
    return Named(
        entry.owner, entry.office, frozenset(entry.said.get("kinds") or ()),
        date.fromisoformat(entry.said["valid_from"]), date.fromisoformat(until) if until else None,
        frozenset(entry.said.get("points") or ()),
    )  # fmt: skip


def facts_for(desk: Desk, facts: CaseFacts | ReferralFacts) -> DirectoryFacts:
    """The directory of a referral's corridor, before a step that needs an addressee; nothing elsewhere."""
    if not isinstance(facts, ReferralFacts) or facts.side != "sender" or facts.state not in _ASKED_IN:
        return DirectoryFacts()
    return DirectoryFacts(tuple(named(each) for each in entries(desk, (facts.from_country, facts.to_country))))


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        row.shared_id, row.owner, row.version, row.office, {**_UNSAID, **json.loads(row.body)}, row.next_check,
        row.said_at,
    )
