"""Keeps what the office of the fund is asked true to the claims of the case, and ends what no consent carries."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import insert, select, update

from app.access import notices, rows
from app.access.desk import Desk
from app.casework.held import OFFICE, Held, office_id_of
from app.casework.onlookers import body_is_kept_away
from app.casework.opening import letters
from app.casework.transfers import CLAIMS, clock_end
from app.models.base import new_id
from workflows.entitlements import CLAIM, approved_units, paid_units, rights_of
from workflows.facts import CaseFacts, MatterFacts, Today
from workflows.fund_claim import APPROVE, MACHINE, PAY, F
from workflows.guards.fund import DECIDES, SHOWN_BY, WAITS_FOR_FUND, claim_is_covered, decider_of
from workflows.guards.transfers import listed
from workflows.step import Step

_FORM: Final = "fund_claim"
_FINAL: Final = frozenset(state.value for state in MACHINE.final)
_REASONED: Final = frozenset({F.RETURNED.value, F.DECLINED.value, F.WITHDRAWN.value})
_UNANSWERED: Final = frozenset({F.SUBMITTED.value, F.RETURNED.value})


def of_step(desk: Desk, held: Held, step: Step) -> dict[str, str]:
    """What the history keeps of a claim beside its form: the office of the fund that decides on it without the case.

    It does where the country names one, somebody there may decide and somebody may pay. Whoever holds the case decides
    as before where nobody does, and where the person is kept away from the body of that office: they lose no money by
    it.
    """
    if step.form != _FORM or held.case_facts is None:
        return {}
    fund = desk.policies.countries[desk.actor.country].fund_office
    office_id = office_id_of(desk, fund.office) if fund is not None else None
    if fund is None or office_id is None or fund.office == held.case_facts.office:
        return {}
    if not notices.holders(desk, APPROVE, office_id) or not notices.holders(desk, PAY, office_id):
        return {}
    body = desk.session.execute(select(OFFICE.c.organisation).where(OFFICE.c.id == office_id)).scalar_one()
    with rows.as_the_house(desk.session, desk.actor.country):
        return {} if body_is_kept_away(desk, held.key_id, body) else {DECIDES: fund.office}


def settle(desk: Desk, held: Held) -> None:
    """Let the rows of a case say what its claims say, in the transaction that changed them."""
    before, facts = held.began, held.facts
    if before is None or not isinstance(facts, CaseFacts):
        return
    for matter in facts.matters_of(CLAIM):
        if before.matter(matter.id) != matter:
            # The fund's office is somebody else's, and the actor may be of either.
            with rows.as_the_house(desk.session, desk.actor.country):
                _settle_one(desk, held, facts, matter)


def without_consent(desk: Desk, held: Held, before: CaseFacts) -> list[str]:
    """The claims on which nobody has decided and that no consent carries any more, which the caller takes back.

    Of a claim that is approved the office of the fund hears: what is owed stays owed.
    """
    facts = held.facts
    assert isinstance(facts, CaseFacts)
    if before.consents == facts.consents:
        return []
    today, unanswered = Today(desk.now, desk.today), []
    for matter in facts.matters_of(CLAIM):
        was = before.matter(matter.id)
        if was is None or not matter.is_open or claim_is_covered(facts, matter, today, desk.policies):
            continue
        if not claim_is_covered(before, was, today, desk.policies):
            continue
        if matter.state in _UNANSWERED:
            unanswered.append(matter.id)
        else:
            _consent_is_gone(desk, matter)
    return unanswered


def _consent_is_gone(desk: Desk, matter: MatterFacts) -> None:
    with rows.as_the_house(desk.session, desk.actor.country):
        row = _open_row(desk, matter.id)
        if row is not None and row.consent_gone_at is None:
            this = update(CLAIMS).where(CLAIMS.c.id == row.id)
            desk.session.execute(this.values(consent_gone_at=desk.now))
            notices.tell(desk, _staff(desk, row.office_id), "claim_consent", "fund_request", row.id)


def _open_row(desk: Desk, matter_id: str) -> Any:
    query = select(CLAIMS).where(CLAIMS.c.matter_id == matter_id, CLAIMS.c.ended_at.is_(None))
    return desk.session.execute(query).one_or_none()


def _settle_one(desk: Desk, held: Held, facts: CaseFacts, matter: MatterFacts) -> None:
    row, fund = _open_row(desk, matter.id), decider_of(matter)
    office_id = office_id_of(desk, fund) if fund is not None else None
    if row is not None and row.office_id != office_id:
        # Submitted again, and another decides by now: the first office follows it no further.
        over = {"state": F.WITHDRAWN.value, "reason": None, "ended_at": desk.now}
        desk.session.execute(update(CLAIMS).where(CLAIMS.c.id == row.id).values(**over))
        notices.tell(desk, _staff(desk, row.office_id) - {desk.actor.id}, "claim_withdrawn", "fund_request", row.id)
        row = None
    if row is None:
        if office_id is not None and matter.state == F.SUBMITTED:
            _insert(desk, held, facts, matter, office_id)
        return
    values = _said(desk, facts, matter)
    if row.state != matter.state:
        if matter.state in WAITS_FOR_FUND:
            values |= {"answer_by": _answer_by(desk, matter), "late_at": None}
        if row.state in WAITS_FOR_FUND and matter.state != F.WITHDRAWN:
            values["answered_at"] = desk.now
        if matter.state in _FINAL:
            values["ended_at"] = desk.now
    if row.consent_gone_at is not None and claim_is_covered(facts, matter, Today(desk.now, desk.today), desk.policies):
        values["consent_gone_at"] = None
    desk.session.execute(update(CLAIMS).where(CLAIMS.c.id == row.id).values(**values))
    if row.state != matter.state:
        _tell(desk, held, row, matter)


def _insert(desk: Desk, held: Held, facts: CaseFacts, matter: MatterFacts, office_id: str) -> None:
    body = desk.session.execute(select(OFFICE.c.organisation).where(OFFICE.c.id == office_id)).scalar_one()
    row = {
        "id": new_id(), "country": desk.actor.country, "organisation": body, "office_id": office_id,
        "from_office_id": held.row.office_id, "number": "F-" + letters(6),
        "case_id": held.id, "key_id": held.key_id, "matter_id": matter.id, "asked_by": desk.actor.id,
        "asked_at": desk.now, "answer_by": _answer_by(desk, matter), "answered_at": None, "ended_at": None,
        "late_at": None, "consent_gone_at": None, **_said(desk, facts, matter),
    }  # fmt: skip
    desk.session.execute(insert(CLAIMS), row)
    notices.tell(desk, notices.holders(desk, APPROVE, office_id), "claim_asked", "fund_request", row["id"])


def _answer_by(desk: Desk, matter: MatterFacts) -> datetime:
    """By when the fund has to decide, or to pay."""
    return clock_end(desk, "fund_answer" if matter.state == F.SUBMITTED else "fund_payment")


def _said(desk: Desk, facts: CaseFacts, matter: MatterFacts) -> dict[str, Any]:
    """What the columns repeat of a claim, and who the person is for the law on the day it concerns."""
    day, papers = matter.concerns or matter.opened_on, listed(matter, f"{SHOWN_BY}.")
    rights = rights_of(facts, desk.policies.countries[facts.country], day)
    granted = matter.state in (F.APPROVED, F.PAID, F.CLOSED)
    return {
        "entitlement": matter.about, "concerns": day, "days": matter.days, "currency": matter.currency or "",
        "person": next((each.person for each in rights if each.entitlement.code == matter.about), None),
        "claimed": matter.claimed or 0, "approved": approved_units(matter) if granted else None,
        "paid": paid_units(matter) or None, "paid_on": matter.paid_on if paid_units(matter) else None,
        "shown_by": f"|{'|'.join(papers)}|" if papers else "", "state": matter.state,
        # A reason says why it stands where it stands, and no longer.
        "reason": next(iter(listed(matter, "reason.")), None) if matter.state in _REASONED else None,
    }  # fmt: skip


def _staff(desk: Desk, office_id: str) -> set[str]:
    return {*notices.holders(desk, APPROVE, office_id), *notices.holders(desk, PAY, office_id)}


def _tell(desk: Desk, held: Held, row: Any, matter: MatterFacts) -> None:
    """Each side hears what the other has done, and the cashier that there is something to pay."""
    here = {row.asked_by, *([held.row.case_manager_id] if held.row.case_manager_id else [])} - {desk.actor.id}
    if matter.state == F.SUBMITTED:
        told = set(notices.holders(desk, APPROVE, row.office_id)) - {desk.actor.id}
        notices.tell(desk, told, "claim_asked", "fund_request", row.id)
        return
    if matter.state == F.WITHDRAWN:
        notices.tell(desk, _staff(desk, row.office_id) - {desk.actor.id}, "claim_withdrawn", "fund_request", row.id)
        return
    if matter.state != F.CLOSED:
        notices.tell(desk, here, "claim_answered", "fund_request", row.id)
    if matter.state == F.APPROVED:
        told = set(notices.holders(desk, PAY, row.office_id)) - {desk.actor.id}
        notices.tell(desk, told, "claim_to_pay", "fund_request", row.id)
