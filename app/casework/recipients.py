"""Who abroad got data of the person of a case, what they were told of ended consents, and who has confirmed it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.access import rows
from app.access.desk import Desk
from app.casework import ledger, receipts
from app.casework.held import REFERRAL, Held, hold_referral


@dataclass(frozen=True, slots=True)
class Telling:
    """That a consent has ended, as it was told once: the groups and purposes, and how far it came.

    stored: the other country has it; seen: somebody there has opened it; confirmed: they keep and use nothing more.
    """

    at: datetime
    groups: tuple[str, ...]
    purposes: tuple[str, ...]
    stored: datetime | None
    seen: datetime | None
    confirmed: datetime | None


@dataclass(frozen=True, slots=True)
class Recipient:
    """One country that got data by one referral.

    has: what it may still use. untold: what has ended without its having been told yet.
    """

    country: str
    reference: str
    has: tuple[str, ...]
    untold: tuple[str, ...]
    tellings: tuple[Telling, ...]


def of_case(desk: Desk, case_id: str) -> list[Recipient]:
    """Every country that got something, oldest referral first. The caller has checked sight and notes the look."""
    query = select(REFERRAL.c.id).where(REFERRAL.c.case_id == case_id).order_by(REFERRAL.c.opened_at, REFERRAL.c.id)
    with rows.as_the_house(desk.session, desk.actor.country):
        held = [hold_referral(desk, copy_id, lock=False) for copy_id in desk.session.execute(query).scalars().all()]
        found = [_of_copy(desk, each) for each in held]
    return [each for each in found if each is not None]


def _of_copy(desk: Desk, held: Held) -> Recipient | None:
    if held.erased:
        return None
    tellings: list[Telling] = []
    got = False
    for row, body in ledger.bodies(desk, held, "out"):
        got = got or bool(body.get("about"))
        if row.type in ledger.TELLING:
            tellings.append(_telling(desk, row, body))
    if not got and not tellings:
        return None
    gone = ledger.lost(desk, held)
    has = ledger.told(desk, held).groups - gone.groups
    return Recipient(
        held.row.other_country, held.row.reference, tuple(sorted(has)), tuple(sorted(gone.groups | gone.purposes)),
        tuple(tellings),
    )  # fmt: skip


def _telling(desk: Desk, row: Any, body: dict[str, Any]) -> Telling:
    def reached(level: str) -> datetime | None:
        found = receipts.found(desk, row.message_id, level)
        return found.at if found is not None else None

    return Telling(
        row.created_at, tuple(body.get("taken_back") or ()), tuple(body.get("ended") or ()),
        reached("stored"), reached("seen"), reached("decided"),
    )  # fmt: skip
