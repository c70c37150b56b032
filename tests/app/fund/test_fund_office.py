"""The fund's own office decides on a claim and pays it without sight of the case; nothing outlives the consent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.casework import refold
from app.casework.held import hold_case
from app.casework.tasks import TABLE as TASK
from app.casework.transfers import CLAIMS
from app.models.office import Office
from app.worker import Worker as Machine
from tests.app.fund.test_claims import claim, refused, step, thb
from tests.factories import cases
from tests.factories.forms import day, form
from tests.factories.staff import Worker, add_user
from tests.factories.towns import Town
from tests.inspect import reading

FUND, NGO = "th-fund", "th-ngo"
NAME = "Mya Thandar"
GROUNDS = "As the plan says."


def a_case(town: Town) -> str:
    case_id: str = cases.bring_case(town.house, town.th, "identified")
    body = {
        "identity": {"given_names": NAME, "phone": "+66 2 555"}, "seen_version": cases.version_of(town.house, case_id),
    }  # fmt: skip
    assert town.post(town.th["social_worker"], f"/cases/{case_id}/identity", body).status_code == 200
    return case_id


@pytest.fixture
def officer(town: Town) -> Worker:
    """Who decides at the fund; somebody who pays is there, too."""
    return add_user(town.house, FUND, "fund_officer")


@pytest.fixture
def cashier(town: Town) -> Worker:
    return add_user(town.house, FUND, "fund_cashier")


def claimed(town: Town, case_id: str, **changes: Any) -> str:
    made = claim(town, case_id, **changes)
    assert made.status_code == 201, made.text
    return str(made.json()["matter"]["id"])


def waiting(town: Town, there: Worker) -> list[dict[str, Any]]:
    answer = town.get(there, "/fund/claims")
    assert answer.status_code == 200, answer.text
    return [each for each in answer.json()["for_us"] if each["ended_at"] is None]


def only(town: Town, there: Worker) -> dict[str, Any]:
    found = waiting(town, there)
    assert len(found) == 1, found
    return found[0]


def act(town: Town, there: Worker, claim_id: str, verb: str, **body: Any) -> Any:
    return town.post(there, f"/fund/claims/{claim_id}/{verb}", body)


def approve(town: Town, there: Worker, claim_id: str, units: int = 3000) -> Any:
    return act(town, there, claim_id, "approve", units=units, reasons=GROUNDS)


def pay(town: Town, there: Worker, claim_id: str, units: int = 3000, **changes: Any) -> Any:
    body = {"units": units, "paid_on": day(town.house), "payment_number": "V-1", **changes}
    return act(town, there, claim_id, "pay", **body)


def news(town: Town, worker: Worker) -> list[str]:
    return [str(each["kind"]) for each in town.get(worker, "/notices").json()["items"] if "claim_" in each["kind"]]


def duties(town: Town, case_id: str, matter: str) -> set[tuple[str, str, str]]:
    query = (
        select(TASK.c.kind, TASK.c.role, Office.code)
        .join(Office, Office.id == TASK.c.office_id)
        .where(TASK.c.case_id == case_id, TASK.c.matter_id == matter, TASK.c.state == "open")
    )
    with reading(town.house.db) as session:
        return {(row.kind, row.role, row.code) for row in session.execute(query)}


def state_of(town: Town, case_id: str, matter: str) -> str:
    found = cases.facts_of(town.house, case_id).matter(matter)
    assert found is not None
    return found.state


def follows_from_history(town: Town, case_id: str) -> None:
    with town.house.db.read() as session:
        held = hold_case(town.house.system_desk(session, "TH"), case_id, lock=False)
        assert refold.case_facts(town.house.system_desk(session, "TH"), held) == held.facts


def test_the_fund_decides_and_pays_without_the_case(town: Town, officer: Worker, cashier: Worker) -> None:
    case_id = a_case(town)
    matter = claimed(town, case_id, shown_by=["receipt"], what_for="Canary of the story.")
    seen = only(town, officer)
    assert (seen["number"][:2], seen["entitlement"], seen["claimed"]) == ("F-", "fund-living", 3000)
    assert (seen["person"], seen["shown_by"], seen["ours"]) == ("identified", ["receipt"], True)
    path = f"/fund/claims/{seen['id']}"
    whole = town.get(officer, path)
    limits = whole.json()["limits"]
    assert (limits["amount"], limits["most"], limits["times_a_year"], limits["times_used"]) == (3000, 3000, 3, 0)
    assert [each["id"] for each in limits["sources"]] == ["TH-FUND"]
    case = town.get(town.th["social_worker"], f"/cases/{case_id}").json()
    for secret in (case_id, case["reference"], NAME, matter, "Canary"):
        assert secret not in whole.text + town.get(officer, "/fund/claims").text
    for there in (officer, cashier):
        for way in ("", "/matters", "/timeline", "/records", "/entitlements", "/identity"):
            assert town.get(there, f"/cases/{case_id}{way}").status_code in (403, 404), "a claim opens no case"
        assert town.get(there, f"/cases/{case_id}/matters/{matter}").status_code in (403, 404)
    assert news(town, officer) == ["claim_asked"]
    assert duties(town, case_id, matter) == {("decide_claim", "fund_officer", FUND)}
    # Whoever holds the case, or speaks for the country, does not decide in the fund's name.
    for who in ("supervisor", "national_focal_point"):
        again = step(town, who, case_id, matter, "return_claim", given={"reason": "purpose_unclear"})
        assert refused(again) == ["fund_office_decides"]
        assert act(town, town.th[who], seen["id"], "return", reason="other").status_code == 404
    assert approve(town, cashier, seen["id"]).status_code == 403, "who pays does not decide"
    assert pay(town, officer, seen["id"]).status_code == 403
    back = act(town, officer, seen["id"], "return", reason="documents_missing")
    assert (back.json()["state"], back.json()["reason"]) == ("returned", "documents_missing")
    assert duties(town, case_id, matter) == {("complete_claim", "social_worker", "th-shelter-tak")}
    assert news(town, town.th["social_worker"]) == ["claim_answered"]
    again = step(
        town, "case_manager", case_id, matter, "resubmit_claim",
        record=form(town.house, "fund_claim", shown_by=["receipt", "care_plan"]),
    )  # fmt: skip
    assert again.status_code == 200, again.text
    assert sorted(only(town, officer)["shown_by"]) == ["care_plan", "receipt"]
    assert refused(approve(town, officer, seen["id"], 3001)) == [
        "approval_is_within_the_claim", "claim_is_within_the_amount",
    ]  # fmt: skip
    part = approve(town, officer, seen["id"], 2500)
    assert (part.status_code, part.json()["state"], part.json()["approved"]) == (200, "approved", 2500)
    assert duties(town, case_id, matter) == {("pay_claim", "fund_cashier", FUND)}
    assert "claim_to_pay" in news(town, cashier)
    assert refused(pay(town, cashier, seen["id"], 2600)) == ["payment_is_within_the_approval"]
    assert refused(pay(town, cashier, seen["id"], 2500, paid_on=day(town.house, 366))) == ["payment_was_made"]
    assert pay(town, cashier, seen["id"], 2500).json()["state"] == "paid"
    assert act(town, cashier, seen["id"], "fail", reason="did_not_arrive").json()["state"] == "approved"
    assert pay(town, cashier, seen["id"], 2500).json()["paid"] == 2500
    assert duties(town, case_id, matter) == {("confirm_payment", "social_worker", "th-shelter-tak")}
    follows_from_history(town, case_id)
    closed = step(town, "social_worker", case_id, matter, "close_claim")
    assert closed.json()["matter"]["state"] == "closed"
    over = town.get(officer, path).json()
    assert (over["state"], over["limits"]) == ("closed", None), "what comes after is not the fund's to follow"
    assert act(town, officer, seen["id"], "return", reason="other").json()["code"] == "asking_ended"
    line = town.get(town.th["social_worker"], f"/cases/{case_id}/timeline").json()["items"]
    by = [(each["step"], each["actor"]["id"]) for each in line if each.get("step")]
    assert ("approve_claim", officer.id) in by and ("pay_claim", cashier.id) in by
    book = town.get(officer, "/fund/ledger").json()
    assert [(each["approved"], each["paid"]) for each in book["sums"]] == [(2500, 2500)]
    assert all(each["reference"] is None for each in book["items"])
    mine = town.get(town.th["social_worker"], "/fund/claims").json()["sent"]
    assert [each["matter_id"] for each in mine] == [matter], "who claims finds the way back to the case"
    follows_from_history(town, case_id)


def test_what_earlier_claims_took_is_told_and_a_declined_one_gives_it_back(
    town: Town, officer: Worker, cashier: Worker
) -> None:
    case_id = a_case(town)
    claimed(town, case_id, entitlement="fund-therapy", amount=thb(15_000))
    second = claimed(town, case_id, entitlement="fund-therapy", amount=thb(4_000))
    first = next(each for each in waiting(town, officer) if each["claimed"] == 15_000)
    assert approve(town, officer, first["id"], 12_000).status_code == 200
    other = next(each for each in waiting(town, officer) if each["claimed"] == 4_000)
    limits = town.get(officer, f"/fund/claims/{other['id']}").json()["limits"]
    assert limits["most"] == 8_000
    assert [(each["claimed"], each["approved"]) for each in limits["earlier"]] == [(15_000, 12_000)]
    no = act(town, officer, other["id"], "decline", reason="not_shown").json()
    assert (no["state"], no["reason"]) == ("declined", "not_shown")
    assert duties(town, case_id, second) == set()
    assert {each["id"] for each in waiting(town, officer)} == {first["id"]}


def test_where_nobody_of_the_fund_works_who_holds_the_case_decides(town: Town) -> None:
    case_id = a_case(town)
    officer = add_user(town.house, FUND, "fund_officer")
    matter = claimed(town, case_id)
    assert waiting(town, officer) == [], "somebody has to pay there, too"
    assert duties(town, case_id, matter) == {("decide_claim", "supervisor", "th-shelter-tak")}
    back = step(town, "supervisor", case_id, matter, "return_claim", given={"reason": "other"})
    assert back.status_code == 200
    add_user(town.house, FUND, "fund_cashier")
    again = step(town, "social_worker", case_id, matter, "resubmit_claim", record=form(town.house, "fund_claim"))
    assert again.status_code == 200
    assert only(town, officer)["state"] == "submitted", "who decides is found out at each submission"


def test_two_persons_are_asked_for_at_the_fund_too(town: Town, cashier: Worker) -> None:
    both = add_user(town.house, FUND, "fund_officer", "fund_cashier", "social_worker")
    case_id = a_case(town)
    claimed(town, case_id)
    found = only(town, both)
    assert approve(town, both, found["id"]).status_code == 200
    assert pay(town, both, found["id"]).status_code == 200, "approving and paying are split by the roles of a ministry"


def test_a_claim_that_leaves_the_house_needs_consent_and_ends_with_it(
    town: Town, officer: Worker, cashier: Worker
) -> None:
    """The claimant is of an organisation, and the fund is the ministry's."""
    worker = add_user(town.house, NGO, "social_worker", "case_manager", "supervisor")
    staff = {**town.th, "social_worker": worker, "case_manager": worker}
    case_id = str(cases.bring_case(town.house, {**staff, "supervisor": worker}, "identified"))

    def asked(**changes: Any) -> Any:
        body = {
            "machine": "fund_claim", "step": "submit_claim", "seen_version": cases.version_of(town.house, case_id),
            "record": form(town.house, "fund_claim", **changes),
        }  # fmt: skip
        return town.post(worker, f"/cases/{case_id}/matters", body)

    def agree(**changes: Any) -> None:
        more = {"recipient": FUND, "data_groups": ["needs"], **changes}
        cases.add(town.house, worker, case_id, "consent", purpose="assistance", **more)

    no = asked()
    assert refused(no) == ["consent_for_claim"]
    assert "learns of: needs" in no.json()["refusals"][0]["missing"]
    agree()
    medical = {"entitlement": "fund-medical"}
    assert refused(asked(**medical)) == ["consent_for_claim"], "what is for health tells of health"
    first = asked().json()["matter"]["id"]
    found = only(town, officer)
    assert approve(town, officer, found["id"]).status_code == 200
    second = asked().json()["matter"]["id"]
    waits = next(each for each in waiting(town, officer) if each["state"] == "submitted")
    cases.add(town.house, worker, case_id, "consent_withdrawal", purposes=["assistance"], recipients=[FUND])
    assert state_of(town, case_id, second) == "withdrawn"
    assert town.get(officer, f"/fund/claims/{waits['id']}").json()["reason"] == "consent_withdrawn"
    assert state_of(town, case_id, first) == "approved", "what is owed stays owed"
    gone = town.get(cashier, f"/fund/claims/{found['id']}").json()
    assert (gone["consent_gone"], gone["limits"]) == (True, None)
    assert {"claim_withdrawn", "claim_consent"} <= set(news(town, officer))
    assert pay(town, cashier, found["id"]).status_code == 200, "a payment that was made is written down"
    agree(valid_until=day(town.house, 3))
    third = asked().json()["matter"]["id"]
    late = next(each for each in waiting(town, officer) if each["state"] == "submitted")
    town.clock.advance(timedelta(days=5))
    seen = town.get(officer, f"/fund/claims/{late['id']}").json()
    assert (seen["consent_gone"], seen["limits"]) == (True, None), "consent is asked anew at each look"
    assert refused(approve(town, officer, late["id"])) == ["consent_for_claim"]
    assert state_of(town, case_id, third) == "submitted"
    follows_from_history(town, case_id)


