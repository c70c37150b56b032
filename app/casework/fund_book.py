"""Keeps the ledger of the fund true to the claims of a case: what is new is added, what was booked stays."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from sqlalchemy import func, insert, select

from app.access.desk import Desk
from app.casework.held import Held
from app.models.base import new_id
from app.models.fund import FundMovement
from workflows.entitlements import CLAIM, approved_units, paid_units
from workflows.facts import CaseFacts, MatterFacts

__all__ = ["APPROVED", "MOVEMENT", "PAID", "settle"]

MOVEMENT: Final[Any] = FundMovement.__table__
APPROVED: Final = "approved"
PAID: Final = "paid"


def settle(desk: Desk, held: Held) -> None:
    """Book the difference between what the claims of a case say and what is in the ledger, in the same transaction.

    A claim that is withdrawn after its approval, or whose payment failed, takes its amount back in a line of its own.
    """
    facts = held.facts
    claims = facts.matters_of(CLAIM) if isinstance(facts, CaseFacts) else ()
    if not claims:
        return
    query = (
        select(MOVEMENT.c.matter_id, MOVEMENT.c.kind, func.sum(MOVEMENT.c.units))
        .where(MOVEMENT.c.case_id == held.id)
        .group_by(MOVEMENT.c.matter_id, MOVEMENT.c.kind)
    )
    booked = {(matter, kind): int(units) for matter, kind, units in desk.session.execute(query)}
    for claim in claims:
        for kind, now in ((APPROVED, approved_units(claim)), (PAID, paid_units(claim))):
            new = now - booked.get((claim.id, kind), 0)
            if new:
                _book(desk, held, claim, kind, new, _day(claim, kind, new))


def _day(claim: MatterFacts, kind: str, units: int) -> date:
    """The day of the payment as its form says; any other movement is of the day it was recorded for."""
    if kind == PAID and units > 0 and claim.paid_on is not None:
        return claim.paid_on
    return claim.changed_on


def _book(desk: Desk, held: Held, claim: MatterFacts, kind: str, units: int, on_day: date) -> None:
    values = {
        "id": new_id(), "country": desk.actor.country, "case_id": held.id, "matter_id": claim.id,
        "entitlement": claim.about, "kind": kind, "units": units, "currency": claim.currency or "", "on_day": on_day,
        "booked_by": desk.actor.id, "booked_at": desk.now,
    }  # fmt: skip
    desk.session.execute(insert(MOVEMENT), values)
