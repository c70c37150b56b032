"""Every SELECT about visits of case workers abroad in this room: of the actor's own country, as far as they reach."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select

from app.access.desk import Desk
from app.access.may import permitted
from app.access.rows import as_the_house
from app.access.scope import cases_in_scope, referrals_in_scope
from app.casework.held import CASE, REFERRAL
from app.casework.inquiries import ANSWERING_SIDE
from app.casework.inquiries import TABLE as INQUIRY
from app.casework.visiting import TABLE, Copy
from workflows.referral import Referral
from workflows.shelter_visit import V

_READ = "referral:read"


def newest(desk: Desk, most: int) -> list[Row[Any]]:
    """The visits of the country, the newest first."""
    query = select(TABLE).where(TABLE.c.country == desk.actor.country).order_by(TABLE.c.day.desc(), TABLE.c.id)
    return list(desk.session.execute(query.limit(most)))


def one(desk: Desk, visit_id: str, *, lock: bool = False) -> Row[Any] | None:
    """One visit of the country; ``lock``: until the transaction ends."""
    query = select(TABLE).where(TABLE.c.id == visit_id, TABLE.c.country == desk.actor.country)
    return desk.session.execute(query.with_for_update() if lock else query).one_or_none()


def is_open(desk: Desk, host: str) -> bool:
    """Whether a visit that this country makes to ``host`` is not over."""
    over = {V.CONFIRMED, V.CALLED_OFF, V.REFUSED}
    query = select(TABLE.c.id).where(
        TABLE.c.country == desk.actor.country, TABLE.c.other_country == host, TABLE.c.host == host,
        TABLE.c.state.in_(sorted(each.value for each in set(V) - over)),
    )  # fmt: skip
    return desk.session.execute(query.limit(1)).first() is not None


def subjects(desk: Desk, references: Iterable[str], host: str) -> dict[str, Copy]:
    """Reference -> whom the visitor may ask to meet: referrals within reach, inquiries of the actor's own office."""
    wanted = sorted(set(references))
    query = select(REFERRAL.c.reference, REFERRAL.c.shared_id).where(
        REFERRAL.c.reference.in_(wanted), REFERRAL.c.other_country == host, REFERRAL.c.sealed.is_(False),
        REFERRAL.c.state != Referral.DRAFT.value, referrals_in_scope(desk, _READ),
    )  # fmt: skip
    found: dict[str, Copy] = {
        row.reference: ("referral", row.shared_id, row.reference, None) for row in desk.session.execute(query)
    }
    if permitted(desk, "inquiry:read"):
        asked = select(INQUIRY.c.reference, INQUIRY.c.conversation).where(
            INQUIRY.c.country == desk.actor.country, INQUIRY.c.side == ANSWERING_SIDE,
            INQUIRY.c.office_id == desk.office_id, INQUIRY.c.other_country == host, INQUIRY.c.reference.in_(wanted),
        )  # fmt: skip
        for row in desk.session.execute(asked):
            found[row.reference] = ("inquiry", row.conversation, row.reference, None)
    return found


def seen(desk: Desk, parts: Iterable[Row[Any]]) -> frozenset[str]:
    """The ids of those parts that the actor may see: by the referral, or at the host by the case.

    A question that this country answers is known to whoever arranges its visits.
    """
    every = list(parts)
    numbers = sorted(each.number for each in every)
    referrals = select(REFERRAL.c.shared_id).where(
        REFERRAL.c.country == desk.actor.country, REFERRAL.c.shared_id.in_(numbers), referrals_in_scope(desk, _READ)
    )
    cases = select(CASE.c.id).where(
        CASE.c.id.in_(sorted(each.case_id for each in every if each.case_id)), cases_in_scope(desk, "case:read")
    )
    by_number = set(desk.session.execute(referrals).scalars())
    by_case = set(desk.session.execute(cases).scalars())
    return frozenset(
        each.id for each in every
        if each.number in by_number or each.case_id in by_case or (each.about == "inquiry" and each.case_id is None)
    )  # fmt: skip


def first_received(desk: Desk, other: str) -> datetime | None:
    """When the first referral came from ``other``: since then there is somebody there to visit."""
    query: Any = select(func.min(REFERRAL.c.opened_at)).where(
        REFERRAL.c.country == desk.actor.country, REFERRAL.c.other_country == other, REFERRAL.c.side == "receiver"
    )
    with as_the_house(desk.session, desk.actor.country):
        found: datetime | None = desk.session.execute(query).scalar_one_or_none()
    return found
