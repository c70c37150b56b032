"""What follows after the commit: each effect in a transaction of its own, harmless when repeated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select, update

from app.access.desk import Desk
from app.casework import burying, messages
from app.casework.held import REFERRAL, Held, hold_case, hold_referral, links_of, save_case_facts
from app.casework.move import Command, perform
from app.casework.opening import Opening, open_case
from app.casework.projection import MAJOR_END, with_links
from workflows.facts import CaseFacts, ReferralFacts
from workflows.referral import MACHINE

Handler = Callable[[Desk, dict[str, Any]], None]
RECEIVED = frozenset({"received", "in_reintegration"})


def open_receiving_case(desk: Desk, payload: dict[str, Any]) -> None:
    """Open the receiving country's case for an accepted referral and recognise the identification (ACTIP 14.2)."""
    held = hold_referral(desk, payload["referral"])
    facts = held.referral_facts
    if facts is None or held.linked is not None:
        return
    told = told_by_partner(desk, held)
    about = told.get("age_band", {})
    opening = Opening(
        office_id=held.row.office_id,
        organisation=held.row.organisation,
        facts=CaseFacts(
            country=desk.actor.country,
            office=facts.receiver_office or "",
            identification="reported",
            care="awaiting_arrival",
            opened_on=desk.today,
            child=facts.child,
            age_band=about.get("age_band", "unknown"),
            sex=about.get("sex", "U"),
            nationality=told.get("nationality", {}).get("nationality", "unknown"),
            exploitation=told.get("nationality", {}).get("exploitation", "unknown"),
            language=told.get("language", {}).get("language", "unknown"),
        ),
        source="other_country",
        channel="return",
        identity={k: v for part in ("identity", "contact", "family", "health") for k, v in told.get(part, {}).items()},
        key_id=held.key_id,
        referral=held.row.shared_id,
    )
    case_id = open_case(desk, opening)
    desk.session.execute(update(REFERRAL).where(REFERRAL.c.id == held.id).values(case_id=case_id))
    case = hold_case(desk, case_id)
    assert isinstance(case.facts, CaseFacts)
    save_case_facts(desk, case_id, with_links(case.facts, links_of(desk, case_id)))
    perform(desk, Command("identification", "recognise", case_id, None, record=_foreign_decision(desk, facts, told)))


def told_by_partner(desk: Desk, held: Held) -> dict[str, Any]:
    """What the other country has told about the person, the newest word of each data group."""
    rows = desk.session.execute(
        select(messages.TABLE)
        .where(
            messages.TABLE.c.country == desk.actor.country,
            messages.TABLE.c.shared_id == held.row.shared_id,
            messages.TABLE.c.direction == "in",
        )
        .order_by(messages.TABLE.c.seq)
    )
    told: dict[str, Any] = {}
    for row in rows:
        told |= messages.body_of(desk, row, held.key(desk)).get("about") or {}
    return told


def _foreign_decision(desk: Desk, facts: ReferralFacts, told: dict[str, Any]) -> dict[str, Any]:
    exploitation = told.get("nationality", {}).get("exploitation", "Other")
    known = desk.policies.knows("exploitation", exploitation)
    return {
        "outcome": "identified",
        "authority": desk.policies.countries[facts.from_country].competent_authority.office,
        "by_country": facts.from_country,
        "decided_by": "Other",
        "panel": [f"as notified by {facts.from_country}"],
        "act": True,
        "means": True,
        "purpose": True,
        "exploitation": exploitation if known else "Other",
        "reasons": f"Decision of {facts.from_country}, recognised.",
        "in_own_language": False,
    }


def step_on_case(desk: Desk, payload: dict[str, Any]) -> None:
    """Take the care step that a referral's step has proved, if it still applies."""
    held = hold_referral(desk, payload["referral"])
    case = held.linked
    if case is None or not isinstance(case.facts, CaseFacts):
        return
    wanted = {"turn_back": "returning", "record_handover": "returning", "arrive": "awaiting_arrival"}
    if case.facts.care == wanted[payload["step"]]:
        perform(desk, Command("care", payload["step"], case.id, None))


def arbitrate(desk: Desk, payload: dict[str, Any]) -> None:
    """The receiving side answers a request to end: agreed, or 'already received' (design 4, crossing commands)."""
    held = hold_referral(desk, payload["referral"])
    facts = held.referral_facts
    if facts is None or facts.end_asked is None or facts.state in MAJOR_END:
        return
    step = "refuse_end" if facts.state in RECEIVED else "grant_end"
    perform(desk, Command("referral", step, held.id, None))


def spread_withdrawal(desk: Desk, payload: dict[str, Any]) -> None:
    """A withdrawn consent ends, or asks to end, the open referrals of the case (IOM-4).

    All of them, or those to the recipients from whom it was taken back, where some are named.
    """
    case = hold_case(desk, payload["case"])
    recipients = set(payload.get("recipients", ()))
    query = select(REFERRAL.c.id, REFERRAL.c.state).where(
        REFERRAL.c.case_id == case.id, REFERRAL.c.side == "sender", REFERRAL.c.state.not_in(MAJOR_END)
    )
    withdraw = MACHINE.step("withdraw")
    assert withdraw is not None
    for row in desk.session.execute(query).all():
        held = hold_referral(desk, row.id)
        if held.referral_facts is None or held.referral_facts.end_asked is not None:
            continue
        if recipients and recipients.isdisjoint({held.referral_facts.other_country, "*"}):
            continue
        step = "withdraw" if row.state in {state.value for state in withdraw.start} else "request_end"
        perform(desk, Command("referral", step, row.id, None, given={"reason": "consent_withdrawn"}))


HANDLERS: dict[str, Handler] = {
    "open_receiving_case": open_receiving_case,
    "step_on_case": step_on_case,
    "arbitrate": arbitrate,
    "spread_withdrawal": spread_withdrawal,
    burying.EFFECT: burying.carry_out,
}
