"""What one case has to tell in an export: its facts, and of its records only what the reader may see."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import Row

from app.access.desk import Desk
from app.casework import identity, records
from app.casework.facts import case_facts_from
from app.casework.kinds import KINDS
from app.exports import queries
from app.kit.crypto import DESTROYED
from policies.model import FieldGroup
from workflows.facts import CaseFacts

__all__ = ["RECORDS", "Sent", "Told", "told"]

# The kinds of record of which a field of an exchange standard is filled; what others hold is in the facts, or stays.
RECORDS: Final = ("identification_decision", "care_plan", "reintegration_plan")


@dataclass(frozen=True, slots=True)
class Sent:
    """One referral, seen from this case: which way, with which country, and the days it was sent and accepted on."""

    side: str
    other_country: str
    state: str
    sent_on: date | None = None
    accepted_on: date | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """All that may be said of one case. ``identity``: empty unless who the person is may leave with this list.

    bodies: kind of record -> the newest of that kind that the reader may see. reader: the field groups of the reader.
    """

    case_id: str
    reference: str
    facts: CaseFacts
    office: str
    reader: Collection[FieldGroup]
    identity: Mapping[str, Any] = field(default_factory=dict)
    bodies: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    referrals: Sequence[Sent] = ()


def told(desk: Desk, rows: Iterator[Row[Any]], *, named: bool, consent: str | None) -> Iterator[Told]:
    """What each row of the list of cases has to tell.

    named: whether who people are was asked for; it is given only within the reach of identity:reveal, where all seven
    points were explained and the person agreed to ``consent`` (a code of consent_purpose).
    """
    groups = desk.policies.groups_for(desk.actor.roles)
    reach = queries.within_reveal(desk) if named and consent is not None else frozenset()
    for row in rows:
        facts = case_facts_from(row.facts)
        opened = _key(desk, row.id)
        who: Mapping[str, Any] = {}
        if consent is not None and row.id in reach and may_be_named(desk, facts, consent) and opened is not None:
            known = identity.read(desk, opened[0], opened[1])
            who = {name: known[name] for part, names in identity.PARTS.items() for name in names
                   if known.get(name) and _GROUP_OF[part] in groups}  # fmt: skip
        bodies = {} if opened is None else _bodies(desk, row.id, opened[1], groups)
        yield Told(row.id, row.reference, facts, row.office, groups, who, bodies, tuple(_referrals(desk, row.id)))


_GROUP_OF: Final = {
    "identity": FieldGroup.IDENTITY, "contact": FieldGroup.CONTACT, "family": FieldGroup.CONTACT,
    "health": FieldGroup.HEALTH,
}  # fmt: skip


def may_be_named(desk: Desk, facts: CaseFacts, consent: str) -> bool:
    """Whether the seven points were explained and the person, or guardian and child, agreed to this use today."""
    if not all_points(facts, frozenset(desk.policies.codes["interview_point"].codes)):
        return False
    here = desk.actor.country
    given = (
        each for each in facts.consents if each.covers(consent, here, desk.today) and "identity" in each.data_groups
    )
    return any(not facts.child or (each.giver == "guardian" and bool(each.child_assent)) for each in given)


def all_points(facts: CaseFacts, points: Collection[str]) -> bool:
    """Whether every point of the consent field of the standard was gone through at the screening."""
    return facts.screening is not None and facts.screening.points is not None and facts.screening.points >= set(points)


def _key(desk: Desk, case_id: str) -> tuple[str, bytes] | None:
    """The person of a case and the plain key; None where the person was erased."""
    row = queries.person_and_key(desk, case_id)
    return None if row is None or row.wrapped == DESTROYED else (row.id, desk.keys.unwrap(row.wrapped))


def _bodies(desk: Desk, case_id: str, key: bytes, groups: Collection[FieldGroup]) -> dict[str, Mapping[str, Any]]:
    wanted = {kind for kind in RECORDS if KINDS[kind].group in groups}
    if not wanted:
        return {}
    rows = {row.kind: row for row in records.rows_of(desk.session, case_id) if row.kind in wanted}
    return {kind: records.opened(desk, row, key) for kind, row in rows.items()}


def _referrals(desk: Desk, case_id: str) -> Iterator[Sent]:
    for row in queries.referrals(desk, case_id):
        first: dict[str, date] = {}
        for step in queries.days_of(desk, row.id):
            first.setdefault(step.step, desk.policies.day(desk.actor.country, step.happened_at))
        yield Sent(row.side, row.other_country, row.state, first.get("send"), first.get("accept"))
