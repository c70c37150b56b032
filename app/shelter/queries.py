"""Every SELECT of the shelter room: houses, their beds, and requests within reach of a permission."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Row, and_, case, false, func, or_, select

from app.access import rows, walls
from app.access.desk import Desk
from app.access.scope import asker_of, reach_of
from app.access.standing import offices
from app.casework.beds import ASKED, BEDS, HELD, OPEN, REQUEST, STAYING
from app.casework.held import FACTS, OFFICE
from policies.model import Scope

SHELTER: Final = "shelter"
# Whose likely last day is this near is soon to leave.
SOON: Final = timedelta(days=3)
MOST: Final = 200


def houses(desk: Desk, permission: str) -> list[Row[Any]]:
    """The shelters of the country within reach of ``permission``, by name."""
    query = select(OFFICE).where(_here(desk), _within(desk, permission, OFFICE.c.id, OFFICE.c.organisation))
    return list(desk.session.execute(query.order_by(OFFICE.c.name, OFFICE.c.id)))


def house(desk: Desk, permission: str, shelter_id: str) -> Row[Any] | None:
    """One shelter within reach of ``permission``."""
    within = _within(desk, permission, OFFICE.c.id, OFFICE.c.organisation)
    return desk.session.execute(select(OFFICE).where(_here(desk), within, OFFICE.c.id == shelter_id)).one_or_none()


def house_called(desk: Desk, code: str) -> Row[Any] | None:
    """The shelter of this country with that code, within anybody's reach."""
    return desk.session.execute(select(OFFICE).where(_here(desk), OFFICE.c.code == code)).one_or_none()


def code_of(desk: Desk, office_id: str) -> str:
    """The code of an office; "" for none."""
    return str(desk.session.execute(select(OFFICE.c.code).where(OFFICE.c.id == office_id)).scalar_one_or_none() or "")


def houses_with_beds(desk: Desk) -> list[Row[Any]]:
    """Every shelter of the country that keeps its beds here, by name."""
    keeping = select(BEDS.c.office_id).where(BEDS.c.country == desk.actor.country)
    query = select(OFFICE).where(_here(desk), OFFICE.c.id.in_(keeping)).order_by(OFFICE.c.name, OFFICE.c.id)
    return list(desk.session.execute(query))


def beds_of(desk: Desk, office_ids: Iterable[str]) -> list[Row[Any]]:
    """The groups of beds of these shelters, in a steady order."""
    query = select(BEDS).where(BEDS.c.country == desk.actor.country, BEDS.c.office_id.in_(sorted(office_ids)))
    return list(desk.session.execute(query.order_by(BEDS.c.office_id, BEDS.c.sex, BEDS.c.ages, BEDS.c.need, BEDS.c.id)))


def group(desk: Desk, office_id: str, beds_id: str, *, lock: bool = False) -> Row[Any] | None:
    """One group of beds of that shelter; ``lock``: until the transaction ends, so that its last bed goes to one."""
    query = select(BEDS).where(BEDS.c.id == beds_id, BEDS.c.office_id == office_id)
    return desk.session.execute(query.with_for_update() if lock else query).one_or_none()


def counts(desk: Desk, office_ids: Iterable[str]) -> dict[str, Any]:
    """Group of beds -> how many stay, are held, out, missing and soon to leave, counted for the whole house."""
    stays = REQUEST.c.state == STAYING
    holds = and_(REQUEST.c.state == HELD, REQUEST.c.held_until > desk.now)
    soon = and_(stays, REQUEST.c.likely_until <= desk.today + SOON)
    query = (
        select(
            REQUEST.c.beds_id, _count(stays, "staying"), _count(holds, "held"),
            _count(and_(stays, REQUEST.c.out.is_(True)), "out"),
            _count(and_(stays, REQUEST.c.missing.is_(True)), "missing"), _count(soon, "leaving_soon"),
        )
        .where(REQUEST.c.office_id.in_(sorted(office_ids)), REQUEST.c.state.in_((HELD, STAYING)))
        .group_by(REQUEST.c.beds_id)
    )  # fmt: skip
    with rows.as_the_house(desk.session, desk.actor.country):
        return {str(row.beds_id): row for row in desk.session.execute(query)}


