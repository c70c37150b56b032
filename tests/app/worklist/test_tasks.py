"""The worklist: whose tasks, in which order, what is late, and marking one done."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from tests.factories import cases, referrals
from tests.factories.staff import add_user
from tests.factories.towns import Town


def listed(town: Town, who: str, query: str = "") -> list[Any]:
    answer = town.get(town.th[who], f"/tasks?{query}")
    assert answer.status_code == 200, answer.text
    items: list[Any] = answer.json()["items"]
    return items


def kinds(items: list[Any]) -> set[str]:
    return {item["kind"] for item in items}


def one(town: Town, who: str, kind: str) -> str:
    return next(item["id"] for item in listed(town, who) if item["kind"] == kind)


def test_an_office_sees_its_tasks_due_first(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "presumed")
    cases.open_case(town.house, town.mm["social_worker"])
    items = listed(town, "social_worker")
    assert {"read_rights", "assess_needs", "decide_identification", "end_of_reflection"} <= kinds(items)
    assert "screen" not in kinds(items), "the step that presumed has answered it"
    keys = [(item["due_at"], item["id"]) for item in items]
    assert keys == sorted(keys)
    assert {item["case_id"] for item in items} == {case_id}
    assert {item["office"] for item in items} == {"th-shelter-tak"}
    rights = next(item for item in items if item["kind"] == "read_rights")
    assert rights["clock"] == "rights_notification" and rights["sources"] and rights["basis"]
    assert rights["closed_by"] == ["care.start_recovery", "record.rights_notice"]


def test_each_role_reaches_its_own(town: Town) -> None:
    cases.bring_case(town.house, town.th, "presumed")
    away = add_user(town.house, "th-shelter-phitsanulok", "supervisor")
    town.th["away"] = away
    health = add_user(town.house, "th-shelter-tak", "health_officer")
    town.th["other_health"] = health
    assert listed(town, "away") == []
    assert len(listed(town, "national_focal_point")) == len(listed(town, "supervisor")) > 3
    assert len(listed(town, "health_officer")) == len(listed(town, "supervisor")), "on the team"
    assert listed(town, "other_health") == [], "of no team, and nothing waits for the role"


def test_tasks_at_the_bridge_wait_at_the_border_post_and_show_with_the_case(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "accepted")
    waiting = [item for item in listed(town, "border_focal_point") if item["kind"] == "schedule_handover"]
    assert waiting and waiting[0]["referral_id"] == pair.sent_from
    with_case = listed(town, "social_worker", f"case_id={pair.case_id}")
    assert "schedule_handover" in kinds(with_case)


def test_filters_and_pages(town: Town) -> None:
    one_case = cases.bring_case(town.house, town.th, "presumed")
    other = cases.bring_case(town.house, town.th, "screening")
    whole = listed(town, "supervisor")
    assert kinds(listed(town, "supervisor", f"case_id={other}")) == {"screen"}
    legal = listed(town, "supervisor", "role=legal_officer")
    assert legal and {item["role"] for item in legal} == {"legal_officer"}
    assert kinds(listed(town, "supervisor", "state=done")) == {"screen"}
    assert len(listed(town, "supervisor", "state=all")) == len(whole) + 1
    assert listed(town, "supervisor", "late=true") == []
    town.clock.advance(timedelta(days=2))
    late = listed(town, "supervisor", "late=true")
    assert late and all(item["late"] for item in late)
    assert {item["id"] for item in late}.isdisjoint(item["id"] for item in listed(town, "supervisor", "late=false"))
    first = town.get(town.th["supervisor"], "/tasks?limit=2").json()
    rest = town.get(town.th["supervisor"], f"/tasks?limit=100&cursor={first['next']}").json()
    assert [item["id"] for item in first["items"] + rest["items"]] == [item["id"] for item in whole]
    assert town.get(town.th["supervisor"], "/tasks?case_id=x").status_code == 404
    noted = [json.loads(look.detail) for look in town.looks("tasks_listed")]
    assert one_case and {"state": "open", "count": len(whole)} in noted
    assert {"state": "open", "late": True, "count": 0} in noted


def test_a_task_is_done_once_with_a_sealed_note_in_the_history(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "presumed")
    before = cases.version_of(town.house, case_id)
    task_id = one(town, "case_manager", "end_of_reflection")
    answer = town.post(town.th["case_manager"], f"/tasks/{task_id}/done", {"note": "She wants to stay for now."})
    done = answer.json()
    assert (answer.status_code, done["state"], done["done_by"]) == (200, "done", town.th["case_manager"].id)
    last = town.get(town.th["social_worker"], f"/cases/{case_id}/timeline").json()["items"][-1]
    assert (last["kind"], last["step"], last["note"]) == ("task", "end_of_reflection", "She wants to stay for now.")
    assert last["details"] == {"task": task_id, "role": "case_manager", "late": False}
    assert cases.version_of(town.house, case_id) == before
    again = town.post(town.th["case_manager"], f"/tasks/{task_id}/done", {})
    assert (again.status_code, again.json()["code"]) == (409, "task_done")


def test_a_task_that_a_step_answers_names_the_step(town: Town) -> None:
    cases.bring_case(town.house, town.th, "screening")
    task_id = one(town, "social_worker", "screen")
    answer = town.post(town.th["social_worker"], f"/tasks/{task_id}/done", {})
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "task_ends_by_itself")
    assert "identification.presume" in problem["closed_by"] and "Presume trafficked" in problem["detail"]
    assert one(town, "social_worker", "screen") == task_id


def test_seeing_a_task_is_not_working_on_it(town: Town) -> None:
    cases.bring_case(town.house, town.th, "presumed")
    task_id = one(town, "supervisor", "end_of_reflection")
    outsider = add_user(town.house, "th-shelter-tak", "social_worker")
    town.th["outsider"] = outsider
    assert one(town, "outsider", "end_of_reflection") == task_id
    answer = town.post(outsider, f"/tasks/{task_id}/done", {})
    assert (answer.status_code, answer.json()["permission"]) == (403, "task:work")
    colleague = add_user(town.house, "th-shelter-tak", "case_manager")
    assert town.post(colleague, f"/tasks/{task_id}/done", {}).status_code == 200, "the office's role may"


def test_a_task_of_a_referral_leaves_its_note_there(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    worker = town.mm["national_focal_point"]
    referrals.take(town.house, worker, pair.arrived, "decline", given={"reason": "not_our_national"})
    task_id = one(town, "case_manager", "after_decline")
    answer = town.post(town.th["case_manager"], f"/tasks/{task_id}/done", {"note": "Planning a stay."})
    assert answer.status_code == 200, answer.text
    last = town.get(town.th["case_manager"], f"/cases/{pair.case_id}/timeline?newest_first=true").json()["items"][0]
    assert (last["subject"], last["step"], last["note"]) == ("referral", "after_decline", "Planning a stay.")
