"""Blocks and conflicts: they win over every right, in every list and page, from this moment on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.factories import cases, referrals
from tests.factories.staff import add_user
from tests.factories.towns import Town

REASON = "The officer is a brother of the recruiter."
NOWHERE = "/cases/3f2c9a54-7d0e-4f5e-9d53-0a5d2c1b8e77"


def block(town: Town, case_id: str, against: str, value: str, who: str = "supervisor", **more: Any) -> Any:
    body = {"against": against, "value": value, "why": "family", "reason": REASON, **more}
    return town.post(town.th[who], f"/cases/{case_id}/blocks", body)


def test_a_blocked_account_loses_the_case_whatever_its_role(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "recovering")
    for role in ("national_focal_point", "social_worker", "data_protection_officer"):
        worker = town.th[role]
        assert town.get(worker, f"/cases/{case_id}").status_code == 200
        answer = block(town, case_id, "user", worker.id)
        assert answer.status_code == 201, answer.text
        gone = town.get(worker, f"/cases/{case_id}")
        assert (gone.status_code, gone.content) == (404, town.get(worker, NOWHERE).content)
        assert case_id not in {row["id"] for row in town.get(worker, "/cases?limit=100").json()["items"]}
        tasks = town.get(worker, "/tasks?limit=100").json().get("items", [])
        assert case_id not in {task["case_id"] for task in tasks}
    shown = town.get(town.th["supervisor"], f"/cases/{case_id}/blocks").json()["items"]
    assert len(shown) == 3 and all(each["in_force"] for each in shown)
    officer = town.th["data_protection_officer"]
    mine = next(each for each in shown if each["value"] == officer.id)
    path, reason = f"/cases/{case_id}/blocks/{mine['id']}/lift", {"reason": "It was somebody else."}
    lifted = town.post(town.th["supervisor"], path, reason)
    assert lifted.status_code == 200 and not lifted.json()["in_force"]
    assert town.get(officer, f"/cases/{case_id}").status_code == 200
    again = town.post(town.th["supervisor"], path, reason)
    assert (again.status_code, again.json()["code"]) == (409, "block_lifted")


def test_a_blocked_agency_loses_the_case_and_its_referrals(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    manager = town.th["case_manager"]
    case_id = town.get(manager, f"/referrals/{pair.sent_from}").json()["case_id"]
    member = add_user(town.house, "th-legal-aid", "legal_officer")
    cases.join(town.house, case_id, member)
    assert town.get(member, f"/cases/{case_id}").status_code == 200
    assert block(town, case_id, "organisation", member.organisation, "case_manager").status_code == 201
    assert town.get(member, f"/cases/{case_id}").status_code == 404
    assert town.get(member, f"/referrals/{pair.sent_from}").status_code == 404


def test_a_block_for_a_time_ends_by_itself(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    worker = town.th["national_focal_point"]
    until = (town.clock.now() + timedelta(days=1)).isoformat()
    assert block(town, case_id, "user", worker.id, until=until).status_code == 201
    assert town.get(worker, f"/cases/{case_id}").status_code == 404
    town.clock.advance(timedelta(days=1))
    assert town.get(worker, f"/cases/{case_id}").status_code == 200


def test_a_blocked_country_is_a_circumstance_of_the_case(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    assert block(town, case_id, "country", "MM").status_code == 201
    assert cases.facts_of(town.house, case_id).blocked_countries == {"MM"}
    (shown,) = town.get(town.th["supervisor"], f"/cases/{case_id}/blocks").json()["items"]
    path = f"/cases/{case_id}/blocks/{shown['id']}/lift"
    assert town.post(town.th["supervisor"], path, {"reason": "Talked it through."}).status_code == 200
    assert cases.facts_of(town.house, case_id).blocked_countries == set()


def test_blocks_that_make_no_sense_are_refused(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    boss = town.th["supervisor"]
    wrong = [
        ("country", "TH"), ("country", "XX"), ("organisation", boss.organisation), ("organisation", "nobody"),
        ("user", boss.id), ("user", town.mm["supervisor"].id), ("user", "x"), ("planet", "MM"),
    ]  # fmt: skip
    for against, value in wrong:
        assert block(town, case_id, against, value).status_code == 422, (against, value)
    assert block(town, case_id, "user", town.th["auditor"].id, until="2020-01-01T00:00:00Z").status_code == 422
    assert town.get(boss, f"/cases/{case_id}/blocks").json()["items"] == []
    assert block(town, case_id, "user", town.th["auditor"].id, "social_worker").status_code == 403


def test_a_referral_can_be_blocked_before_there_is_a_case(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    officer, border = town.mm["national_focal_point"], add_user(town.house, "mm-dor", "national_focal_point")
    assert town.get(border, f"/referrals/{pair.arrived}").status_code == 200
    body = {"against": "user", "value": border.id, "why": "complicity", "reason": REASON}
    made = town.post(officer, f"/referrals/{pair.arrived}/blocks", body)
    assert made.status_code == 201, made.text
    assert town.get(border, f"/referrals/{pair.arrived}").status_code == 404
    assert len(town.get(officer, f"/referrals/{pair.arrived}/blocks").json()["items"]) == 1
    lift = f"/referrals/{pair.arrived}/blocks/{made.json()['id']}/lift"
    assert town.post(officer, lift, {"reason": "It was somebody else."}).status_code == 200
    assert town.get(border, f"/referrals/{pair.arrived}").status_code == 200


def test_a_declared_conflict_takes_the_case_away_and_tells_the_office(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    worker = town.th["social_worker"]
    answer = town.post(worker, f"/cases/{case_id}/conflicts", {"note": "My cousin is among the suspects."})
    assert answer.status_code == 201
    assert town.get(worker, f"/cases/{case_id}").status_code == 404
    page = town.get(town.th["supervisor"], f"/cases/{case_id}").json()
    assert worker.id not in {member["user_id"] for member in page["team"]}
    (shown,) = town.get(town.th["supervisor"], f"/cases/{case_id}/blocks").json()["items"]
    assert (shown["why"], shown["value"]) == ("conflict_of_interest", worker.id)
    seen = town.get(town.th["data_protection_officer"], f"/cases/{case_id}/timeline").json()["items"][-1]
    assert (seen["kind"], seen["step"], seen["details"]) == ("block", "conflict", {})
