"""The verbs of the fund's own office: see what is claimed, decide on it and pay it, without the case."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Row

from app.access import rows, standing
from app.access.desk import Desk
from app.access.log import looked
from app.casework import move, records
from app.casework.forms import Entry
from app.casework.held import at_matter, hold_case
from app.casework.move import Command, StepRefused, refusal_out
from app.fund import claims_queries as queries
from app.fund.claims_schemas import (
    ClaimApproveIn,
    ClaimDeclineIn,
    ClaimFailIn,
    ClaimPayIn,
    ClaimReturnIn,
    EarlierOut,
    FundClaimFullOut,
    FundClaimOut,
    FundClaimsOut,
    LimitSourceOut,
    LimitsOut,
)
from app.kit.errors import Conflict, NotFound
from app.models.base import is_id
from workflows import engine, entitlements
from workflows.entitlements import CLAIM
from workflows.facts import CaseFacts, MatterFacts, Today
from workflows.fund_claim import APPROVE, PAY, READ
from workflows.guards.fund import WAITS_FOR_FUND, claim_is_covered

__all__ = [
    "APPROVE", "PAY", "READ", "approve", "decides", "decline", "fail", "give_back", "listed", "one", "pay", "pays",
]  # fmt: skip

_COPIED: Final = (
    "id", "number", "entitlement", "person", "concerns", "days", "currency", "claimed", "approved", "paid", "paid_on",
    "state", "reason", "asked_at", "answer_by", "answered_at", "ended_at",
)  # fmt: skip


def listed(desk: Desk) -> FundClaimsOut:
    """What the reader's office decides on, and what others claim; the look is noted."""
    ours, sent = queries.for_us(desk, READ), queries.sent(desk, READ)
    looked(desk, "fund_claims_listed", "fund_request", "-", {"count": len(ours) + len(sent)})
    return FundClaimsOut(for_us=_out(desk, ours), sent=_out(desk, sent))


def one(desk: Desk, claim_id: str) -> FundClaimFullOut:
    """One within reach, with what a decision needs; the look is noted. NotFound out of reach.

    What the case says is asked anew at each look: when the claim is over, or the person does not agree any more, the
    next look finds nothing of it.
    """
    found = queries.one(desk, READ, claim_id) if is_id(claim_id) else None
    if found is None:
        raise NotFound()
    looked(desk, "fund_claim_read", "fund_request", found.id)
    told = _out(desk, [found])[0]
    limits = None
    if found.ended_at is None and (told.ours or told.case_reference is not None):
        with rows.as_the_house(desk.session, desk.actor.country):
            facts = hold_case(desk, found.case_id, lock=False).case_facts
        matter = facts.matter(found.matter_id) if facts is not None else None
        if facts is not None and matter is not None:
            covered = claim_is_covered(facts, matter, Today(desk.now, desk.today), desk.policies)
            limits = _limits(desk, facts, matter) if covered else None
            told.consent_gone = told.consent_gone or not covered
    return FundClaimFullOut(**told.model_dump(), limits=limits)


def decides(desk: Desk, claim_id: str) -> bool:
    """Whether the reader's office is the one that decides, and the reader may: for offering it."""
    return queries.asked(desk, APPROVE, claim_id) is not None


def pays(desk: Desk, claim_id: str) -> bool:
    """The same of paying."""
    return queries.asked(desk, PAY, claim_id) is not None


def give_back(desk: Desk, claim_id: str, body: ClaimReturnIn) -> FundClaimFullOut:
    """Return the claim for information. StepRefused with the reasons, NotFound where it is not theirs to answer."""
    return _act(desk, APPROVE, claim_id, "return_claim", {"reason": body.reason})


def approve(desk: Desk, claim_id: str, body: ClaimApproveIn) -> FundClaimFullOut:
    """Approve all of it or a part; the grounds go to the case."""

    def form(row: Row[Any]) -> dict[str, Any]:
        return {"amount": {"units": body.units, "currency": row.currency}, "reasons": body.reasons}

    return _act(desk, APPROVE, claim_id, "approve_claim", {}, form)


def decline(desk: Desk, claim_id: str, body: ClaimDeclineIn) -> FundClaimFullOut:
    """Decline, with a coded reason."""
    return _act(desk, APPROVE, claim_id, "decline_claim", {"reason": body.reason})


def pay(desk: Desk, claim_id: str, body: ClaimPayIn) -> FundClaimFullOut:
    """Record what was paid; the team asks the person whether the money has come."""

    def form(row: Row[Any]) -> dict[str, Any]:
        return {
            "amount": {"units": body.units, "currency": row.currency}, "paid_on": body.paid_on.isoformat(),
            "payment_number": body.payment_number,
        }  # fmt: skip

    return _act(desk, PAY, claim_id, "pay_claim", {}, form)


