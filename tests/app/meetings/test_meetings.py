"""Meetings: who was there by part, an agenda of what is flagged or late, and minutes that are tasks of the case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.app.access.world import one_engine
from tests.factories import cases
from tests.factories.pages import browser_at
from tests.factories.staff import add_user
from tests.factories.towns import Town

OURS = {"part": "social_worker", "at": "th-shelter-tak"}
POLICE = {"part": "first_responder", "at": "th-border-mae-sot"}
WHAT = "Ask the court for a guardian."


def meeting(town: Town, *present: dict[str, str], role: str = "supervisor", **changes: Any) -> Any:
    body = {"kind": "case_conference", "held_on": town.clock.now().date().isoformat(), "present": list(present)}
    return town.post(town.th[role], "/meetings", {**body, **changes})


def minutes(town: Town, case_id: str, meeting_id: str, who: str = "social_worker") -> Any:
    due = (town.clock.now() + timedelta(days=4)).date().isoformat()
    decision = {"what": WHAT, "part": "legal_officer", "due": due, "priority": "urgent"}
    record = {"meeting": meeting_id, "decisions": [decision]}
    body = {"record": record, "seen_version": cases.version_of(town.house, case_id)}
    return town.post(town.th[who], f"/cases/{case_id}/records/minutes", body)


def flag(town: Town, case_id: str, kind: str = "for_meeting") -> None:
    cases.add(town.house, town.th["social_worker"], case_id, "flag", flag=kind, reason="It stands still.")


def agenda(town: Town, meeting_id: str, who: str = "social_worker") -> list[dict[str, Any]]:
    answer = town.get(town.th[who], f"/meetings/agenda?meeting_id={meeting_id}")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_the_agenda_holds_what_is_flagged_or_late_and_only_for_who_may_see_it(town: Town) -> None:
    late, safety, put_down, quiet = (cases.bring_case(town.house, town.th, "screening") for _ in range(4))
    flag(town, safety, "safety")
    flag(town, put_down)
    colleague = add_user(town.house, "th-shelter-tak", "social_worker")
    other = cases.open_case(town.house, colleague)
    cases.add(town.house, colleague, other, "flag", flag="needs_attention")
    meeting_id = meeting(town, OURS).json()["id"]
    assert [each["case_id"] for each in agenda(town, meeting_id)] == [put_down, safety]
    town.clock.advance(timedelta(days=3))
    found = agenda(town, meeting_id)
    assert [each["case_id"] for each in found][:2] == [put_down, safety]
    assert {each["case_id"] for each in found} == {late, safety, put_down, quiet}
    assert other in {each["case_id"] for each in agenda(town, meeting_id, "supervisor")}
    stranger = add_user(town.house, "th-shelter-phitsanulok", "supervisor")
    assert town.get(stranger, f"/meetings/agenda?meeting_id={meeting_id}").status_code == 404
    assert town.get(stranger, "/meetings").json() == {"items": []}
    assert town.get(town.th["analyst"], "/meetings").status_code == 403


def test_each_decision_is_a_task_and_the_minutes_stay_with_their_case(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "screening")
    flag(town, case_id)
    meeting_id = meeting(town, OURS).json()["id"]
    answer = minutes(town, case_id, meeting_id)
    assert answer.status_code == 201, answer.text
    tasks = town.get(town.th["legal_officer"], f"/tasks?case_id={case_id}&role=legal_officer").json()["items"]
    [task] = [each for each in tasks if each["kind"] == "own_decision"]
    assert (task["priority"], task["record_id"]) == ("urgent", answer.json()["record"]["id"])
    read = town.get(town.th["legal_officer"], f"/cases/{case_id}/records/{task['record_id']}").json()
    assert read["body"]["decisions"][0]["what"] == WHAT
    assert [each["discussed"] for each in agenda(town, meeting_id)] == [True]
    [listed] = town.get(town.th["supervisor"], "/meetings").json()["items"]
    assert len(listed["cases"]) == 1 and WHAT not in str(listed)
    # A colleague of the office who is on another case sees that there was a meeting, and not of whom.
    town.th["other"] = add_user(town.house, "th-shelter-tak", "social_worker")
    [seen] = town.get(town.th["other"], "/meetings").json()["items"]
    assert seen["cases"] == [] and agenda(town, meeting_id, "other") == []
    assert minutes(town, case_id, meeting_id, "other").status_code == 404
    assert minutes(town, case_id, "5d1c7a10-1c7e-4d0b-8a55-2f6b9c3d4e5f").status_code == 422


def test_people_of_other_organisations_hear_of_nobody_who_did_not_agree(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "screening")
    flag(town, case_id)
    meeting_id = meeting(town, OURS, POLICE, kind="multi_disciplinary").json()["id"]
    assert [each["consent_missing"] for each in agenda(town, meeting_id)] == [True]
    refused = minutes(town, case_id, meeting_id).json()
    assert [each["code"] for each in refused["refusals"]] == ["consent_for_case_meeting"]
    assert refused["refusals"][0]["sources"]
    cases.add(town.house, town.th["social_worker"], case_id, "consent", purpose="case_meeting", recipient="TH")
    assert [each["consent_missing"] for each in agenda(town, meeting_id)] == [False]
    assert minutes(town, case_id, meeting_id).status_code == 201


def test_what_is_no_meeting_is_refused(town: Town) -> None:
    ahead = (town.clock.now() + timedelta(days=2)).date().isoformat()
    foreign = {"part": "social_worker", "at": "mm-dor"}
    for present, changes in (
        ([OURS], {"kind": "party"}), ([OURS], {"held_on": ahead}), ([foreign], {}),
        ([{**OURS, "part": "king"}], {}), ([], {}),
    ):  # fmt: skip
        assert meeting(town, *present, **changes).status_code == 422, (present, changes)


@one_engine
def test_the_pages_lead_from_the_meeting_to_the_minutes(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "screening")
    flag(town, case_id)
    browser = browser_at(town, town.th["social_worker"])
    assert 'href="/meetings"' in browser.get("/cases").text
    browser.get("/meetings/new")
    assert browser.send("/meetings/new").status_code == 422
    day = town.clock.now()
    typed = {"held_on_day": str(day.day), "held_on_month": str(day.month), "held_on_year": str(day.year)}
    answer = browser.send("/meetings/new", kind="case_conference", part_0="social_worker", **typed)
    assert answer.status_code == 303, answer.text
    shown = browser.get(answer.headers["location"]).text
    path = shown.partition('href="/cases/')[2].partition("/records/new/minutes")
    reference = town.get(town.th["social_worker"], f"/cases/{case_id}").json()["reference"]
    action = f"/cases/{reference}/records/new/minutes"
    assert path and action in shown
    meeting_id = answer.headers["location"].partition("=")[2]
    browser.get(f"{action}?record-meeting={meeting_id}")
    form = browser.form(action).fields
    assert form["record-meeting"] == meeting_id
    due = day + timedelta(days=5)
    names = [name for name in form if name.startswith("record-decisions")]
    assert names, form
    typed = {
        "record-decisions-0-what": WHAT, "record-decisions-0-part": "case_manager",
        "record-decisions-0-priority": "low",
        "record-decisions-0-due_day": str(due.day), "record-decisions-0-due_month": str(due.month),
        "record-decisions-0-due_year": str(due.year),
    }  # fmt: skip
    filed = browser.post(action, form | typed)
    assert filed.status_code == 303, filed.text
    assert "Discussed" in browser.get(f"/meetings/agenda?meeting_id={meeting_id}").text
    assert "Carry out a decision" in browser_at(town, town.th["case_manager"]).get(f"/cases/{reference}").text