def requests_of(desk: Desk, office_ids: Iterable[str], states: Iterable[str], permission: str) -> list[Row[Any]]:
    """The requests to these shelters in one of ``states`` within reach of ``permission``, the oldest first."""
    query = select(REQUEST).where(
        REQUEST.c.office_id.in_(sorted(office_ids)), REQUEST.c.state.in_(sorted(states)), _open(desk, permission)
    )
    return list(desk.session.execute(query.order_by(REQUEST.c.asked_at, REQUEST.c.id).limit(MOST)))


def request(desk: Desk, permission: str, bed_request_id: str) -> Row[Any] | None:
    """One request within reach of ``permission``."""
    query = select(REQUEST).where(REQUEST.c.id == bed_request_id, _open(desk, permission))
    return desk.session.execute(query).one_or_none()


def waiting_here(desk: Desk, permission: str) -> int:
    """How many requests wait in time for an answer within reach of ``permission``."""
    query = select(func.count()).select_from(REQUEST).where(
        REQUEST.c.state == ASKED, REQUEST.c.answer_by > desk.now, _open(desk, permission)
    )
    return int(desk.session.execute(query).scalar_one())


def requests_of_case(desk: Desk, case_id: str) -> list[Row[Any]]:
    """The requests of a case the caller has been let to, the newest first."""
    query = select(REQUEST).where(REQUEST.c.case_id == case_id)
    return list(desk.session.execute(query.order_by(REQUEST.c.asked_at.desc(), REQUEST.c.id).limit(MOST)))


def open_of_case(desk: Desk, case_id: str, bed_request_id: str | None = None) -> Row[Any] | None:
    """The request of a case that waits or holds a bed; the one with that id, if one is named."""
    query = select(REQUEST).where(REQUEST.c.case_id == case_id, REQUEST.c.state.in_(OPEN))
    if bed_request_id is not None:
        query = query.where(REQUEST.c.id == bed_request_id)
    return desk.session.execute(query.limit(1)).one_or_none()


def run_out(desk_now: Any, countries: Iterable[str], most: int) -> Any:
    """Requests whose time to be answered, or whose held bed's time, is over: id and country."""
    return (
        select(REQUEST.c.id, REQUEST.c.country)
        .where(
            REQUEST.c.country.in_(sorted(countries)),
            or_(
                and_(REQUEST.c.state == ASKED, REQUEST.c.answer_by <= desk_now),
                and_(REQUEST.c.state == HELD, REQUEST.c.held_until <= desk_now),
            ),
        )
        .order_by(REQUEST.c.answer_by, REQUEST.c.id)
        .limit(most)
    )


def whole(desk: Desk, bed_request_id: str) -> Row[Any]:
    """A request as the system itself reads it, which reaches every row of its country."""
    return desk.session.execute(select(REQUEST).where(REQUEST.c.id == bed_request_id)).one()


def _here(desk: Desk) -> Any:
    return and_(OFFICE.c.country == desk.actor.country, OFFICE.c.kind == SHELTER)


def _open(desk: Desk, permission: str) -> Any:
    """What `migrations/walls/policies.py` says once more: within reach, and not of somebody one is kept away from."""
    return and_(
        REQUEST.c.country == desk.actor.country,
        _within(desk, permission, REQUEST.c.office_id, REQUEST.c.organisation),
        REQUEST.c.key_id.not_in(walls.blocked_keys(asker_of(desk))),
    )


def _within(desk: Desk, permission: str, office: Any, organisation: Any) -> Any:
    scopes = reach_of(desk.policies, desk.actor.roles, permission).scopes
    if Scope.COUNTRY in scopes:
        return OFFICE.c.country == desk.actor.country if office.table is OFFICE else REQUEST.c.id.is_not(None)
    parts = []
    if Scope.ORGANISATION in scopes:
        parts.append(organisation == desk.actor.organisation)
    if Scope.OFFICE in scopes:
        parts.append(office.in_(offices(desk, permission)))
    return or_(false(), *parts)


def _count(which: Any, name: str) -> Any:
    return func.sum(case((which, 1), else_=0)).label(name)


def known_of(desk: Desk, case_id: str) -> Row[Any]:
    """What a bed depends on, as the case says it now: ``sex``, ``age_band`` and ``child``.

    The caller has entered as the house.
    """
    query = select(FACTS.c.sex, FACTS.c.age_band, FACTS.c.child).where(FACTS.c.case_id == case_id)
    return desk.session.execute(query).one()