def fail(desk: Desk, claim_id: str, body: ClaimFailIn) -> FundClaimFullOut:
    """Record that the payment failed, with a coded reason; the claim can be paid again."""
    return _act(desk, PAY, claim_id, "fail_payment", {"reason": body.reason})


def _act(
    desk: Desk, permission: str, claim_id: str, step: str, given: dict[str, Any], form: Any = None
) -> FundClaimFullOut:
    row = queries.asked(desk, permission, claim_id) if is_id(claim_id) else None
    if row is None:
        raise NotFound()
    # The office writes into a case it cannot open: what it did there is all it learns of it.
    with standing.acting(desk, row.office_id), rows.as_the_house(desk.session, desk.actor.country):
        _take(desk, row, step, given, form(row) if form is not None else None)
    looked(desk, "fund_claim_answered", "fund_request", row.id, {"step": step})
    return one(desk, row.id)


def _take(desk: Desk, row: Row[Any], step: str, given: dict[str, Any], record: dict[str, Any] | None) -> None:
    """Take the step; a refusal is no attempt in the timeline, made as it was by somebody who cannot see the case."""
    if row.ended_at is not None:
        raise Conflict("This is over already.", code="asking_ended")
    held = hold_case(desk, row.case_id)
    _, wanted = engine.find_step(CLAIM, step)
    here = at_matter(held, row.matter_id)
    if record is not None:
        assert wanted.form is not None
        filled = records.check(desk.policies, wanted.form, record, today=desk.today, about=desk.today)
        move.fold_record(here, filled, Entry(desk.actor.id, desk.actor.office, desk.actor.country, desk.today))
    decision = engine.decide(CLAIM, step, here.situation(desk, given), desk.policies)
    if isinstance(decision, engine.Refused):
        told = [refusal_out(desk, each) for each in decision.refusals]
        raise StepRefused(f"'{wanted.title}' is blocked by a reason.", extra={"step": step, "refusals": told})
    move.perform(
        desk, Command(CLAIM, step, row.case_id, held.version, record=record, given=given, matter_id=row.matter_id)
    )


def _limits(desk: Desk, facts: CaseFacts, matter: MatterFacts) -> LimitsOut | None:
    """What the policy of the day gives, and what is left of it beside other claims; None where it gives nothing."""
    country = desk.policies.countries[facts.country]
    right, day = entitlements.fund_right(country, matter.about), matter.concerns or matter.opened_on
    amount = right.amount(day) if right is not None else None
    if right is None or amount is None:
        return None
    held = {each.entitlement.code: each.since for each in entitlements.rights_of(facts, country, day)}
    return LimitsOut(
        since=held.get(right.code),
        amount=amount.amount,
        currency=amount.currency,
        per=amount.per,
        is_limit=amount.ceiling,
        times_a_year=amount.times_a_year,
        longest_days=amount.longest_days,
        most=entitlements.most_units(facts, right, matter),
        times_used=entitlements.times_used(facts, matter),
        days_used=entitlements.days_used(facts, matter),
        basis=amount.basis.value,
        note=amount.note or "",
        sources=[LimitSourceOut(id=each, title=desk.policies.source(each).title) for each in amount.sources],
        earlier=[_earlier(each) for each in entitlements.claims_of(facts, matter.about, matter.id)],
    )


def _earlier(claim: MatterFacts) -> EarlierOut:
    return EarlierOut(
        state=claim.state,
        concerns=claim.concerns or claim.opened_on,
        days=claim.days,
        claimed=claim.claimed or 0,
        approved=entitlements.approved_units(claim),
        paid=entitlements.paid_units(claim),
        currency=claim.currency or "",
    )


def _out(desk: Desk, found: list[Row[Any]]) -> list[FundClaimOut]:
    offices = queries.codes_of(desk, (each for row in found for each in (row.office_id, row.from_office_id)))
    references = queries.references_of(desk, (row.case_id for row in found))
    here = standing.offices(desk, READ)
    return [
        FundClaimOut(
            **{name: getattr(row, name) for name in _COPIED},
            shown_by=[code for code in row.shown_by.split("|") if code],
            ours=row.office_id in here,
            from_office=offices.get(row.from_office_id, ""),
            to_office=offices.get(row.office_id, ""),
            late=row.ended_at is None and row.state in WAITS_FOR_FUND and row.answer_by <= desk.now,
            consent_gone=row.consent_gone_at is not None,
            case_reference=references.get(row.case_id),
            matter_id=row.matter_id if row.case_id in references else None,
        )
        for row in found
    ]
