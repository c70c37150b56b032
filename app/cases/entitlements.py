"""What the person of a case is entitled to, for both doors: computed from policy and facts, never typed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Final

from app.access.desk import Desk
from app.access.log import looked
from app.access.may import visible_case
from app.cases.entitlements_schemas import ClaimOut, EntitlementOut, EntitlementsOut, SourceOut, UsedOut
from app.casework import fieldgroups
from app.casework.held import hold_case
from app.casework.reach import reach_of
from workflows import entitlements as rules
from workflows.engine import MACHINES
from workflows.facts import CaseFacts, MatterFacts
from workflows.matter import drafted

__all__ = ["LIST", "READ", "of_case", "shown"]

READ: Final = "record:read"
CLAIM: Final = "fund:claim"
LIST: Final = "entitlement"


def of_case(desk: Desk, case_id: str, on: date | None) -> EntitlementsOut:
    """What the person is entitled to on a day, today if none is named; the look is noted.

    NotFound and Forbidden as for every other part of a case.
    """
    visible_case(desk, READ, case_id)
    held = hold_case(desk, case_id, lock=False)
    assert isinstance(held.facts, CaseFacts)
    looked(desk, "entitlements_read", "case", case_id)
    return shown(desk, held.facts, reach_of(desk, case_id, READ), on or desk.today)


def shown(desk: Desk, facts: CaseFacts, reach: Callable[[str], bool], on: date) -> EntitlementsOut:
    """The entitlements of a case's facts, with what was claimed of them for those who see claims."""
    country = desk.policies.countries[facts.country]
    sees = fieldgroups.sees_matters(desk, rules.CLAIM)
    claims = sees and reach(CLAIM) and facts.care != "closed"
    found = rules.rights_of(facts, country, on)
    return EntitlementsOut(
        on=on,
        country=country.code,
        persons=list(rules.persons_of(facts, country)),
        items=[_item(desk, facts, each, on, sees=sees, claims=claims) for each in found],
    )


def _item(desk: Desk, facts: CaseFacts, right: rules.Right, on: date, *, sees: bool, claims: bool) -> EntitlementOut:
    policy, given = right.entitlement, right.amount
    used = _used(facts, right, on, desk.actor.id) if policy.fund and sees else None
    spent = used is not None and 0 in (used.left, used.times_left, used.days_left)
    return EntitlementOut(
        code=policy.code,
        label=desk.policies.label(LIST, policy.code),
        service=policy.service,
        person=right.person,
        since=right.since,
        in_force_from=given.from_,
        in_force_until=given.until,
        amount=given.amount,
        currency=given.currency,
        per=given.per,
        is_limit=given.ceiling,
        times_a_year=given.times_a_year,
        longest_days=given.longest_days,
        basis=given.basis.value,
        note=given.note or "",
        sources=[SourceOut(id=each, title=desk.policies.source(each).title) for each in given.sources],
        declined_by_person=right.declined,
        fund=policy.fund,
        can_be_claimed=policy.fund and claims and not right.declined and not spent,
        used=used,
    )


def _used(facts: CaseFacts, right: rules.Right, on: date, by: str) -> UsedOut:
    """What is claimed of it, and what is left for one more claim that concerns the day ``on``."""
    code, given = right.entitlement.code, right.amount
    taking = rules.claims_of(facts, code)
    # The claim that might be made: the same questions are asked of it as of a real one.
    new = replace(drafted(MACHINES[rules.CLAIM], "", by, on), about=code, concerns=on, days=1)
    days = given.longest_days - rules.days_used(facts, new) if given.longest_days is not None else None
    times = given.times_a_year - rules.times_used(facts, new) if given.times_a_year is not None else None
    return UsedOut(
        waiting=sum(rules.units_used(each) - rules.approved_units(each) for each in taking if _waits(each)),
        approved=sum(rules.approved_units(each) for each in taking),
        paid=sum(rules.paid_units(each) for each in taking),
        left=rules.most_units(facts, right.entitlement, new),
        times_left=max(0, times) if times is not None else None,
        days_left=max(0, days) if days is not None else None,
        claims=[_claim(each) for each in facts.matters_of(rules.CLAIM) if each.about == code],
    )


def _waits(claim: MatterFacts) -> bool:
    return claim.state in {"submitted", "returned"}


def _claim(claim: MatterFacts) -> ClaimOut:
    return ClaimOut(
        id=claim.id,
        state=claim.state,
        concerns=claim.concerns or claim.opened_on,
        asked=claim.claimed or 0,
        approved=rules.approved_units(claim),
        paid=rules.paid_units(claim),
        currency=claim.currency or "",
    )
