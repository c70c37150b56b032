"""Giving several cases at once and handing over a caseload: each case by itself, and a report of every one."""

from __future__ import annotations

import re
from typing import Any

from tests.app.access.world import one_engine
from tests.factories import cases, walls
from tests.factories.pages import browser_at
from tests.factories.staff import add_user, disable
from tests.factories.towns import Town

OTHER = "th-shelter-phitsanulok"
WHY = "The new colleague is a cousin of the suspect."


def chosen(town: Town, *case_ids: str) -> list[dict[str, Any]]:
    return [{"case_id": each, "seen_version": cases.version_of(town.house, each)} for each in case_ids]


def carried_by_manager(town: Town, many: int) -> list[str]:
    made = [cases.bring_case(town.house, town.th) for _ in range(many)]
    for case_id in made:
        cases.name_manager(town.house, case_id, town.th)
    return made


def outcomes(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [each["outcome"] for each in answer.json()["cases"]]


def test_each_case_moves_by_itself_and_a_refusal_leaves_nothing_half_done(town: Town) -> None:
    first, stale, gone, walled = (cases.bring_case(town.house, town.th, "screening") for _ in range(4))
    closed = cases.bring_case(town.house, town.th)
    there = cases.open_case(town.house, add_user(town.house, "th-shelter-phitsanulok", "social_worker"))
    to = add_user(town.house, "th-shelter-tak", "case_manager")
    lost = {"reason": "lost_contact", "person_told": False, "person_agrees": False, "unreachable": True}
    cases.add(town.house, town.th["case_manager"], gone, "circumstances", contact_lost=True)
    cases.take(town.house, town.th["case_manager"], gone, "close", lost)
    walls.block(town.house, walled, "user", to.id)
    sent = chosen(town, first, stale, gone, walled, there, closed)
    sent[1]["seen_version"] += 1
    sent.append({"case_id": "nobody", "seen_version": 1})
    body = {"cases": sent, "user_id": to.id, "why": "workload"}
    answer = town.post(town.th["supervisor"], "/caseload/assign", body)
    assert outcomes(answer) == ["moved", "stale_version", "closed", "kept_away", "not_found", "moved", "not_found"]
    assert [each["reference"] is None for each in answer.json()["cases"]] == [False] * 4 + [True, False, True]
    assert (answer.json()["moved"], answer.json()["refused"]) == (2, 5)
    for case_id, manager in ((first, to.id), (closed, to.id), (stale, None), (gone, None), (walled, None)):
        assert cases.facts_of(town.house, case_id).case_manager == manager, case_id
    told = town.get(to, f"/cases/{first}/timeline").json()["items"][-1]
    assert (told["kind"], told["details"]) == ("assigned", {"user": to.id, "why": "workload"})
    assert town.get(to, f"/cases/{walled}").status_code == 404
    events = town.get(town.th["supervisor"], f"/cases/{walled}/timeline").json()["items"]
    assert "assigned" not in {each["kind"] for each in events}
    assert town.get(to, "/notices").json()["items"][0]["detail"] == {"count": 2}
    elsewhere = {**body, "cases": chosen(town, first), "user_id": add_user(town.house, OTHER, "case_manager").id}
    refused = town.post(town.th["supervisor"], "/caseload/assign", elsewhere)
    assert outcomes(refused) == ["other_office"], "no case goes to another office without its answer and a consent"


def test_who_cannot_carry_cases_or_give_them_moves_none(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    gone = add_user(town.house, "th-shelter-tak", "case_manager")
    disable(town.house, gone)
    for user_id, why in ((gone.id, "leave"), (town.th["analyst"].id, "leave"), (town.mm["case_manager"].id, "leave"),
                         (town.th["case_manager"].id, "because")):
        body = {"cases": chosen(town, case_id), "user_id": user_id, "why": why}
        assert town.post(town.th["supervisor"], "/caseload/assign", body).status_code == 422
    body = {"cases": chosen(town, case_id), "user_id": town.th["case_manager"].id, "why": "leave"}
    assert town.post(town.th["social_worker"], "/caseload/assign", body).status_code == 403
    assert town.post(town.th["case_manager"], "/caseload/hand-over", {**body, "from_user": gone.id}).status_code == 403
    most = town.house.policies.safeguards.bulk_work.cases_at_most
    many = {**body, "cases": [{"case_id": f"x{number}", "seen_version": 1} for number in range(most + 1)]}
    assert "several acts" in town.post(town.th["supervisor"], "/caseload/assign", many).text
    assert cases.facts_of(town.house, case_id).case_manager is None


def test_a_caseload_is_handed_over_whole_with_the_tasks_of_the_colleague(town: Town) -> None:
    made = carried_by_manager(town, 3)
    old, to = town.th["case_manager"], add_user(town.house, "th-shelter-tak", "case_manager")
    due = town.clock.now().date().isoformat()
    said = {"about": "own_call", "what": "Ring the court.", "part": "case_manager", "due": due, "colleague": old.id}
    body = {"record": said, "seen_version": cases.version_of(town.house, made[0])}
    assert town.post(old, f"/cases/{made[0]}/records/own_task", body).status_code == 201
    seen = town.get(town.th["supervisor"], f"/caseload?user_id={old.id}").json()
    assert ({each["case_id"] for each in seen["items"]}, seen["count"]) == (set(made), 3)
    stranger = add_user(town.house, "th-shelter-phitsanulok", "supervisor")
    assert town.get(stranger, f"/caseload?user_id={old.id}").json() == {"items": [], "count": 0}
    handing = {"from_user": old.id, "user_id": to.id, "why": "end_of_job"}
    assert town.post(stranger, "/caseload/hand-over", handing).status_code == 422, "nothing within reach"
    answer = town.post(town.th["supervisor"], "/caseload/hand-over", handing)
    assert outcomes(answer) == ["moved"] * 3 and answer.json()["left"] == 0
    for case_id in made:
        page = town.get(to, f"/cases/{case_id}").json()
        assert page["case_manager"] == to.id
        assert old.id not in {each["user_id"] for each in page["team"]}
        assert town.get(old, f"/cases/{case_id}").status_code == 404
    mine = town.get(to, f"/tasks?case_id={made[0]}").json()["items"]
    assert [each["assignee"] for each in mine if each["kind"] == "own_call"] == [to.id]


@one_engine
def test_the_pages_tick_ask_and_report(town: Town) -> None:
    made = carried_by_manager(town, 2)
    to = add_user(town.house, "th-shelter-tak", "case_manager")
    supervisor = browser_at(town, town.th["supervisor"])
    references = [town.get(town.th["supervisor"], f"/cases/{each}").json()["reference"] for each in made]
    listed = supervisor.get("/cases").text
    assert all(f'name="case" value="{each}"' in listed for each in references)
    assert 'name="case"' not in browser_at(town, town.th["social_worker"]).get("/cases").text
    ticked: dict[str, Any] = supervisor.form("/caseload/assign").fields | {"case": [*references, "TH-2017-NOBODY"]}
    asked = supervisor.post("/caseload/assign", ticked)
    assert asked.status_code == 200 and all(each in asked.text for each in references)
    both = re.findall(r'name="case" value="([^"]+)"', asked.text)
    ticked = supervisor.form("/caseload/assign").fields | {"case": both}
    again = supervisor.post("/caseload/assign", ticked)
    assert again.status_code == 422 and all(each in again.text for each in references)
    sent: dict[str, Any] = supervisor.form("/caseload/assign").fields
    sent |= {"user_id": to.id, "why": "workload", "case": both}
    answer = supervisor.post("/caseload/assign", sent)
    assert answer.status_code == 303, answer.text
    report = supervisor.get(answer.headers["location"]).text
    assert all(each in report for each in references) and "2 cases moved" in report
    # Nobody else reads it.
    other = browser_at(town, town.th["national_focal_point"])
    assert other.get(answer.headers["location"]).status_code == 404
    supervisor.get("/caseload/hand-over")
    supervisor.get(f"/caseload/hand-over?user_id={to.id}")
    both = re.findall(r'name="case" value="([^"]+)"', supervisor.last.text)
    back = {"case": both, "user_id": town.th["case_manager"].id, "why": "leave"}
    sent = supervisor.form("/caseload/hand-over").fields | back
    answer = supervisor.post("/caseload/hand-over", sent)
    assert answer.status_code == 303, answer.text
    assert [cases.facts_of(town.house, each).case_manager for each in made] == [town.th["case_manager"].id] * 2
