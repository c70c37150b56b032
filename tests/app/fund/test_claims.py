"""What a person is entitled to, a claim from its first day to the money, and the ledger, at the JSON door."""

from __future__ import annotations

from typing import Any

from tests.factories import cases
from tests.factories.forms import day, form
from tests.factories.staff import Worker
from tests.factories.towns import Town

Codes = list[str]


def claim(town: Town, case_id: str, who: str = "social_worker", **changes: Any) -> Any:
    body = {
        "machine": "fund_claim", "step": "submit_claim", "seen_version": cases.version_of(town.house, case_id),
        "record": form(town.house, "fund_claim", **changes),
    }  # fmt: skip
    return town.post(town.th[who], f"/cases/{case_id}/matters", body)


def step(town: Town, who: str, case_id: str, matter_id: str, name: str, **body: Any) -> Any:
    body.setdefault("seen_version", cases.version_of(town.house, case_id))
    return town.post(town.th[who], f"/cases/{case_id}/matters/{matter_id}/steps/{name}", body)


def thb(units: int) -> dict[str, Any]:
    return {"units": units, "currency": "THB"}


def entitlements(town: Town, case_id: str, worker: Worker | None = None, on: str = "") -> dict[str, Any]:
    answer = town.get(worker or town.th["social_worker"], f"/cases/{case_id}/entitlements{on and '?on=' + on}")
    assert answer.status_code == 200, answer.text
    return {each["code"]: each for each in answer.json()["items"]}


def refused(answer: Any) -> Codes:
    assert answer.status_code == 409, answer.text
    return [each["code"] for each in answer.json()["refusals"]]


