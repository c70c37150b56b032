"""Builds referrals between two staffed countries and brings them to a state through the real services."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.access.desk import House
from app.casework import copies, messages, move
from app.casework.held import CASE, REFERRAL, hold_case, office_at
from app.casework.move import Command, Outcome, perform
from app.casework.opening import new_reference
from app.models.base import new_id
from app.worker import Worker as Postman
from tests.factories import cases
from tests.factories.forms import form
from tests.factories.staff import Staff, Worker, desk_of
from tests.inspect import reading
from workflows.facts import CaseFacts, ReferralFacts

CONSENTS = ("notify_origin", "contact_family", "return")
BORDER_POINT = "mae-sot-myawaddy"


@dataclass(frozen=True)
class Pair:
    """The two copies of one referral (the receiver's is "" before the offer came in) and the sender's case."""

    shared_id: str
    sent_from: str
    arrived: str
    case_id: str


def bring_case_for_referral(house: House, staff: Staff, **opening_facts: Any) -> str:
    """A case at planning_return with every consent a referral rests on."""
    case_id = cases.bring_case(house, staff, "planning_return", **opening_facts)
    child = cases.facts_of(house, case_id).child
    given = {"giver": "guardian", "child_assent": True} if child else {}
    for purpose in CONSENTS:
        cases.add(house, staff["case_manager"], case_id, "consent", purpose=purpose, recipient="MM", **given)
    return case_id


def draft(house: House, staff: Staff, case_id: str, to_country: str = "MM", to_office: str = "mm-dor") -> str:
    """The sender's draft for a case; the id of the copy."""
    writer = staff["case_manager"]
    with desk_of(house, writer) as desk:
        held = hold_case(desk, case_id)
        assert isinstance(held.facts, CaseFacts)
        facts = ReferralFacts(
            side="sender",
            from_country=writer.country,
            to_country=to_country,
            state="draft",
            child=held.facts.child,
            drafted_by=writer.id,
            receiver_office=to_office,
        )
        copy_id = copies.make_copy(
            desk,
            facts,
            shared_id=new_id(),
            reference=new_reference(writer.country, desk.now.year),
            office_id=writer.office_id,
            organisation=writer.organisation,
            key_id=held.key_id,
            case_id=case_id,
            border_point=BORDER_POINT,
            border_office_id=office_at(desk, facts, BORDER_POINT),
            event="draft",
        )
        move.refresh_linked(desk, copies.ask_approval(desk, copy_id))
    return copy_id


def row_of(house: House, referral_id: str) -> Any:
    """The row of a copy."""
    with reading(house.db) as session:
        return session.execute(select(REFERRAL).where(REFERRAL.c.id == referral_id)).one()


def newest_letter(house: House, shared_id: str, kind: str) -> Any:
    """The newest message of that type, in whichever country it lies."""
    table: Any = messages.TABLE
    with reading(house.db) as session:
        query = select(table).where(table.c.shared_id == shared_id, table.c.type == kind)
        return session.execute(query.order_by(table.c.created_at.desc()).limit(1)).one()


def take(house: House, worker: Worker, referral_id: str, step: str, record: Any = None, **more: Any) -> Outcome:
    """Take a step on a copy as ``worker`` with the present version, then let the messages go their way."""
    seen = row_of(house, referral_id).version
    with desk_of(house, worker) as desk:
        outcome = perform(desk, Command("referral", step, referral_id, seen, record=record, **more))
    post(house)
    return outcome


def post(house: House) -> None:
    """Deliver every message that waits and carry out what follows from it."""
    Postman(house).drain()


def pair_of(house: House, referral_id: str) -> Pair:
    """Both copies of the referral one of whose copies is ``referral_id``."""
    shared = row_of(house, referral_id).shared_id
    with reading(house.db) as session:
        rows = session.execute(select(REFERRAL).where(REFERRAL.c.shared_id == shared)).all()
    by_side = {row.side: row for row in rows}
    arrived = by_side.get("receiver")
    return Pair(shared, by_side["sender"].id, arrived.id if arrived else "", by_side["sender"].case_id)


def receiving_case(house: House, pair: Pair) -> str:
    """The id of the case the receiving country has opened."""
    return str(row_of(house, pair.arrived).case_id)


Go = Callable[[House, Staff, Staff, str], None]


def _sender(role: str, step: str, kind: str | None = None, **changes: Any) -> Go:
    def go(house: House, here: Staff, there: Staff, copy_id: str) -> None:
        record = form(house, kind, **changes) if kind else None
        take(house, here[role], copy_id, step, record)

    return go


def _receiver(role: str, step: str, kind: str | None = None, **changes: Any) -> Go:
    def go(house: House, here: Staff, there: Staff, copy_id: str) -> None:
        record = form(house, kind, **changes) if kind else None
        take(house, there[role], pair_of(house, copy_id).arrived, step, record)

    return go


def _trace(house: House, here: Staff, there: Staff, copy_id: str) -> None:
    _sender("case_manager", "disclose_identity")(house, here, there, copy_id)
    _receiver("social_worker", "start_tracing")(house, here, there, copy_id)


def _propose(house: House, here: Staff, there: Staff, copy_id: str) -> None:
    case_id = pair_of(house, copy_id).case_id
    worker = here["case_manager"]
    cases.add(house, worker, case_id, "pre_return_risk")
    if cases.facts_of(house, case_id).child:
        cases.add(house, here["legal_officer"], case_id, "best_interests")
    take(house, worker, copy_id, "propose_plan", form(house, "return_plan", escort="nurse 2"))


def _schedule(house: House, here: Staff, there: Staff, copy_id: str) -> None:
    case_id = pair_of(house, copy_id).case_id
    cases.add(house, here["case_manager"], case_id, "travel_document")
    cases.add(house, here["legal_officer"], case_id, "legal_status")
    take(house, here["border_focal_point"], copy_id, "schedule_handover", form(house, "handover_schedule"))
    _receiver("border_focal_point", "confirm_handover", "handover_confirmation")(house, here, there, copy_id)


def _hand_over(house: House, here: Staff, there: Staff, copy_id: str) -> None:
    cases.take(house, here["case_manager"], pair_of(house, copy_id).case_id, "depart")
    take(house, here["border_focal_point"], copy_id, "sign_handover", form(house, "handover"))


def _reintegrate(house: House, here: Staff, there: Staff, copy_id: str) -> None:
    case_id = receiving_case(house, pair_of(house, copy_id))
    cases.join(house, case_id, there["social_worker"])
    cases.name_manager(house, case_id, there)
    cases.add(house, there["case_manager"], case_id, "reintegration_plan")
    _receiver("case_manager", "start_reintegration")(house, here, there, copy_id)


# In this order; every state rests on those before it.
STATES: dict[str, Go] = {
    "approved": _sender("supervisor", "approve"),
    "sent": _sender("case_manager", "send"),
    "acknowledged": _receiver("national_focal_point", "acknowledge"),
    "tracing": _trace,
    "assessed": _receiver("social_worker", "report_assessment", "family_tracing"),
    "plan_proposed": _propose,
    "accepted": _receiver("national_focal_point", "accept", "reception_plan"),
    "handover_scheduled": _schedule,
    "handed_over": _hand_over,
    "received": _receiver("border_focal_point", "sign_receipt", "receipt"),
    "in_reintegration": _reintegrate,
}


def bring_referral(house: House, here: Staff, there: Staff, to: str = "sent", **opening_facts: Any) -> Pair:
    """A referral from ``here`` to ``there``, brought to ``to``: "draft" or a key of STATES."""
    if to != "draft" and to not in STATES:
        raise ValueError(f"no state '{to}'; there are draft, {', '.join(STATES)}")
    copy_id = draft(house, here, bring_case_for_referral(house, here, **opening_facts))
    for name, go in STATES.items():
        if to == "draft":
            break
        go(house, here, there, copy_id)
        if name == to:
            break
    return pair_of(house, copy_id)


def case_row(house: House, case_id: str) -> Any:
    """The row of a case."""
    with reading(house.db) as session:
        return session.execute(select(CASE).where(CASE.c.id == case_id)).one()
