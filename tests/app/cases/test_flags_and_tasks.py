"""Flags with their reasons, tasks made by hand, how pressing a task is, and a closed case that opens again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.app.access.world import one_engine
from tests.factories import cases
from tests.factories.forms import form
from tests.factories.pages import browser_at
from tests.factories.staff import add_user
from tests.factories.towns import Town

FLAG = {"flag": "safety", "reason": "Somebody waits at the gate every evening."}


def filed(town: Town, who: str, case_id: str, kind: str, record: dict[str, Any]) -> Any:
    body = {"record": record, "seen_version": cases.version_of(town.house, case_id)}
    return town.post(town.th[who], f"/cases/{case_id}/records/{kind}", body)


def task(town: Town, **changes: Any) -> dict[str, Any]:
    due = (town.clock.now() + timedelta(days=2)).date().isoformat()
    said = {"about": "own_document", "what": "Ask for the certificate.", "part": "case_manager", "due": due}
    return {**said, **changes}


def references(town: Town, who: str, query: str) -> list[str]:
    return [row["id"] for row in town.get(town.th[who], f"/cases?{query}").json()["items"]]


def test_a_flag_is_seen_found_and_cleared(town: Town) -> None:
    case_id, other = (cases.bring_case(town.house, town.th, "screening") for _ in range(2))
    assert filed(town, "supervisor", case_id, "flag", FLAG).status_code == 201
    assert filed(town, "social_worker", case_id, "flag", {"flag": "for_meeting", "reason": "Next Friday."}).json()
    facts = town.get(town.th["social_worker"], f"/cases/{case_id}").json()["facts"]
    assert [each["flag"] for each in facts["flags"]] == ["for_meeting", "safety"]
    assert facts["flags"][1]["by"] == town.th["supervisor"].id
    assert references(town, "social_worker", "flag=safety") == [case_id]
    assert references(town, "social_worker", "flag=any") == [case_id]
    assert references(town, "social_worker", "flag=needs_attention") == []
    assert town.get(town.th["social_worker"], "/cases/count?flag=any").json() == {"count": 1}
    # Who does not work on the case neither finds nor flags it.
    stranger = town.th["stranger"] = add_user(town.house, "th-shelter-phitsanulok", "social_worker")
    assert references(town, "stranger", "flag=any") == []
    assert town.get(stranger, "/cases/count?flag=any").json() == {"count": 0}
    assert filed(town, "stranger", other, "flag", FLAG).status_code == 404
    answer = filed(town, "supervisor", other, "flag_clearance", FLAG)
    assert [each["code"] for each in answer.json()["refusals"]] == ["flag_is_up"]
    assert filed(town, "social_worker", case_id, "flag_clearance", FLAG).status_code == 201
    assert references(town, "social_worker", "flag=safety") == []
    assert references(town, "social_worker", "flag=any") == [case_id]


@one_engine
def test_the_pages_say_which_flags_are_up_and_why(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "screening")
    reference = town.get(town.th["social_worker"], f"/cases/{case_id}").json()["reference"]
    browser = browser_at(town, town.th["social_worker"])
    path = f"/cases/{reference}"
    assert f'{path}/records/new/flag"' in browser.get(path).text
    browser.get(f"{path}/records/new/flag")
    sent = browser.form(f"{path}/records/new/flag").fields
    said = {"record-flag": FLAG["flag"], "record-reason": FLAG["reason"]}
    assert browser.post(f"{path}/records/new/flag", sent | said).headers["location"] == f"{path}?done=record"
    html = browser.get(path).text
    assert FLAG["reason"] in html and "Worry about safety" in html
    clear = f"{path}/records/new/flag_clearance"
    assert f"{clear}?record-flag=safety" in html
    listed = browser.get("/cases?flag=safety").text
    assert reference in listed and FLAG["reason"] not in listed, "a list tells no story"
    assert reference not in browser.get("/cases?flag=for_meeting").text
    assert browser.get("/cases?flag=unheard-of").status_code == 404
    browser.get(f"{clear}?record-flag=safety")
    form = browser.form(clear).fields
    assert form["record-flag"] == "safety"
    browser.post(clear, form | {"record-reason": "He was taken away."})
    assert FLAG["reason"] not in browser.get(path).text


def test_a_task_made_by_hand_waits_for_its_role_or_for_one_colleague(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "screening")
    manager, worker = town.th["case_manager"], town.th["social_worker"]
    made = filed(town, "social_worker", case_id, "own_task", task(town, priority="urgent"))
    assert made.status_code == 201, made.text
    record_id = made.json()["record"]["id"]
    mine = town.get(manager, f"/tasks?case_id={case_id}&role=case_manager").json()["items"]
    found = next(each for each in mine if each["record_id"] == record_id)
    assert (found["kind"], found["priority"], found["clock"]) == ("own_document", "urgent", "by_hand")
    assert (found["assignee"], found["closed_by"]) == (None, [])
    # A correction takes the place of what it corrects.
    version = cases.version_of(town.house, case_id)
    right = {"record": task(town, colleague=manager.id), "corrects": record_id, "seen_version": version}
    again = town.post(worker, f"/cases/{case_id}/records/own_task", right)
    assert again.status_code == 201, again.text
    open_now = [each for each in town.get(worker, f"/tasks?case_id={case_id}").json()["items"] if each["record_id"]]
    assert [(each["assignee"], each["priority"]) for each in open_now] == [(manager.id, "normal")]
    assert town.post(manager, f"/tasks/{open_now[0]['id']}/done", {}).json()["state"] == "done"


def test_a_task_that_does_not_fit_is_refused_at_its_field(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "screening")
    yesterday = (town.clock.now() - timedelta(days=2)).date().isoformat()
    stranger = add_user(town.house, "th-shelter-phitsanulok", "social_worker")
    for change in ({"due": yesterday}, {"part": "analyst"}, {"part": "x"}, {"colleague": stranger.id}):
        answer = filed(town, "social_worker", case_id, "own_task", task(town, **change))
        assert answer.status_code == 422, change
        assert [each["field"] for each in answer.json()["errors"]] == [f"record.{next(iter(change))}"]
    tasks = town.get(town.th["supervisor"], f"/tasks?case_id={case_id}&state=all").json()["items"]
    assert not [each for each in tasks if each["record_id"]]


def test_how_pressing_a_task_is_moves_it_within_its_part(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "screening")
    worker = town.th["social_worker"]
    for what, days in (("own_call", 1), ("own_visit", 2)):
        due = (town.clock.now() + timedelta(days=days)).date().isoformat()
        filed(town, "social_worker", case_id, "own_task", task(town, about=what, due=due, part="social_worker"))
    tasks = town.get(worker, f"/tasks?case_id={case_id}").json()["items"]
    visit = next(each["id"] for each in tasks if each["kind"] == "own_visit")
    assert town.post(worker, f"/tasks/{visit}/priority", {"priority": "loud"}).status_code == 422
    assert town.post(town.th["analyst"], f"/tasks/{visit}/priority", {"priority": "urgent"}).status_code == 403
    stranger = add_user(town.house, "th-shelter-phitsanulok", "supervisor")
    assert town.post(stranger, f"/tasks/{visit}/priority", {"priority": "urgent"}).status_code == 404
    browser = browser_at(town, worker)
    soon = browser.get("/tasks/list?group=soon").text
    assert soon.index("Call or write to somebody") < soon.index("Visit the person")
    browser.get(f"/tasks/priority?task_id={visit}")
    sent = browser.form("/tasks/priority").fields | {"priority": "urgent"}
    assert browser.post("/tasks/priority", sent).status_code == 303
    soon = browser.get("/tasks/list?group=soon").text
    assert soon.index("Visit the person") < soon.index("Call or write to somebody") and "Urgent" in soon
    last = town.get(worker, f"/cases/{case_id}/timeline").json()["items"][-1]
    assert (last["kind"], last["details"]["from"], last["details"]["to"]) == ("priority", "normal", "urgent")


def test_a_closed_case_opens_again_once_the_person_agrees_and_is_counted(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "screening")
    filed(town, "supervisor", case_id, "flag", FLAG)
    cases.add(town.house, town.th["social_worker"], case_id, "circumstances", deceased=None, contact_lost=True)
    manager, path = town.th["case_manager"], f"/cases/{case_id}/steps"
    closure = {"reason": "lost_contact", "person_told": False, "person_agrees": False, "unreachable": True}

    def step(name: str, record: dict[str, Any]) -> Any:
        seen = cases.version_of(town.house, case_id)
        return town.post(manager, f"{path}/{name}", {"record": record, "seen_version": seen})

    assert step("close", closure).status_code == 200
    assert cases.facts_of(town.house, case_id).flags == ()
    no = step("reopen", {"reason": "contact_found", "person_agrees": False})
    assert [each["code"] for each in no.json()["refusals"]] == ["reopening_is_agreed"]
    answer = step("reopen", {"reason": "contact_found", "person_agrees": True})
    assert answer.status_code == 200, answer.text
    facts = answer.json()["facts"]
    assert (answer.json()["care"], facts["reopened"], facts["contact_lost"]) == ("intake", 1, False)
    assert facts["closure"] is None
    # A tick alone ends nothing; who is lost again is on record again.
    ticked = step("close", closure).json()["refusals"]
    assert "loss_of_contact_is_recorded" in {each["code"] for each in ticked}
    cases.add(town.house, manager, case_id, "circumstances", deceased=None, contact_lost=True)
    assert step("close", closure).status_code == 200
    assert step("reopen", {"reason": "new_need", "person_agrees": True}).json()["facts"]["reopened"] == 2
    assert references(town, "supervisor", "reopened=true") == [case_id]
    cases.bring_case(town.house, town.th)
    assert town.get(town.th["supervisor"], "/cases/count?reopened=true").json() == {"count": 1}
    told = town.get(town.th["supervisor"], f"/cases/{case_id}/timeline").json()["items"]
    assert [each["step"] for each in told if each["kind"] == "step"][1:] == ["close", "reopen"] * 2


def test_who_stays_is_visited_by_the_clock_or_on_the_day_agreed(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "identified")
    manager = town.th["case_manager"]
    cases.add(town.house, manager, case_id, "remedies_notice")
    cases.take(town.house, manager, case_id, "include_locally", form(town.house, "wish", wish="stay"))

    def visits() -> list[Any]:
        found = town.get(manager, f"/tasks?case_id={case_id}").json()["items"]
        return [each for each in found if each["kind"] == "follow_up_visit"]

    [first] = visits()
    assert (first["clock"], first["role"]) == ("follow_up", "case_manager")
    assert "record.monitoring_visit" in first["closed_by"]
    agreed = (town.clock.now() + timedelta(days=9)).date()
    cases.add(town.house, manager, case_id, "monitoring_visit", number=1, next_visit=agreed.isoformat())
    [second] = visits()
    assert second["id"] != first["id"] and second["due_at"][:10] == agreed.isoformat()
    cases.add(town.house, manager, case_id, "monitoring_visit", number=2)
    [third] = visits()
    assert third["due_at"] > second["due_at"], "nothing agreed: the clock of the country"
    cases.add(town.house, manager, case_id, "monitoring_visit", number=3, contact_lost=True)
    assert visits() == []
