"""The SELECTs behind the explanation of access: the predicate of access itself, asked for every account at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, exists, false, func, or_, select

from app.access import rows
from app.access.desk import Desk
from app.access.scope import Reach, case_parts, cases_within, reach_of, referrals_within
from app.access.walls import case_is_open_to, emergency_cases, in_force
from app.casework import onlookers
from app.casework.held import CASE, PERSON
from app.casework.onlookers import Roles
from app.casework.timeline import Subject
from app.models.access_log import AccessEntry
from app.models.case import Case, CaseTeam
from app.models.office import Office
from app.models.referral import Referral
from app.models.user import User
from app.models.walls import AccessBlock, Deputy, EmergencyAccess
from policies.model import Scope

# What shows something of a case; a referral shows something of it too, to others.
WAYS: Final[tuple[str, ...]] = ("case:read", "record:read", "timeline:read", "identity:reveal", "audit:read")
REFERRAL_WAY: Final = "referral:read"
SHOWN: Final = 100
_LOOKS: Final[Any] = AccessEntry.__table__


@dataclass(frozen=True, slots=True)
class Account:
    """What the predicate says of one account: which ways are open, through which scopes, and whether a wall stands."""

    id: str
    name: str
    office: str
    organisation: str
    roles: Roles
    opens: tuple[str, ...]
    scopes: frozenset[Scope]
    emergency: bool
    walled: bool
    reaches: Mapping[str, Reach] = field(compare=False)


def accounts(desk: Desk, case_id: str) -> list[Account]:
    """Every active account of the country whose rights have to do with the case; one query for each set of roles."""
    return [found for roles in onlookers.role_sets(desk) for found in _accounts_with(desk, case_id, roles)]


def team(desk: Desk, case_id: str) -> list[Row[Any]]:
    """Who is on the team now: account, part, from when until when."""
    query = select(CaseTeam.user_id, CaseTeam.role, CaseTeam.since, CaseTeam.until)
    here = query.where(CaseTeam.case_id == case_id, in_force(CaseTeam, desk.now))
    return list(desk.session.execute(here.order_by(CaseTeam.since, CaseTeam.id)))


def deputies(desk: Desk, absent: set[str]) -> list[Row[Any]]:
    """Who stands in for one of these accounts now."""
    query = select(Deputy.user_id, Deputy.deputy_id, Deputy.since, Deputy.until).where(
        Deputy.user_id.in_(sorted(absent)),
        Deputy.ended_at.is_(None),
        Deputy.since <= desk.now,
        Deputy.until > desk.now,
    )
    return list(desk.session.execute(query.order_by(Deputy.since, Deputy.id)))


def emergencies(desk: Desk, case_id: str) -> list[Row[Any]]:
    """The emergency accesses to the case that are open now."""
    query = select(EmergencyAccess.user_id, EmergencyAccess.since, EmergencyAccess.until).where(
        EmergencyAccess.case_id == case_id,
        EmergencyAccess.ended_at.is_(None),
        EmergencyAccess.since <= desk.now,
        EmergencyAccess.until > desk.now,
    )
    return list(desk.session.execute(query.order_by(EmergencyAccess.since)))


def blocks(desk: Desk, case_id: str) -> list[Row[Any]]:
    """The blocks around the person of the case that hold now: kind and value."""
    query = (
        select(AccessBlock.kind, AccessBlock.value)
        .join(PERSON, PERSON.c.key_id == AccessBlock.key_id)
        .join(CASE, CASE.c.person_id == PERSON.c.id)
        .where(
            CASE.c.id == case_id,
            AccessBlock.country == desk.actor.country,
            AccessBlock.lifted_at.is_(None),
            in_force(AccessBlock, desk.now),
        )
    )
    return list(desk.session.execute(query.order_by(AccessBlock.kind, AccessBlock.value)))


def opened_lately(desk: Desk, subjects: list[Subject], days: int) -> list[Row[Any]]:
    """Who has looked at these subjects in the last days, the latest first."""
    since: datetime = desk.now - timedelta(days=days)
    about = or_(*(and_(_LOOKS.c.subject_kind == each.kind, _LOOKS.c.subject_id == each.id) for each in subjects))
    last = func.max(_LOOKS.c.at)
    query = (
        select(_LOOKS.c.actor_id, func.count().label("times"), last.label("last"))
        .where(about, _LOOKS.c.at > since, _LOOKS.c.action != "refused")
        .group_by(_LOOKS.c.actor_id)
        .order_by(last.desc(), _LOOKS.c.actor_id)
        .limit(SHOWN)
    )
    return list(desk.session.execute(query))


def _accounts_with(desk: Desk, case_id: str, roles: Roles) -> list[Account]:
    asker = onlookers.account_at(desk)
    reaches = {way: reach_of(desk.policies, roles, way) for way in (*WAYS, REFERRAL_WAY)}
    held = {way: reach for way, reach in reaches.items() if reach.scopes}
    if not held:
        return []
    # Permissions that reach equally far share one column: the question is the same.
    asked = {_question(way, reach): _opens(way, reach, asker) for way, reach in held.items()}
    columns_of = {question: f"way_{number}" for number, question in enumerate(asked)}
    named = {scope for way in WAYS if way in held for scope in held[way].scopes}
    parts = {scope: say() for scope, say in case_parts(asker).items() if scope in named}
    emergency = (
        Case.id.in_(emergency_cases(asker)) if any(held[way].emergency for way in WAYS if way in held) else false()
    )
    columns: list[Any] = [
        User.display_name,
        Office.code.label("office"),
        Office.organisation,
        case_is_open_to(asker).label("open_to"),
        emergency.label("emergency"),
        *(said.label(columns_of[question]) for question, said in asked.items()),
        *(said.label(f"scope_{scope.value}") for scope, said in parts.items()),
    ]
    query = onlookers.accounts_beside(desk, case_id, *columns).where(onlookers.holding(roles))
    # Who is kept out, and who reads a case by which emergency, is known to the house and asked for everybody at once.
    with rows.as_the_house(desk.session, desk.actor.country):
        accounts = desk.session.execute(query).mappings().all()
    found = []
    for row in accounts:
        scopes = {scope for scope in parts if row[f"scope_{scope.value}"]} | ({Scope.COUNTRY} & named)
        opens = tuple(way for way, reach in held.items() if row[columns_of[_question(way, reach)]])
        if opens or scopes or row["emergency"]:
            found.append(
                Account(
                    id=row["id"],
                    name=row["display_name"],
                    office=row["office"],
                    organisation=row["organisation"],
                    roles=roles,
                    opens=opens,
                    scopes=frozenset(scopes),
                    emergency=bool(row["emergency"]),
                    walled=not row["open_to"],
                    reaches=reaches,
                )
            )
    return found


def _question(way: str, reach: Reach) -> tuple[bool, Reach]:
    return way == REFERRAL_WAY, reach


def _opens(way: str, reach: Reach, asker: Any) -> ColumnElement[bool]:
    if way != REFERRAL_WAY:
        return cases_within(reach, asker)
    return exists().where(Referral.case_id == Case.id, referrals_within(reach, asker)).correlate_except(Referral)
