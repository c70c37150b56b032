"""How to break each guard of a claim for a remedy."""

from __future__ import annotations

from tests.workflows.breaking import Break, both, case_with, matter_with
from workflows.claims import AHEAD, ALONE, OTHER_CURRENCY, TOO_EARLY

# What a claim says of itself when all is well (tests.workflows.situations.MATTERS).
WELL = frozenset({"wanted", "route", "reached", "told", "explained", "representative.legal_aid"})

REMEDIES: dict[str, list[Break]] = {
    "claim_is_wanted": [matter_with(flags=WELL - {"wanted"})],
    "child_is_represented": [
        matter_with(child=True, flags=WELL - {"representative.legal_aid"}),
        matter_with(child=True, flags=WELL - {"representative.legal_aid"} | {f"representative.{ALONE}"}),
    ],
    "claim_is_carried_on": [
        both(case_with(care=care), matter_with(flags=WELL - {"route"}))
        for care in ("planning_return", "returning", "handed_over")
    ],
    "claim_has_one_currency": [matter_with(flags=WELL | {OTHER_CURRENCY}), matter_with(
        currency=None, flags=WELL | {OTHER_CURRENCY}
    )],
    "days_of_the_claim_fit": [matter_with(flags=WELL | {TOO_EARLY}), matter_with(flags=WELL | {AHEAD})],
    "payments_are_within_the_award": [
        matter_with(paid=60_001),
        matter_with(amount=19_999),
        matter_with(amount=None),
    ],
    "payment_reached_the_person": [matter_with(flags=WELL - {"reached"})],
    "end_of_claim_is_explained": [
        both(case_with(closure=None), matter_with(flags=WELL - {"told"})),
        matter_with(flags=WELL - {"explained"} | {"end.unenforceable"}),
    ],
}  # fmt: skip
