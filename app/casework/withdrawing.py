"""A consent that ends reaches everybody who got data by it: open referrals end, copies abroad are told, shares stop.

Whether it was taken back, narrowed, replaced or has run out makes no difference to whoever has to act on it.
"""

from __future__ import annotations

import json
from typing import Any, Final

import structlog
from sqlalchemy import exists, or_, select

from app.access import rows
from app.access.desk import Desk, House
from app.casework import embassies, inquiries, ledger, outbox, services, transfers
from app.casework.held import CASE, FACTS, REFERRAL, Held, hold_case, hold_referral
from app.casework.move import Command, perform
from app.casework.projection import MAJOR_END, TRANSFER
from app.casework.tasks import TABLE as TASK
from app.casework.tasks import UNDONE
from app.casework.transfers import TRANSFERS
from app.kit.errors import AppError
from workflows.disclosure import REFERRAL_RESTS_ON
from workflows.facts import CaseFacts
from workflows.guards.inquiries import FORGET
from workflows.guards.inquiries import NAME as INQUIRY
from workflows.referral import MACHINE
from workflows.service import SEEN_TO

log = structlog.get_logger("withdrawing")
EFFECT: Final = "spread_withdrawal"
CONSENTS: Final = frozenset({"consent", "consent_withdrawal"})
_DRAFT: Final = "draft"
# The person is there; nobody asks any more whether they may come.
_ARRIVED: Final = frozenset({"received", "in_reintegration"})
_REASON: Final = {"reason": "consent_withdrawn"}


def after_record(desk: Desk, held: Held, kind: str, body: dict[str, Any]) -> None:
    """Have the worker tell those abroad, where a record has changed what the person agrees to, or who may be told."""
    was, now = held.began, held.facts
    assert isinstance(was, CaseFacts) and isinstance(now, CaseFacts)
    taken = set(body["purposes"]) if kind == "consent_withdrawal" else set()
    ends = bool(taken & REFERRAL_RESTS_ON)
    # What was held back while asylum was asked for is told when that is over.
    free = was.asylum_claim and not now.asylum_claim
    if not (ends or kind in CONSENTS or free):
        return
    # Whoever records it may not see the referral itself.
    with rows.as_the_house(desk.session, desk.actor.country):
        abroad = (
            ends or inquiries.known_abroad(now) or embassies.told_of(now)
            or desk.session.execute(select(_copies_of(held.id))).scalar_one()
        )
    if abroad:
        said = {"case": held.id, "recipients": list(body.get("recipients") or ()) if ends else [], "ends": ends}
        outbox.put(desk, EFFECT, said, line=f"{desk.actor.country}:{held.id}:withdrawal")


def spread_withdrawal(desk: Desk, payload: dict[str, Any]) -> None:
    """End, or ask to end, the open referrals that rest on what has ended, and tell every copy that got data (IOM-4).

    payload: the case; ``ends``: the person took back what referrals rest on, from all or from the ``recipients``.
    """
    reach_all(desk, payload["case"], bool(payload.get("ends", True)), frozenset(payload.get("recipients") or ()))


def reach_all(desk: Desk, case_id: str, taken_back: bool = False, recipients: frozenset[str] = frozenset()) -> int:
    """The same, for whatever has ended meanwhile; how many steps were taken."""
    if hold_case(desk, case_id).erased:
        return 0
    query = select(REFERRAL.c.id, REFERRAL.c.side, REFERRAL.c.state).where(REFERRAL.c.case_id == case_id)
    done = 0
    for row in desk.session.execute(query.order_by(REFERRAL.c.opened_at, REFERRAL.c.id)).all():
        if row.side == "sender" and row.state not in MAJOR_END:
            done += _end(desk, row, taken_back, recipients)
        if row.state != _DRAFT:
            done += _tell(desk, row)
    return done + _end_inquiries(desk, case_id)


def _end_inquiries(desk: Desk, case_id: str) -> int:
    """Have other countries and embassies forget what they were told, where the person no longer agrees; how many."""
    held = hold_case(desk, case_id)
    facts = held.case_facts
    # No authority there may hear from us while the person asks for protection (OHCHR-G2.7); told when that is over.
    if facts is None or facts.asylum_claim:
        return 0
    told = embassies.take_back(desk, held)
    facts = hold_case(desk, case_id).case_facts if told else facts
    assert facts is not None
    over = inquiries.not_carried(desk, facts)
    for matter_id, step in over:
        perform(desk, Command(INQUIRY, step, case_id, None, given={FORGET: "consent_withdrawn"}, matter_id=matter_id))
    return len(over) + told


