"""Opens a case: a person with a key, the case, its team, its facts and the first history entry."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, insert, or_, select, update

from app.access.desk import Desk
from app.casework import history, identity, records, sealing
from app.casework.facts import said
from app.casework.held import CASE, FACTS, OFFICE, PERSON, fact_columns
from app.casework.history import Chain, Event
from app.models.base import new_id
from app.models.case import CaseTeam
from workflows.facts import CaseFacts

TEAM: Any = CaseTeam.__table__
# Without letters and digits that look alike when read aloud over a phone.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class Opening:
    """What is known when a case opens. Codes only, but for ``identity``, which is sealed at once.

    ``silent``: why a question put to the person has no answer. ``part``: the role in which whoever opens it is on its
    team; None for a case nobody here asked for.
    """

    office_id: str
    organisation: str
    facts: CaseFacts
    source: str
    channel: str = "shelter"
    identity: dict[str, Any] = field(default_factory=dict)
    person_id: str | None = None
    key_id: str | None = None
    previous_case_id: str | None = None
    referral: str | None = None
    note: str | None = None
    part: str | None = None
    silent: Mapping[str, str] = field(default_factory=dict)


def letters(count: int) -> str:
    """Letters at random, read aloud and written down without mistake; nobody can guess them or count by them."""
    return "".join(secrets.choice(ALPHABET) for _ in range(count))


def new_reference(country: str, year: int) -> str:
    """A pseudonymous reference nobody can guess or count from, e.g. TH-2017-7F3K2Q."""
    return f"{country}-{year}-{letters(8)}"


def open_case(desk: Desk, opening: Opening, happened_at: datetime | None = None) -> str:
    """Write a new case in one transaction with its first history entry; the id of the case.

    ``person_id``/``key_id``: an existing person (a second case) or an existing key (a referral's copy).
    """
    now = desk.now
    key_id, key = _key(desk, opening)
    person_id = opening.person_id or new_id()
    if opening.person_id is None:
        person = {"id": person_id, "country": desk.actor.country, "key_id": key_id, "created_at": now}
        desk.session.execute(insert(PERSON), person)
    facts = replace(opening.facts, source=opening.source)
    chain = Chain("case", new_id(), 0, history.NO_HASH)
    values = {
        "id": chain.subject_id,
        "reference": new_reference(desk.actor.country, now.year),
        "country": desk.actor.country,
        "organisation": opening.organisation,
        "office_id": opening.office_id,
        "created_by": desk.actor.id,
        "person_id": person_id,
        "case_manager_id": None,
        "previous_case_id": opening.previous_case_id,
        "channel": opening.channel,
        "identification": facts.identification,
        "care": facts.care,
        "opened_at": now,
        "sealed": sealing.is_sealed(desk, key_id),
        "version": 1,
        "history_count": 1,
        "chain_head": history.NO_HASH,
    }
    desk.session.execute(insert(CASE), values)
    # The team first: row security lets whoever opens a case fill it only from a place on it.
    if opening.part is not None:
        join_team(desk, chain.subject_id, desk.actor.id, opening.part)
    if opening.identity:
        identity.keep(desk, person_id, key, opening.identity, opening.source)
    details = {
        "source": opening.source,
        "previous_case": opening.previous_case_id,
        "referral": opening.referral,
        "facts": said(facts),
        **({"silent": dict(opening.silent)} if opening.silent else {}),
    }
    event = Event("opened", "open", 1, details, happened_at or now, opening.note)
    history.append(desk.session, chain, event, desk.actor, now, desk.keys, key)
    desk.session.execute(CASE.update().where(CASE.c.id == chain.subject_id).values(chain_head=chain.head))
    desk.session.execute(
        insert(FACTS),
        {
            "case_id": chain.subject_id,
            "country": desk.actor.country,
            "channel": opening.channel,
            "opened_on": facts.opened_on,
            "source": opening.source,
            **fact_columns(facts),
        },
    )
    return chain.subject_id


def join_team(desk: Desk, case_id: str, user_id: str, role: str, until: datetime | None = None) -> None:
    """Put somebody on the team of a case from now on, until ``until`` if given; a second time only moves the end."""
    known = desk.session.execute(select(TEAM.c.id, TEAM.c.until).where(_now_on_team(desk, case_id, user_id))).first()
    if known is None:
        row = {"id": new_id(), "case_id": case_id, "user_id": user_id, "role": role, "since": desk.now, "until": until}
        desk.session.execute(insert(TEAM), row)
    elif known.until != until:
        desk.session.execute(update(TEAM).where(TEAM.c.id == known.id).values(until=until))


def on_team(desk: Desk, case_id: str, user_id: str) -> bool:
    """Whether somebody is on the team of a case now."""
    query = select(TEAM.c.id).where(_now_on_team(desk, case_id, user_id)).limit(1)
    return desk.session.execute(query).first() is not None


def leave_team(desk: Desk, case_id: str, user_id: str) -> bool:
    """Take somebody off the team of a case now; whether they were on it."""
    done: Any = desk.session.execute(update(TEAM).where(_now_on_team(desk, case_id, user_id)).values(until=desk.now))
    return bool(done.rowcount)


def office_row(desk: Desk, office_id: str) -> Any:
    """The office with this id."""
    return desk.session.execute(select(OFFICE).where(OFFICE.c.id == office_id)).one()


def _now_on_team(desk: Desk, case_id: str, user_id: str) -> ColumnElement[bool]:
    here = (TEAM.c.case_id == case_id, TEAM.c.user_id == user_id)
    return and_(*here, or_(TEAM.c.until.is_(None), TEAM.c.until > desk.now))


def _key(desk: Desk, opening: Opening) -> tuple[str, bytes]:
    """The id of the key everything of the person is sealed under, and the plain key."""
    if opening.key_id is None and opening.person_id is None:
        return records.new_key(desk)
    key_id = opening.key_id or _key_id_of(desk, str(opening.person_id))
    return key_id, records.key_of(desk, key_id)


def _key_id_of(desk: Desk, person_id: str) -> str:
    return str(desk.session.execute(select(PERSON.c.key_id).where(PERSON.c.id == person_id)).scalar_one())
