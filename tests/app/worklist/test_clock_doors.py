"""Stopping, resuming and extending a clock through both doors; a missing person freezes a case and thaws it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.casework.held import CASE
from app.casework.tasks import TABLE
from app.models.notice import Notice
from app.worker import Worker as Machine
from tests.factories import cases, referrals
from tests.factories.forms import form
from tests.factories.pages import browser_at
from tests.factories.staff import Worker
from tests.factories.towns import Town
from tests.inspect import reading
from workflows.guards.screening import window_end

DAY = timedelta(days=1)


def tasks(town: Town, case_id: str, state: str = "open") -> dict[str, Any]:
    """Kind -> the task of a case in that state, as the supervisor is told."""
    answer = town.get(town.th["supervisor"], f"/tasks?case_id={case_id}&state={state}&limit=100")
    assert answer.status_code == 200, answer.text
    return {each["kind"]: each for each in answer.json()["items"]}


def row(town: Town, task_id: str) -> Any:
    with reading(town.house.db) as session:
        return session.execute(select(TABLE).where(TABLE.c.id == task_id)).one()


def said(town: Town, case_id: str, *kinds: str) -> list[Any]:
    found = town.get(town.th["supervisor"], f"/cases/{case_id}/timeline?limit=100").json()["items"]
    return [entry for entry in found if entry["kind"] in kinds]


def refusals(answer: Any) -> list[str]:
    assert answer.status_code == 409, answer.text
    return [each["code"] for each in answer.json()["refusals"]]


def stop(town: Town, who: Worker, task: Any, cause: str = "person_unwell", **more: Any) -> Any:
    return town.post(who, f"/tasks/{task['id']}/stop", {"cause": cause, **more})


def test_a_clock_is_stopped_with_a_cause_shown_and_runs_on_with_what_was_left(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    manager, supervisor = town.th["case_manager"], town.th["supervisor"]
    task = tasks(town, case_id)["decide_identification"]
    due = datetime.fromisoformat(task["due_at"])
    assert stop(town, town.th["social_worker"], task).status_code == 403
    assert stop(town, town.mm["supervisor"], task).status_code == 404
    assert refusals(stop(town, manager, task, "force_majeure")) == ["cause_not_theirs"]
    assert refusals(stop(town, manager, tasks(town, case_id)["end_of_reflection"])) == ["clock_never_stops"]
    answer = stop(town, manager, task, note="In hospital.")
    assert answer.status_code == 200, answer.text
    now = town.clock.now()
    ends = (now + timedelta(days=30)).replace(hour=16, minute=59, second=59, microsecond=0)
    found = answer.json()
    assert (found["state"], found["late"]) == ("stopped", False)
    assert found["stop"] == {
        "cause": "person_unwell", "since": now.isoformat().replace("+00:00", "Z"), "by": manager.id,
        "ends_at": ends.isoformat().replace("+00:00", "Z"),
    }  # fmt: skip
    assert refusals(stop(town, manager, task)) == ["clock_stands_already"]
    with reading(town.house.db) as session:
        people = list(session.execute(select(Notice.user_id).where(Notice.kind == "clock_stopped")).scalars())
    assert people == [supervisor.id]
    # Long after it would have been due nothing is late, and nothing rings.
    town.clock.advance(20 * DAY)
    Machine(town.house).ring()
    assert row(town, task["id"]).missed_at is None
    late = town.get(supervisor, "/tasks?late=true&limit=100").json()["items"]
    assert task["id"] not in {each["id"] for each in late}
    assert "In hospital" not in browser_at(town, supervisor).get("/reports/late").text
    page = browser_at(town, supervisor).get("/reports/late").text
    assert "Clocks that stand still" in page and "The person is too ill" in page
    (entry,) = said(town, case_id, "stopped")
    assert (entry["step"], entry["details"]["cause"]) == ("decide_identification", "person_unwell")
    again = town.post(manager, f"/tasks/{task['id']}/resume", {})
    assert again.status_code == 200, again.text
    assert datetime.fromisoformat(again.json()["due_at"]) == due + 20 * DAY
    assert (again.json()["state"], again.json()["stop"]) == ("open", None)
    assert refusals(town.post(manager, f"/tasks/{task['id']}/resume", {})) == ["clock_runs"]


def test_a_cause_that_lasts_too_long_ends_by_itself_once(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    task = tasks(town, case_id)["decide_identification"]
    due = datetime.fromisoformat(task["due_at"])
    begun = town.clock.now()
    assert stop(town, town.th["case_manager"], task, "person_asked").status_code == 200
    ends = row(town, task["id"]).stop_ends_at
    town.clock.set(ends - timedelta(seconds=1))
    Machine(town.house).ring()
    assert row(town, task["id"]).state == "stopped"
    town.clock.set(ends)
    for _ in range(2):
        Machine(town.house).ring()
    found = row(town, task["id"])
    assert (found.state, found.stop_cause, found.due_at) == ("open", None, due + (ends - begun))
    (entry,) = said(town, case_id, "resumed")
    assert entry["actor"]["system"]
    assert stop(town, town.th["case_manager"], task).status_code == 200
    town.post(town.th["case_manager"], f"/tasks/{task['id']}/resume", {})
    assert refusals(stop(town, town.th["case_manager"], task)) == ["clock_stopped_too_often"]


def test_a_missing_person_freezes_every_clock_of_the_case_until_they_are_back(town: Town) -> None:
    case_id = referrals.bring_referral(town.house, town.th, town.mm, "assessed").case_id
    worker = town.th["social_worker"]
    never = town.house.policies.clocks.never
    before = {name: each for name, each in tasks(town, case_id).items() if each["clock"] not in never}
    # A consent runs out on its day, wherever the person is.
    ends = before.pop("renew_consent")
    own, kind = "explain_remedies", "propose_plan"
    assert {own, kind} <= set(before), "one of the case, one of its referral"
    assert stop(town, town.th["supervisor"], before[own], "person_unwell").status_code == 200
    cases.add(town.house, worker, case_id, "circumstances", missing=True, asylum_claim=None)
    frozen = tasks(town, case_id, "stopped")
    assert set(frozen) == set(before), "every clock that may stand still does"
    assert tasks(town, case_id)["renew_consent"] == ends
    causes = {name: each["stop"]["cause"] for name, each in frozen.items()}
    assert causes == {name: "person_unwell" if name == own else "person_missing" for name in before}
    assert all(each["clock"] in never for name, each in tasks(town, case_id).items() if name != "renew_consent")
    (entry,) = said(town, case_id, "frozen")
    assert entry["step"] == "person_missing"
    assert {each["kind"] for each in entry["details"]["tasks"]} == set(before) - {own}
    answer = town.post(town.th["national_focal_point"], f"/tasks/{before[kind]['id']}/resume", {})
    assert refusals(answer) == ["case_is_frozen"]
    # What begins meanwhile stands with the rest; what stood for a cause of its own stands on when that is over.
    cases.add(town.house, worker, case_id, "care_plan")
    assert tasks(town, case_id, "stopped")["review_care_plan"]["stop"]["cause"] == "person_missing"
    begun = town.clock.now()
    town.clock.advance(45 * DAY)
    Machine(town.house).ring()
    found = row(town, before[own]["id"])
    assert (found.state, found.stop_cause) == ("stopped", "person_missing")
    assert row(town, before[kind]["id"]).missed_at is None
    cases.add(town.house, worker, case_id, "circumstances", missing=False, asylum_claim=None)
    assert not tasks(town, case_id, "stopped") and len(said(town, case_id, "thawed")) == 1
    back = tasks(town, case_id)
    assert set(before) <= set(back)
    for name, each in before.items():
        if name == "review_care_plan":  # begun anew with the plan
            continue
        due, again = (datetime.fromisoformat(one["due_at"]) for one in (each, back[name]))
        assert again > town.clock.now(), "nothing is late that had time left"
        if name != kind:  # that one counts working days
            assert again - due == town.clock.now() - begun


def test_a_duty_whose_clock_stands_is_done_all_the_same(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    task = tasks(town, case_id)["assess_needs"]
    assert stop(town, town.th["case_manager"], task).status_code == 200
    town.clock.advance(9 * DAY)
    cases.add(town.house, town.th["social_worker"], case_id, "needs_assessment")
    assert row(town, task["id"]).state == "done"
    told = browser_at(town, town.th["supervisor"]).get(f"/cases/{reference(town, case_id)}/timeline").text
    assert "Clock stopped" in told


def test_tracing_is_extended_once_by_the_country_that_traces(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "tracing")
    with reading(town.house.db) as session:
        query = select(TABLE).where(TABLE.c.referral_id == pair.arrived, TABLE.c.kind == "report_tracing")
        task = session.execute(query).one()
    focal = town.mm["national_focal_point"]
    browser = browser_at(town, focal)
    page = browser.get(f"/referrals/{pair.arrived}")
    assert f"/tasks/{task.id}/clock" in page.text
    assert "Extend the time to" in browser.get(f"/tasks/{task.id}/clock").text
    assert browser.send(f"/tasks/{task.id}/clock", change="extend", cause="person_asked").status_code == 303
    found = row(town, task.id)
    assert (found.due_at - task.due_at, found.extensions) == (15 * DAY, 1)
    answer = town.post(focal, f"/tasks/{task.id}/extend", {"cause": "person_asked"})
    assert refusals(answer) == ["extended_already"]


def reference(town: Town, case_id: str) -> str:
    with reading(town.house.db) as session:
        return str(session.execute(select(CASE.c.reference).where(CASE.c.id == case_id)).scalar_one())


def test_a_clock_is_stopped_from_the_page_of_the_case(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    task = tasks(town, case_id)["decide_identification"]
    path, clock = f"/cases/{reference(town, case_id)}", f"/tasks/{task['id']}/clock"
    assert clock not in browser_at(town, town.th["social_worker"]).get(path).text
    browser = browser_at(town, town.th["case_manager"])
    assert clock in browser.get(path).text
    assert "Stop the clock" in browser.get(clock).text
    nothing = browser.send(clock, note="Typed before.")
    assert nothing.status_code == 422 and "Choose why." in nothing.text and "Typed before." in nothing.text
    assert browser.send(clock, cause="person_unwell").headers["location"] == clock
    assert "The person is too ill" in browser.follow().text
    told = browser.get(path).text
    assert "Clock stopped" in told and "Let the clock run" in told
    browser.get(clock)
    assert browser.send(clock).status_code == 303
    assert row(town, task["id"]).state == "open"
    assert "was stopped in your office" in browser_at(town, town.th["supervisor"]).get("/notices").text


def test_the_window_of_the_guard_and_the_task_end_on_the_same_day(town: Town) -> None:
    # The case was open by then: a step lies never before what it follows.
    town.clock.advance(timedelta(days=-4))
    case_id = cases.bring_case(town.house, town.th, "screening")
    town.clock.advance(timedelta(days=4))
    happened = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)  # the 22nd in Bangkok, told two days later
    cases.take(town.house, town.th["social_worker"], case_id, "screen_out",
               form(town.house, "screening", finding="no_sign"), happened_at=happened)  # fmt: skip
    task = tasks(town, case_id)["end_of_reconsideration"]
    zone = town.house.policies.zone("TH")
    assert datetime.fromisoformat(task["due_at"]).astimezone(zone).date().isoformat() == "2026-12-22"
    assert window_end(cases.facts_of(town.house, case_id), town.house.policies) == "2026-12-22"
