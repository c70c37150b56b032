"""The doors of a case's matters: a service asked for, accepted, begun, done; declined and asked elsewhere."""

from __future__ import annotations

from typing import Any

from tests.factories import cases
from tests.factories.forms import form
from tests.factories.staff import Worker
from tests.factories.towns import Town


def ask(town: Town, case_id: str, who: str = "social_worker", **changes: Any) -> Any:
    body = {
        "machine": "service", "step": "request_service", "seen_version": cases.version_of(town.house, case_id),
        "record": form(town.house, "service_request", **changes),
    }  # fmt: skip
    return town.post(town.th[who], f"/cases/{case_id}/matters", body)


def step(town: Town, case_id: str, matter_id: str, name: str, **body: Any) -> Any:
    body.setdefault("seen_version", cases.version_of(town.house, case_id))
    return town.post(town.th["social_worker"], f"/cases/{case_id}/matters/{matter_id}/steps/{name}", body)


def matters(town: Town, worker: Worker, case_id: str) -> Any:
    answer = town.get(worker, f"/cases/{case_id}/matters")
    assert answer.status_code == 200, answer.text
    return answer.json()


def open_tasks(town: Town, case_id: str) -> set[str]:
    page = town.get(town.th["social_worker"], f"/cases/{case_id}").json()
    return {each["kind"] for each in page["tasks"] if "service" in each["kind"] or each["kind"] == "ask_elsewhere"}


def test_a_service_is_asked_for_and_followed_to_its_end(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "recovering")
    worker = town.th["social_worker"]
    ways = matters(town, worker, case_id)
    assert (ways["items"], [each["step"] for each in ways["openings"]]) == ([], ["request_service", "name_relative"])
    made = ask(town, case_id)
    assert made.status_code == 201, made.text
    matter = made.json()["matter"]
    assert (matter["state"], matter["about"], matter["office"]) == ("asked", "health", "th-shelter-tak")
    assert [each["step"] for each in matter["next_steps"]] == ["accept_service", "decline_service", "stop_service"]
    for name, state, task in (
        ("accept_service", "accepted", {"begin_service"}), ("start_service", "running", {"follow_service"}),
    ):  # fmt: skip
        moved = step(town, case_id, matter["id"], name).json()
        assert moved["matter"]["state"] == state and moved["version"] == cases.version_of(town.house, case_id)
        assert open_tasks(town, case_id) == task
    blocked = town.post(
        town.th["case_manager"], f"/cases/{case_id}/steps/close",
        {"seen_version": cases.version_of(town.house, case_id), "record": form(town.house, "closure")},
    ).json()  # fmt: skip
    assert "no_matter_is_open" in [each["code"] for each in blocked["refusals"]]
    # The person says nothing about it, and need not.
    outcome = {"done": "Two visits.", "result": "partly", "silent": {"feedback": "no_wish_to_answer"}}
    done = step(town, case_id, matter["id"], "complete_service", record=outcome).json()["matter"]
    assert (done["state"], done["open"], done["next_steps"]) == ("done", False, [])
    assert open_tasks(town, case_id) == set()
    said = town.get(worker, f"/cases/{case_id}/timeline").json()["items"][-1]
    assert (said["step"], said["details"]["matter"]) == ("complete_service", matter["id"])


def test_what_is_declined_is_asked_elsewhere_and_never_at_the_same_door(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "recovering")
    matter = ask(town, case_id, urgent=False).json()["matter"]
    refused = step(town, case_id, matter["id"], "decline_service", given={"reason": "weather"})
    assert refused.status_code == 422
    declined = step(town, case_id, matter["id"], "decline_service", given={"reason": "no_capacity"}).json()["matter"]
    assert (declined["state"], declined["open"]) == ("declined", True)
    assert open_tasks(town, case_id) == {"ask_elsewhere"}
    again = form(town.house, "service_request", urgent=False)
    same = step(town, case_id, matter["id"], "ask_elsewhere", record=again).json()
    assert [each["code"] for each in same["refusals"]] == ["provider_has_not_declined"]
    other = step(town, case_id, matter["id"], "ask_elsewhere", record={**again, "provider_office": "th-mdt"}).json()
    assert (other["matter"]["state"], other["matter"]["office"]) == ("asked", "th-mdt")
    stopped = step(town, case_id, matter["id"], "stop_service", given={"reason": "person_stopped"}).json()["matter"]
    assert (stopped["state"], stopped["open"]) == ("stopped", False)
    assert open_tasks(town, case_id) == set()


def test_it_happens_once_on_the_version_seen_and_for_those_who_may(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "recovering")
    seen = cases.version_of(town.house, case_id)
    body = {
        "machine": "service", "step": "request_service", "seen_version": seen,
        "record": form(town.house, "service_request"),
    }  # fmt: skip
    path, key, worker = f"/cases/{case_id}/matters", {"key": "ask-once-and-only-once"}, town.th["social_worker"]
    first, second = (town.post(worker, path, body, **key) for _ in range(2))
    assert first.status_code == second.status_code == 201 and first.json() == second.json()
    assert len(matters(town, worker, case_id)["items"]) == 1
    assert town.post(worker, path, body).json()["code"] == "stale_version"
    matter = first.json()["matter"]["id"]
    assert step(town, case_id, matter, "accept_service", seen_version=seen).status_code == 409
    assert ask(town, case_id, "health_officer").status_code == 403
    assert step(town, case_id, matter, "admit").status_code == 404
    assert step(town, case_id, "3f2c9a54-7d0e-4f5e-9d53-0a5d2c1b8e77", "accept_service").status_code == 404
    assert ask(town, case_id, made_up_id="x").status_code == 422
    # Neither story nor plan is for the health officer: what is asked of whom is not shown either.
    assert matters(town, town.th["health_officer"], case_id) == {
        "version": cases.version_of(town.house, case_id), "items": [], "openings": [],
    }  # fmt: skip
    facts = town.get(town.th["health_officer"], f"/cases/{case_id}").json()["facts"]
    assert facts["matters"] == []
    assert town.get(town.mm["social_worker"], path).status_code == 404