def ledger(town: Town, who: str, query: str = "") -> Any:
    answer = town.get(town.th[who], f"/fund/ledger{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_claim_goes_from_one_hand_to_another_until_the_person_has_the_money(town: Town) -> None:
    house, concerns = town.house, day(town.house)
    case_id = cases.bring_case(house, town.th, "recovering")
    # Presumed: the fund of Thailand opens with formal identification.
    assert entitlements(town, case_id) == {}
    assert "claim_is_the_person_s_right" in refused(claim(town, case_id))
    case_id = cases.bring_case(house, town.th, "identified")
    living = entitlements(town, case_id)["fund-living"]
    assert (living["amount"], living["currency"], living["times_a_year"]) == (3000, "THB", 3)
    assert (living["can_be_claimed"], living["used"]["times_left"], living["sources"][0]["id"]) == (True, 3, "TH-FUND")
    # Over the amount and in another currency: refused with figure and source, and nothing is opened.
    over = claim(town, case_id, amount=thb(3001)).json()["refusals"]
    assert [each["code"] for each in over] == ["claim_is_within_the_amount"]
    assert "3001 THB is more than the 3000 THB" in over[0]["missing"] and "TH-FUND" in over[0]["missing"]
    assert "claim_is_in_the_fund_s_currency" in refused(claim(town, case_id, amount={"units": 90, "currency": "USD"}))
    assert refused(claim(town, case_id, person_agrees=False)) == ["claim_is_agreed"]
    made = claim(town, case_id)
    assert made.status_code == 201, made.text
    matter = made.json()["matter"]["id"]
    # Who may claim may not approve; who approves returns it first.
    grounds = {"amount": thb(2500), "reasons": "As the plan says."}
    assert step(town, "social_worker", case_id, matter, "approve_claim", record=grounds).status_code == 403
    back = step(town, "supervisor", case_id, matter, "return_claim", given={"reason": "purpose_unclear"})
    assert back.status_code == 200, back.text
    again = step(
        town, "case_manager", case_id, matter, "resubmit_claim", record=form(house, "fund_claim", what_for="Rent.")
    )
    assert again.json()["matter"]["state"] == "submitted"
    more = step(town, "supervisor", case_id, matter, "approve_claim", record={**grounds, "amount": thb(3100)})
    assert refused(more) == ["approval_is_within_the_claim", "claim_is_within_the_amount"]
    approved = step(town, "supervisor", case_id, matter, "approve_claim", record=grounds).json()["matter"]
    assert (approved["state"], approved["amount"]) == ("approved", 2500)
    pay = {"amount": thb(2600), "paid_on": day(house), "payment_number": "V-1"}
    assert refused(step(town, "supervisor", case_id, matter, "pay_claim", record=pay)) == [
        "payment_is_within_the_approval"
    ]
    pay["amount"] = thb(2500)
    early = {**pay, "paid_on": day(house, 366)}
    assert refused(step(town, "supervisor", case_id, matter, "pay_claim", record=early)) == ["payment_was_made"]
    assert step(town, "supervisor", case_id, matter, "pay_claim", record=pay).status_code == 200
    # The payment does not arrive: booked back, paid again, and then the person has it.
    failed = step(town, "supervisor", case_id, matter, "fail_payment", given={"reason": "did_not_arrive"})
    assert failed.json()["matter"]["state"] == "approved"
    assert step(town, "supervisor", case_id, matter, "pay_claim", record=pay).status_code == 200
    assert step(town, "social_worker", case_id, matter, "close_claim").json()["matter"]["state"] == "closed"
    used = entitlements(town, case_id)["fund-living"]["used"]
    assert (used["approved"], used["paid"], used["times_left"], used["claims"][0]["asked"]) == (2500, 2500, 2, 3000)
    assert used["claims"][0]["concerns"] == concerns
    # The ledger: every movement, sums of them, and the case only for those who have sight of it.
    seen = ledger(town, "supervisor")
    lines = [(each["kind"], each["units"]) for each in seen["items"]]
    assert sorted(lines) == sorted([("approved", 2500), ("paid", 2500), ("paid", -2500), ("paid", 2500)])
    assert [(each["approved"], each["paid"], each["to_pay"]) for each in seen["sums"]] == [(2500, 2500, 0)]
    assert all(each["reference"] for each in seen["items"])
    told = ledger(town, "auditor")
    assert [each["reference"] for each in told["items"]] == [None] * 4 and told["sums"] == seen["sums"]
    assert town.get(town.th["social_worker"], "/fund/ledger").status_code == 403
    assert ledger(town, "auditor", "?year=2001")["items"] == []


def test_what_was_claimed_counts_and_what_is_withdrawn_comes_back(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "identified")
    therapy = {"entitlement": "fund-therapy"}
    first = claim(town, case_id, **therapy, amount=thb(15000)).json()["matter"]["id"]
    rest = claim(town, case_id, **therapy, amount=thb(6000)).json()["refusals"]
    assert "6000 THB is more than the 5000 THB" in rest[0]["missing"]
    grounds = {"amount": thb(15000), "reasons": "Recommended by the psychologist."}
    assert step(town, "national_focal_point", case_id, first, "approve_claim", record=grounds).status_code == 200
    gone = step(town, "social_worker", case_id, first, "withdraw_claim", given={"reason": "need_over"})
    assert gone.json()["matter"]["state"] == "withdrawn"
    assert claim(town, case_id, **therapy, amount=thb(20000)).status_code == 201
    sums = {each["entitlement"]: each for each in ledger(town, "national_focal_point")["sums"]}
    assert (sums["fund-therapy"]["approved"], sums["fund-therapy"]["paid"]) == (0, 0)
    # What two persons rest on is never rewritten.
    record = town.get(town.th["social_worker"], f"/cases/{case_id}/records").json()["items"]
    filed = next(each for each in record if each["kind"] == "fund_claim")
    body = {
        "record": form(town.house, "fund_claim", **therapy), "corrects": filed["id"],
        "seen_version": cases.version_of(town.house, case_id),
    }  # fmt: skip
    assert refused(town.post(town.th["social_worker"], f"/cases/{case_id}/records/fund_claim", body)) == [
        "belongs_to_a_step"
    ]


def test_what_did_not_arrive_is_not_paid_beyond_the_policy_and_a_closed_claim_owes_nothing(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "identified")

    def paid(matter: str, units: int) -> Any:
        record = {"amount": thb(units), "paid_on": day(town.house), "payment_number": "V-1"}
        return step(town, "supervisor", case_id, matter, "pay_claim", record=record)

    def approved(units: int) -> str:
        made = claim(town, case_id, entitlement="fund-therapy", amount=thb(units)).json()["matter"]["id"]
        grounds = {"amount": thb(units), "reasons": "Recommended by the psychologist."}
        assert step(town, "supervisor", case_id, made, "approve_claim", record=grounds).status_code == 200
        return str(made)

    first = approved(20_000)
    assert paid(first, 5_000).status_code == 200
    second = approved(15_000)
    assert paid(second, 15_000).status_code == 200
    # The first payment comes back, and what it had left is the second claim's by now.
    lost = step(town, "supervisor", case_id, first, "fail_payment", given={"reason": "did_not_arrive"})
    assert lost.json()["matter"]["state"] == "approved"
    beyond = paid(first, 20_000)
    assert refused(beyond) == ["payment_is_within_the_amount"]
    assert "20000 THB is more than the 5000 THB" in beyond.json()["refusals"][0]["missing"]
    assert paid(first, 5_000).status_code == 200
    for each in (first, second):
        assert step(town, "social_worker", case_id, each, "close_claim").status_code == 200
    sums = [(each["approved"], each["paid"], each["to_pay"]) for each in ledger(town, "supervisor")["sums"]]
    assert sums == [(20_000, 20_000, 0)]
