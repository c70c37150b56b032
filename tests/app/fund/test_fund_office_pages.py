"""The same through the pages: claimed on the case, decided and paid at the fund's desk, confirmed with the person."""

from __future__ import annotations

import re

import pytest

from tests.app.fund.test_fund_office import FUND, NAME, a_case, duties, only, state_of
from tests.factories.forms import day
from tests.factories.pages import browser_at
from tests.factories.staff import add_user
from tests.factories.towns import Town
from tests.gates.case_forms import path_of, posted


def test_a_claim_is_decided_and_paid_at_the_desk_of_the_fund(town: Town) -> None:
    officer, cashier = add_user(town.house, FUND, "fund_officer"), add_user(town.house, FUND, "fund_cashier")
    case_id = a_case(town)
    case = path_of(town, case_id)
    us = browser_at(town, town.th["social_worker"])
    ask = f"{case}/steps/fund_claim/submit_claim"
    us.get(ask)
    fields = posted(town, "fund_claim", what_for="Canary of the story.", shown_by=["receipt"])
    assert us.post(ask, us.form(ask).fields | fields).status_code == 303
    own = us.follow().text
    assert "Approve the claim" not in own, "nobody is led to what is for the fund to say"
    chief = browser_at(town, town.th["supervisor"])
    matter = re.search(rf"{case}/matters/[0-9a-f-]+", own)
    assert matter is not None
    assert "Approve the claim" not in chief.get(matter[0]).text
    them = browser_at(town, officer)
    home = them.get("/")
    assert (home.status_code, home.headers["location"]) == (303, "/fund/claims"), "their day begins with the claims"
    page = f"/fund/claims/{only(town, officer)['id']}"
    found = them.get("/fund/claims").text
    assert page in found and "Fund, cost of living" in found
    seen = them.get(page).text
    assert "at most 3 times a year" in seen and "Receipt or bill" in seen and "/guidelines/TH-FUND" in seen
    for secret in (NAME, case, case.rpartition("/")[2], "Canary", case_id, matter[0].rpartition("/")[2]):
        assert secret not in seen + found + them.get("/notices").text
    for closed in (case, matter[0], f"{case}/entitlements", f"{matter[0]}/steps/approve_claim"):
        assert them.get(closed).status_code in (403, 404)
    assert "Record the payment" not in seen

    def send(action: str, **typed: str) -> int:
        them.get(page)
        return them.post(f"{page}/{action}", them.form(f"{page}/{action}").fields | typed).status_code

    assert send("return") == 422 and send("decline") == 422, "not without a reason"
    assert send("approve", units="many", reasons="x") == 422
    assert send("approve", units="2500") == 422, "not without grounds"
    them.get(page)
    much = them.post(f"{page}/approve", them.form(f"{page}/approve").fields | {"units": "3001", "reasons": "x"})
    assert much.status_code == 409
    assert "3001 is more than the 3000 that was asked for" in much.text
    assert send("approve", units="2 500", reasons="As the plan says.") == 303
    assert "Saved. Who claims was told." in them.follow().text
    assert "The office of the fund has answered a claim." in us.get("/notices").text
    told = us.get(page).text
    assert matter[0] in told and "2 500" in told.replace("\u202f", " "), "who claims is led back to the case"
    pays = browser_at(town, cashier)
    year, month, at = day(town.house).split("-")
    paid = {"units": "2500", "paid_on_day": at, "paid_on_month": month, "paid_on_year": year, "payment_number": "V-1"}

    def book(action: str, **typed: str) -> int:
        pays.get(page)
        return pays.post(f"{page}/{action}", pays.form(f"{page}/{action}").fields | typed).status_code

    assert book("pay", **{**paid, "paid_on_day": "40"}) == 422
    assert book("pay", **{**paid, "payment_number": " "}) == 422
    assert book("pay", **{**paid, "units": "2501"}) == 409
    assert book("pay", **paid) == 303
    assert book("fail") == 422
    assert book("fail", failure_reason="wrong_account") == 303
    assert book("pay", **paid) == 303
    matter_id = matter[0].rpartition("/")[2]
    assert state_of(town, case_id, matter_id) == "paid"
    assert duties(town, case_id, matter_id) == {("confirm_payment", "social_worker", "th-shelter-tak")}
    assert "2 500" in them.get("/reports/fund").text.replace("\u202f", " ")


@pytest.mark.parametrize("role", ["social_worker", "case_manager", "national_focal_point"])
def test_whoever_claims_follows_and_does_not_decide(town: Town, role: str) -> None:
    officer, _ = add_user(town.house, FUND, "fund_officer"), add_user(town.house, FUND, "fund_cashier")
    case_id = a_case(town)
    us = browser_at(town, town.th["social_worker"])
    ask = f"{path_of(town, case_id)}/steps/fund_claim/submit_claim"
    us.get(ask)
    assert us.post(ask, us.form(ask).fields | posted(town, "fund_claim")).status_code == 303
    page = f"/fund/claims/{only(town, officer)['id']}"
    seen = browser_at(town, town.th[role]).get(page).text
    assert path_of(town, case_id) in seen
    assert 'action="/fund/claims/' not in seen
    them = browser_at(town, officer)
    them.get(page)
    send = {**them.form(f"{page}/return").fields, "return_reason": "documents_missing"}
    assert them.post(f"{page}/return", send).status_code == 303
    assert "Bills or papers are missing" in browser_at(town, town.th[role]).get(page).text
    assert 'action="/fund/claims/' not in them.get(page).text, "the next word is the team's"