def test_time_runs_out_for_the_decision_and_for_the_payment(town: Town, officer: Worker, cashier: Worker) -> None:
    case_id = a_case(town)
    claimed(town, case_id)
    town.clock.advance(timedelta(days=40))
    Machine(town.house).watch()
    Machine(town.house).watch()
    found = only(town, officer)
    assert found["late"] is True
    assert news(town, officer).count("claim_late") == 1
    assert "claim_late" in news(town, town.th["social_worker"])
    assert approve(town, officer, found["id"]).json()["late"] is False, "the time of the payment begins"
    town.clock.advance(timedelta(days=40))
    Machine(town.house).watch()
    assert news(town, cashier).count("claim_late") == 1


def test_walls_hide_a_claim_and_a_body_that_is_kept_away_is_not_asked(
    town: Town, officer: Worker, cashier: Worker
) -> None:
    case_id = a_case(town)
    claimed(town, case_id)
    found = only(town, officer)
    body = {"against": "user", "value": officer.id, "why": "complicity", "reason": "Seen with them."}
    made = town.post(town.th["case_manager"], f"/cases/{case_id}/blocks", body)
    assert made.status_code == 201, made.text
    assert town.get(officer, f"/fund/claims/{found['id']}").status_code == 404
    assert approve(town, officer, found["id"]).status_code == 404
    assert waiting(town, officer) == [] and only(town, cashier)["id"] == found["id"]


