"""What follows after the commit: each effect in a transaction of its own, harmless when repeated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import update

from app.access.desk import Desk
from app.casework import burying, erasing_abroad, ledger, withdrawing
from app.casework.held import REFERRAL, Held, hold_case, hold_referral, links_of, save_case_facts
from app.casework.move import Command, perform
from app.casework.opening import Opening, open_case
from app.casework.projection import MAJOR_END, with_links
from workflows.facts import CaseFacts, ReferralFacts

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
    """What the other country has told about the person, the newest word of each data group.

    A group that may not be used any more, because the consent for it has ended, is not told again.
    """
    told: dict[str, Any] = {}
    for body in ledger.read_bodies(desk, held):
        told |= body.get("about") or {}
        for group in body.get("taken_back") or ():
            told.pop(group, None)
    return told


def _foreign_decision(desk: Desk, facts: ReferralFacts, told: dict[str, Any]) -> dict[str, Any]:
    """The decision on which the referral rests, as far as the other country told of it: no findings, no reasons.

    The authority is the one that its policy names: without a decision of that one nothing is offered for return.
    """
    exploitation = told.get("nationality", {}).get("exploitation", "unknown")
    known = desk.policies.knows("exploitation", exploitation)
    return {
        "by_country": facts.from_country,
        "authority": desk.policies.countries[facts.from_country].competent_authority.office,
        "told_by": "partner",
        "exploitation": exploitation if known else "unknown",
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


HANDLERS: dict[str, Handler] = {
    "open_receiving_case": open_receiving_case,
    "step_on_case": step_on_case,
    "arbitrate": arbitrate,
    "spread_withdrawal": withdrawing.spread_withdrawal,
    burying.EFFECT: burying.carry_out,
    erasing_abroad.CONFIRM: erasing_abroad.confirm,
}
