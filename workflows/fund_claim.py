"""Claim to the fund: asked for by one person, decided and paid by another, followed until the person has the money."""

from __future__ import annotations

from enum import StrEnum

from policies.model import FieldGroup
from workflows.effects import CloseTask, OpenTask
from workflows.entitlements import CLAIM
from workflows.guards.fund import (
    approval_is_within_the_claim,
    claim_days_are_free,
    claim_is_agreed,
    claim_is_another_s,
    claim_is_in_the_fund_s_currency,
    claim_is_the_person_s_right,
    claim_is_within_the_amount,
    claim_is_within_the_days,
    claim_is_within_the_times,
    consent_for_claim,
    fund_office_decides,
    payment_is_within_the_amount,
    payment_is_within_the_approval,
    payment_was_made,
)
from workflows.guards.protection import case_is_open
from workflows.matter import MATTER
from workflows.step import MachineSpec, Step


class FundClaim(StrEnum):
    """Where one claim to the fund stands."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    PAID = "paid"
    CLOSED = "closed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


F = FundClaim

LIMITS = (
    claim_is_the_person_s_right, claim_is_in_the_fund_s_currency, claim_is_within_the_amount,
    claim_is_within_the_times, claim_is_within_the_days, claim_days_are_free,
)
CLAIMED = (case_is_open, claim_is_agreed, *LIMITS, consent_for_claim)
READ, APPROVE, PAY = "claim:read", "fund:approve", "fund:pay"
# Of whoever holds the case, or of the fund's own office where people of it work here (docs/decisions/0045).
ANSWER = OpenTask("decide_claim", "supervisor", "fund_answer", there="fund_officer")
PAYMENT = OpenTask("pay_claim", "supervisor", "fund_payment", there="fund_cashier")
ANSWERED = CloseTask("decide_claim")

STEPS = (
    Step(
        "submit_claim", "Claim from the fund", (), F.SUBMITTED, "fund:claim", CLAIMED, (ANSWER,),
        form="fund_claim", form_required=True,
    ),
    Step(
        "return_claim", "Return the claim for information", (F.SUBMITTED,), F.RETURNED, APPROVE,
        (case_is_open, claim_is_another_s, fund_office_decides),
        (ANSWERED, OpenTask("complete_claim", "social_worker", "fund_answer")),
        given={"reason": "fund_return_reason"},
    ),
    Step(
        "resubmit_claim", "Submit the claim again", (F.RETURNED,), F.SUBMITTED, "fund:claim", CLAIMED,
        (CloseTask("complete_claim"), ANSWER),
        form="fund_claim", form_required=True,
    ),
    # Between claim and decision the law or another claim may have changed: every limit is asked again.
    Step(
        "approve_claim", "Approve the claim", (F.SUBMITTED,), F.APPROVED, APPROVE,
        (
            case_is_open, claim_is_another_s, fund_office_decides, approval_is_within_the_claim, *LIMITS,
            consent_for_claim,
        ),
        (ANSWERED, PAYMENT),
        form="fund_approval", form_required=True,
    ),
    Step(
        "decline_claim", "Decline the claim", (F.SUBMITTED,), F.DECLINED, APPROVE,
        (case_is_open, claim_is_another_s, fund_office_decides), (ANSWERED,),
        given={"reason": "fund_decline_reason"},
    ),
    Step(
        "pay_claim", "Record the payment", (F.APPROVED,), F.PAID, PAY,
        (
            case_is_open, claim_is_another_s, fund_office_decides, payment_is_within_the_approval,
            payment_is_within_the_amount, payment_was_made, claim_is_in_the_fund_s_currency,
        ),
        (CloseTask("pay_claim"), OpenTask("confirm_payment", "social_worker", "fund_payment")),
        form="fund_payment", form_required=True,
    ),
    # What was booked stays; the ledger gets the same amount back and the claim can be paid again.
    Step(
        "fail_payment", "Record that the payment failed", (F.PAID,), F.APPROVED, PAY,
        (case_is_open, claim_is_another_s, fund_office_decides),
        (CloseTask("confirm_payment"), PAYMENT),
        given={"reason": "fund_failure_reason"},
    ),
    Step(
        "close_claim", "Record that the person has the money", (F.PAID,), F.CLOSED, "fund:claim", (case_is_open,),
        (CloseTask("confirm_payment"),),
    ),
    Step(
        "withdraw_claim", "Withdraw the claim", (F.SUBMITTED, F.RETURNED, F.APPROVED), F.WITHDRAWN, "fund:claim",
        (case_is_open,),
        tuple(CloseTask(kind, by_the_way=True) for kind in ("decide_claim", "complete_claim", "pay_claim")),
        given={"reason": "fund_withdrawal_reason"},
    ),
)  # fmt: skip

MACHINE = MachineSpec(
    CLAIM, "Claims to the fund", FundClaim, (F.SUBMITTED,), frozenset({F.CLOSED, F.DECLINED, F.WITHDRAWN}), STEPS,
    MATTER, group=FieldGroup.LEGAL, about="entitlement",
    deciding=frozenset({"approve_claim", "decline_claim", "return_claim"}),
)