BAD = [
    ("return", {}), ("return", {"reason": "weather"}), ("return", {"reason": ""}), ("return", {"reason": 3}),
    ("return", {"reason": "other", "note": "more"}), ("decline", {"reason": "documents_missing"}), ("decline", {}),
    ("approve", {"units": 3000}), ("approve", {"units": -1, "reasons": "x"}),
    ("approve", {"units": 2.5, "reasons": "x"}), ("approve", {"units": "3000", "reasons": "x"}),
    ("approve", {"units": 3000, "reasons": ""}), ("approve", {"units": 3000, "reasons": " "}),
    ("approve", {"units": 3000, "reasons": "x", "currency": "USD"}), ("approve", {"units": 10**13, "reasons": "x"}),
]  # fmt: skip
PAID: dict[str, Any] = {"units": 1, "paid_on": "2026-02-01", "payment_number": "V"}
BAD_PAYMENTS: list[dict[str, Any]] = [
    {}, {**PAID, "paid_on": "soon"}, {**PAID, "paid_on": "2026-02-30"}, {**PAID, "paid_on": None},
    {**PAID, "units": None}, {**PAID, "payment_number": ""}, {**PAID, "payment_number": "V" * 301},
]  # fmt: skip


def test_bad_input_is_refused_and_changes_nothing(town: Town, officer: Worker, cashier: Worker) -> None:
    case_id = a_case(town)
    claimed(town, case_id)
    found = only(town, officer)
    for verb, body in BAD:
        answer = town.post(officer, f"/fund/claims/{found['id']}/{verb}", body)
        assert answer.status_code == 422, (verb, body, answer.text)
    assert only(town, officer)["state"] == "submitted"
    assert approve(town, officer, found["id"]).status_code == 200
    for body in BAD_PAYMENTS:
        answer = town.post(cashier, f"/fund/claims/{found['id']}/pay", body)
        assert answer.status_code == 422, (body, answer.text)
    assert town.post(cashier, f"/fund/claims/{found['id']}/fail", {"reason": "other"}).status_code == 409
    for id in ("x", "0" * 36, case_id):
        assert town.get(officer, f"/fund/claims/{id}").status_code == 404
        assert act(town, officer, id, "decline", reason="other").status_code == 404
    assert only(town, officer)["state"] == "approved"


def test_rows_say_who_claims_and_who_decides(town: Town, officer: Worker, cashier: Worker) -> None:
    case_id = a_case(town)
    claimed(town, case_id)
    found = only(town, officer)
    with reading(town.house.db) as session:
        row = session.execute(select(CLAIMS).where(CLAIMS.c.id == found["id"])).one()
    assert row.office_id == officer.office_id
    assert row.from_office_id == town.th["social_worker"].office_id
    assert (row.asked_by, row.case_id) == (town.th["social_worker"].id, case_id)
