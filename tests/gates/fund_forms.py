"""Forms of the pages of the fund's office: for each state-changing route one that would change something, filled in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from app.casework.transfers import CLAIMS
from tests.factories import cases
from tests.factories.forms import day, form
from tests.factories.staff import Worker, add_user
from tests.factories.towns import Town
from tests.gates.case_forms import Ready, filled
from tests.inspect import reading

FUND = "th-fund"


def claimed(town: Town, **changes: Any) -> tuple[Worker, Worker, str]:
    """Who decides at the fund, who pays there, and the address of what was claimed."""
    officer, cashier = add_user(town.house, FUND, "fund_officer"), add_user(town.house, FUND, "fund_cashier")
    case_id = cases.bring_case(town.house, town.th, "identified")
    record = form(town.house, "fund_claim", shown_by=["receipt"], **changes)
    made = cases.take(town.house, town.th["social_worker"], case_id, "submit_claim", record)
    with reading(town.house.db) as session:
        query = select(CLAIMS.c.id).where(CLAIMS.c.matter_id == made.matter_id)
        return officer, cashier, f"/fund/claims/{session.execute(query).scalar_one()}"


def approved(town: Town) -> tuple[Worker, Worker, str]:
    """The same, approved."""
    officer, cashier, path = claimed(town)
    said = town.post(officer, f"{path}/approve", {"units": 3000, "reasons": "As the plan says."})
    assert said.status_code == 200, said.text
    return officer, cashier, path


def paid(town: Town) -> tuple[Worker, Worker, str]:
    """The same, paid."""
    officer, cashier, path = approved(town)
    body = {"units": 3000, "paid_on": day(town.house), "payment_number": "V-1"}
    assert town.post(cashier, f"{path}/pay", body).status_code == 200
    return officer, cashier, path


def returning(town: Town) -> Ready:
    """Return the claim."""
    officer, _, path = claimed(town)
    return filled(town, officer, path, f"{path}/return", return_reason="documents_missing")


def approving(town: Town) -> Ready:
    """Approve it."""
    officer, _, path = claimed(town)
    return filled(town, officer, path, f"{path}/approve", units="3000", reasons="As the plan says.")


def declining(town: Town) -> Ready:
    """Decline it."""
    officer, _, path = claimed(town)
    return filled(town, officer, path, f"{path}/decline", decline_reason="not_shown")


def paying(town: Town) -> Ready:
    """Record the payment."""
    _, cashier, path = approved(town)
    year, month, at = day(town.house).split("-")
    return filled(
        town, cashier, path, f"{path}/pay", units="3000", paid_on_day=at, paid_on_month=month, paid_on_year=year,
        payment_number="V-1",
    )  # fmt: skip


def failing(town: Town) -> Ready:
    """Record that it failed."""
    _, cashier, path = paid(town)
    return filled(town, cashier, path, f"{path}/fail", failure_reason="did_not_arrive")


FUND_FORMS: dict[str, Callable[[Town], Ready]] = {
    "/fund/claims/{claim_id}/return": returning,
    "/fund/claims/{claim_id}/approve": approving,
    "/fund/claims/{claim_id}/decline": declining,
    "/fund/claims/{claim_id}/pay": paying,
    "/fund/claims/{claim_id}/fail": failing,
}
