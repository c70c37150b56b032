"""How to break each guard of a claim to the fund."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from tests.workflows.breaking import TOMORROW, YESTERDAY, Break, both, case_with, consent_with, matter_with
from tests.workflows.situations import LATELY, with_case
from workflows.facts import Situation


def _others(count: int, **changes: object) -> Break:
    """The person has other claims beside the one that is asked about."""

    def change(situation: Situation) -> Situation:
        assert situation.case is not None and situation.matter is not None
        others = tuple(
            replace(situation.matter, id=f"matter-{at + 2}", **{"state": "submitted", **changes})  # type: ignore[arg-type]
            for at in range(count)
        )
        return with_case(situation, matters=(*situation.case.matters, *others))

    return Break(change)


def _by_the_day(days: int | None) -> Break:
    return matter_with(about="fund-unable-to-work", days=days, amount=300, claimed=300)


def _told_to_another_body(consent: Break) -> Break:
    """The office that decides is of another body than the one that holds the case, and of the actor."""
    decided = matter_with(flags=frozenset({"agreed", "asked_by.worker-2", "decides.office-1"}))
    return both(both(decided, case_with(office="office-2")), consent)


FUND: dict[str, list[Break]] = {
    "claim_is_agreed": [matter_with(flags=frozenset({"asked_by.worker-2"}))],
    "claim_is_the_person_s_right": [
        case_with(identification="presumed"),
        matter_with(about="fund-return-to-thailand"),
        matter_with(about="restitution"),
        # A day before the person had any right to it.
        matter_with(concerns=LATELY - timedelta(days=1)),
        matter_with(concerns=date(2020, 1, 1)),
    ],
    "claim_is_in_the_fund_s_currency": [matter_with(currency="USD"), matter_with(currency=None)],
    "claim_is_within_the_amount": [matter_with(amount=3001, claimed=3001)],
    "claim_is_within_the_times": [_others(3)],
    "claim_is_within_the_days": [_by_the_day(None), _by_the_day(366)],
    # Both begin on the same day; the last day of one is the first of the other, either way round.
    "claim_days_are_free": [
        both(_by_the_day(30), _others(1)),
        both(_by_the_day(30), _others(1, concerns=LATELY - timedelta(days=29))),
        both(_by_the_day(30), _others(1, concerns=LATELY + timedelta(days=29), days=1)),
    ],
    "claim_is_another_s": [
        matter_with(by="worker-1"),
        matter_with(flags=frozenset({"agreed", "asked_by.worker-1"})),
    ],
    "approval_is_within_the_claim": [matter_with(claimed=2999), matter_with(amount=0)],
    "payment_is_within_the_approval": [matter_with(amount=2999), matter_with(paid=0)],
    "payment_is_within_the_amount": [
        matter_with(claimed=3001, amount=3001, paid=3001),
        both(matter_with(about="fund-therapy"), _others(1, amount=17_001)),
    ],
    "fund_office_decides": [
        matter_with(flags=frozenset({"agreed", "asked_by.worker-2", "decides.th-fund"})),
    ],
    "consent_for_claim": [
        _told_to_another_body(consent_with("assistance")),
        _told_to_another_body(consent_with("assistance", withdrawn_on=LATELY)),
        _told_to_another_body(consent_with("assistance", valid_until=YESTERDAY)),
        _told_to_another_body(consent_with("assistance", recipient="th-rtp")),
        _told_to_another_body(consent_with("assistance", data_groups=frozenset({"health"}))),
    ],
    "payment_was_made": [matter_with(paid_on=TOMORROW)],
}