def _end(desk: Desk, row: Any, taken_back: bool, recipients: frozenset[str]) -> bool:
    held = hold_referral(desk, row.id)
    facts = held.referral_facts
    if facts is None or facts.end_asked is not None:
        return False
    named = taken_back and (not recipients or not recipients.isdisjoint({facts.other_country, "*"}))
    if not named and (row.state in _ARRIVED or not ledger.lost(desk, held).purposes & REFERRAL_RESTS_ON):
        return False
    withdraw = MACHINE.step("withdraw")
    assert withdraw is not None
    step = "withdraw" if row.state in {state.value for state in withdraw.start} else "request_end"
    perform(desk, Command("referral", step, row.id, None, given=dict(_REASON)))
    return True


def _tell(desk: Desk, row: Any) -> bool:
    held = hold_referral(desk, row.id)
    case = held.case_facts
    # No authority there may hear from us while the person asks for protection (OHCHR-G2.7); told when that is over.
    if case is None or case.asylum_claim or not ledger.lost(desk, held):
        return False
    perform(desk, Command("referral", ledger.TELLS[row.side], row.id, None))
    return True


def end_shares(desk: Desk, held: Held) -> Held:
    """What other offices of the country were asked, or see, ends at once where no consent carries it any more."""
    for matter_id, step in transfers.without_consent(desk, held):
        command = Command(TRANSFER, step, held.id, held.version, given=dict(_REASON), matter_id=matter_id)
        held = perform(desk, command).held
    return held


def ring(house: House) -> int:
    """Let every consent that has run out end for whoever got something by it; how many steps were taken.

    Asked of the messages that went, so that a worker that was away misses nothing and a second one finds nothing.
    """
    asked = exists().where(TRANSFERS.c.case_id == CASE.c.id, TRANSFERS.c.ended_at.is_(None))
    # An open request to a provider always has somebody who has to see to it.
    served = exists().where(TASK.c.case_id == CASE.c.id, TASK.c.kind.in_(SEEN_TO), TASK.c.state.in_(UNDONE))
    inquired = exists().where(
        inquiries.TABLE.c.case_id == CASE.c.id, inquiries.TABLE.c.side == inquiries.ASKING_SIDE,
        inquiries.TABLE.c.gone_at.is_(None),
    )  # fmt: skip
    written = exists().where(
        TASK.c.case_id == CASE.c.id, TASK.c.kind.in_(embassies.KINDS), TASK.c.state.in_(UNDONE)
    )
    query = (
        select(CASE.c.id, CASE.c.country, FACTS.c.facts)
        .join(FACTS, FACTS.c.case_id == CASE.c.id)
        .where(or_(_copies_of(CASE.c.id), asked, served, inquired, written))
    )
    with house.db.read() as session:
        rows.enter_everything(session)
        found = [
            (row.id, row.country) for row in session.execute(query.execution_options(yield_per=500))
            if _has_run_out(house, row)
        ]  # fmt: skip
    done = 0
    for case_id, country in found:
        try:
            done += _ring_one(house, case_id, country)
        except Exception as error:  # noqa: BLE001 - one that fails must not hold back the others; tried again tomorrow
            log.warning("consent_not_ended", kind=error.code if isinstance(error, AppError) else type(error).__name__)
    return done


def _has_run_out(house: House, row: Any) -> bool:
    today = house.policies.day(row.country, house.clock.now()).isoformat()
    consents = json.loads(row.facts).get("consents") or ()
    return any(each.get("valid_until") and each["valid_until"] < today for each in consents)


def _ring_one(house: House, case_id: str, country: str) -> int:
    with house.db.write() as session:
        desk = house.system_desk(session, country)
        held = hold_case(desk, case_id)
        before = held.version
        told = services.run_out(desk, held) if held.case_facts is not None and not held.erased else 0
        held = embassies.drop(desk, end_shares(desk, held))
        return told + held.version - before + reach_all(desk, case_id)


def _copies_of(case_id: Any) -> Any:
    return exists().where(REFERRAL.c.case_id == case_id, REFERRAL.c.state != _DRAFT)
