"""A provider that works here answers for itself: in codes, without the case, and no longer than the person agrees."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.casework import refold
from app.casework.held import CASE, hold_case
from app.casework.move import StepRefused
from app.casework.tasks import TABLE as TASK
from app.casework.transfers import SERVICES
from app.worker import Worker as Machine
from tests.app.casework.test_corrections import correct
from tests.factories import cases
from tests.factories.forms import day, form
from tests.factories.staff import Worker, add_user
from tests.factories.towns import Town
from tests.inspect import reading, writing

SISTER, NGO = "th-shelter-phitsanulok", "th-ngo"
NAME = "Mya Thandar"


def a_case(town: Town) -> str:
    case_id: str = cases.bring_case(town.house, town.th, "recovering")
    version = town.get(town.th["social_worker"], f"/cases/{case_id}").json()["version"]
    body = {"identity": {"given_names": NAME, "phone": "+66 2 555"}, "seen_version": version}
    assert town.post(town.th["social_worker"], f"/cases/{case_id}/identity", body).status_code == 200
    return case_id


def agree(town: Town, case_id: str, recipient: str = NGO, **changes: Any) -> None:
    groups = changes.pop("data_groups", ["needs", "health"])
    cases.add(
        town.house, town.th["social_worker"], case_id, "consent", purpose="assistance", recipient=recipient,
        data_groups=groups, **changes,
    )  # fmt: skip


def take_back(town: Town, case_id: str, **changes: Any) -> None:
    cases.add(town.house, town.th["social_worker"], case_id, "consent_withdrawal", purposes=["assistance"], **changes)


def version_of(town: Town, case_id: str) -> int:
    with reading(town.house.db) as session:
        return int(session.execute(select(CASE.c.version).where(CASE.c.id == case_id)).scalar_one())


def request(town: Town, case_id: str, office: str | None = NGO, **changes: Any) -> Any:
    record = form(town.house, "service_request", provider_office=office) | changes
    body = {"machine": "service", "step": "request_service", "record": record}
    worker = town.th["social_worker"]
    return town.post(worker, f"/cases/{case_id}/matters", {**body, "seen_version": version_of(town, case_id)})


def asked(town: Town, case_id: str, office: str | None = NGO, **changes: Any) -> str:
    answer = request(town, case_id, office, **changes)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["matter"]["id"])


def step(town: Town, case_id: str, matter: str, word: str, **more: Any) -> Any:
    body = {"seen_version": version_of(town, case_id), **more}
    return town.post(town.th["social_worker"], f"/cases/{case_id}/matters/{matter}/steps/{word}", body)


def codes(answer: Any) -> set[str]:
    assert answer.status_code == 409, answer.text
    return {each["code"] for each in answer.json()["refusals"]}


def only(town: Town, there: Worker) -> dict[str, Any]:
    """The one service that is open at the provider's."""
    found = [each for each in town.get(there, "/services").json()["asked_of_us"] if each["ended_at"] is None]
    assert len(found) == 1, found
    return dict(found[0])


def duties(town: Town, case_id: str, matter: str) -> set[str]:
    query = select(TASK.c.kind).where(TASK.c.case_id == case_id, TASK.c.matter_id == matter, TASK.c.state == "open")
    with reading(town.house.db) as session:
        return set(session.execute(query).scalars())


def news(town: Town, worker: Worker) -> list[str]:
    return [str(each["kind"]) for each in town.get(worker, "/notices").json()["items"] if "service" in each["kind"]]


def state_of(town: Town, case_id: str, matter: str) -> str:
    found = cases.facts_of(town.house, case_id).matter(matter)
    assert found is not None
    return found.state


def follows_from_history(town: Town, case_id: str) -> None:
    with town.house.db.read() as session:
        held = hold_case(town.house.system_desk(session, "TH"), case_id, lock=False)
        assert refold.case_facts(town.house.system_desk(session, "TH"), held) == held.facts


@pytest.fixture
def there(town: Town) -> Worker:
    """Somebody of an organisation outside, who answers for it."""
    return add_user(town.house, NGO, "social_worker")


def test_the_loop_is_closed_with_the_provider(town: Town, there: Worker) -> None:
    case_id = a_case(town)
    assert codes(request(town, case_id)) == {"consent_for_service"}
    agree(town, case_id, data_groups=["needs"])
    assert codes(request(town, case_id)) == {"consent_for_service"}, "a need of health tells of health"
    agree(town, case_id)
    matter = asked(town, case_id)
    seen = only(town, there)
    assert (seen["number"][:2], seen["kind"], seen["age_band"], seen["urgent"]) == ("S-", "health", "18+", True)
    assert (seen["case_reference"], seen["matter_id"], seen["state"]) == (None, None, "asked")
    for secret in (case_id, NAME, matter, "Burmese"):
        assert secret not in str(seen)
    for path in (f"/cases/{case_id}", f"/cases/{case_id}/matters", f"/cases/{case_id}/timeline"):
        assert town.get(there, path).status_code == 404, "what is asked opens no case"
    assert news(town, there) == ["service_asked"]
    given = {"reason": "no_capacity"}
    assert codes(step(town, case_id, matter, "accept_service")) == {"provider_is_outside"}
    assert codes(step(town, case_id, matter, "decline_service", given=given)) == {"provider_is_outside"}
    path = f"/services/{seen['id']}"
    assert town.post(town.th["social_worker"], f"{path}/accept", {}).status_code == 404, "it is not theirs to answer"
    assert town.post(there, f"{path}/accept", {"appointment_time": "t0930"}).status_code == 422, "which day?"
    assert town.post(there, f"{path}/begin", {}).json()["refusals"][0]["code"] == "wrong_state"
    when = {"appointment_on": day(town.house, 2), "appointment_time": "t0930", "appointment_place": "with_provider"}
    said = town.post(there, f"{path}/accept", when)
    assert said.status_code == 200, said.text
    assert (said.json()["state"], said.json()["appointment_on"]) == ("accepted", when["appointment_on"])
    assert news(town, town.th["social_worker"]) == ["service_answered"]
    assert duties(town, case_id, matter) == {"begin_service"}
    assert codes(step(town, case_id, matter, "start_service")) == {"provider_is_outside"}
    follows_from_history(town, case_id)
    facts = cases.facts_of(town.house, case_id).matter(matter)
    assert facts is not None
    assert {"time.t0930", "place.with_provider"} <= facts.flags
    assert town.post(there, f"{path}/begin", {}).json()["state"] == "running"
    outcome = form(town.house, "service_outcome", feedback=None)
    assert codes(step(town, case_id, matter, "complete_service", record=outcome)) == {"provider_has_finished"}
    assert town.post(there, f"{path}/finish", {"outcome": "partly"}).json()["state"] == "delivered"
    assert duties(town, case_id, matter) == {"hear_person"}
    done = step(town, case_id, matter, "complete_service", record=outcome)
    assert done.status_code == 200, done.text
    assert duties(town, case_id, matter) == set()
    seen = town.get(there, path).json()
    assert (seen["state"], seen["outcome"]) == ("done", "partly"), "what the person said stays with their team"
    follows_from_history(town, case_id)
    line = town.get(town.th["social_worker"], f"/cases/{case_id}/timeline").json()["items"]
    by = {each["step"]: each["actor"]["id"] for each in line}
    assert {by[each] for each in ("agree_to_serve", "begin_to_serve", "finish_serving")} == {there.id}
    mine = town.get(town.th["social_worker"], "/services").json()["sent"]
    assert [each["matter_id"] for each in mine] == [matter], "who asks finds the way back to the case"


def test_a_declined_need_is_taken_elsewhere_and_the_first_follows_it_no_further(town: Town, there: Worker) -> None:
    sister = add_user(town.house, SISTER, "health_officer")
    case_id = a_case(town)
    agree(town, case_id)
    matter = asked(town, case_id)
    path = f"/services/{only(town, there)['id']}"
    assert town.post(there, f"{path}/decline", {"reason": "weather"}).status_code == 422
    declined = town.post(there, f"{path}/decline", {"reason": "no_capacity"}).json()
    assert (declined["state"], declined["reason"]) == ("declined", "no_capacity")
    assert duties(town, case_id, matter) == {"ask_elsewhere"}
    again = form(town.house, "service_request", provider_office=NGO)
    assert codes(step(town, case_id, matter, "ask_elsewhere", record=again)) == {"provider_has_not_declined"}
    elsewhere = step(town, case_id, matter, "ask_elsewhere", record={**again, "provider_office": SISTER})
    assert elsewhere.status_code == 200, elsewhere.text
    assert town.get(there, path).json()["state"] == "declined"
    assert town.post(there, f"{path}/accept", {}).json()["code"] == "asking_ended"
    take_back(town, case_id)
    assert only(town, sister)["state"] == "asked", "help inside one's own body never ends by it"
    yes = town.post(sister, f"/services/{only(town, sister)['id']}/accept", {})
    assert yes.json()["appointment_on"] is None
    assert town.get(there, f"/services/{only(town, sister)['id']}").status_code == 404
    stopped = step(town, case_id, matter, "stop_service", given={"reason": "need_over"})
    assert stopped.status_code == 200
    assert set(news(town, sister)) == {"service_asked", "service_stopped"}
    follows_from_history(town, case_id)


def test_nothing_outlives_the_consent(town: Town, there: Worker) -> None:
    case_id = a_case(town)
    agree(town, case_id)
    unanswered = asked(town, case_id)
    agree(town, case_id, data_groups=["needs"], earlier="ends")
    assert state_of(town, case_id, unanswered) == "stopped", "a narrower consent ends what it does not cover"
    assert "service_stopped" in news(town, there)
    agree(town, case_id)
    accepted = asked(town, case_id)
    path = f"/services/{only(town, there)['id']}"
    assert town.post(there, f"{path}/accept", {}).status_code == 200
    by_phone = asked(town, case_id, None, provider="A clinic", service_kind="education")
    inside = asked(town, case_id, "th-mdt", service_kind="legal")
    take_back(town, case_id, recipients=[NGO])
    assert state_of(town, case_id, accepted) == "accepted", "what was promised is for the team and the person to settle"
    assert town.get(there, path).json()["consent_gone"] is True
    assert "service_consent" in news(town, there)
    assert town.post(there, f"{path}/begin", {}).json()["refusals"][0]["code"] == "consent_for_service"
    assert duties(town, case_id, by_phone) == {"answer_service"}, "it was no part of what this one covers"
    agree(town, case_id, "TH", data_groups=["needs"])
    take_back(town, case_id)
    assert duties(town, case_id, by_phone) == {"answer_service", "tell_provider"}
    assert duties(town, case_id, inside) == {"answer_service"}
    assert step(town, case_id, by_phone, "stop_service", given={"reason": "consent_withdrawn"}).status_code == 200
    assert duties(town, case_id, by_phone) == set()
    follows_from_history(town, case_id)


def test_time_runs_out_for_answers_and_consents(town: Town, there: Worker) -> None:
    case_id = a_case(town)
    agree(town, case_id, valid_until=day(town.house, 3))
    first = asked(town, case_id)
    town.clock.advance(timedelta(days=2))
    Machine(town.house).watch()
    assert only(town, there)["late"] is True
    assert news(town, there).count("service_late") == 1
    assert "service_late" in news(town, town.th["social_worker"])
    town.clock.advance(timedelta(days=3))
    Machine(town.house).watch()
    assert state_of(town, case_id, first) == "stopped"
    assert town.get(there, "/services").json()["asked_of_us"][0]["reason"] == "consent_withdrawn"
    Machine(town.house).watch()
    assert news(town, there).count("service_stopped") == 1


def test_a_consent_that_runs_out_is_told_to_who_works_elsewhere(town: Town) -> None:
    """An organisation in words, or an office where nobody works here, hears of it from the team, as where it is taken
    back."""
    case_id = a_case(town)
    agree(town, case_id, "TH", data_groups=["needs"], valid_until=day(town.house, 10))
    by_phone = asked(town, case_id, None, provider="A clinic", service_kind="education")
    running = asked(town, case_id, None, provider="A school", service_kind="employment")
    for word in ("accept_service", "start_service"):
        assert step(town, case_id, running, word).status_code == 200
    inside = asked(town, case_id, "th-mdt", service_kind="legal")
    machine = Machine(town.house)
    town.clock.advance(timedelta(days=10))
    machine.come_of_age()
    both = duties(town, case_id, by_phone) | duties(town, case_id, running)
    assert "tell_provider" not in both, "the last day counts"
    town.clock.advance(timedelta(days=1))
    machine.come_of_age()
    assert "tell_provider" in duties(town, case_id, by_phone) and "tell_provider" in duties(town, case_id, running)
    assert duties(town, case_id, inside) == {"answer_service"}, "help inside one's own body goes on"
    # Told, by whoever did it, is told; a worker that begins again finds nothing new.
    with writing(town.house.db) as session:
        mine = (TASK.c.matter_id == by_phone, TASK.c.kind == "tell_provider")
        session.execute(update(TASK).where(*mine).values(state="done"))
    town.clock.advance(timedelta(days=1))
    assert Machine(town.house).come_of_age() == 0
    assert "tell_provider" not in duties(town, case_id, by_phone)
    assert "tell_provider" in duties(town, case_id, running)
    # A new yes leaves nothing to tell; when it runs out that is another end.
    agree(town, case_id, "TH", data_groups=["needs"], valid_until=day(town.house, 5))
    assert "tell_provider" not in duties(town, case_id, running), "the person agrees again"
    town.clock.advance(timedelta(days=6))
    Machine(town.house).come_of_age()
    assert "tell_provider" in duties(town, case_id, by_phone)
    follows_from_history(town, case_id)


def test_nobody_is_asked_from_whom_the_person_is_kept_away(town: Town, there: Worker) -> None:
    case_id = a_case(town)
    agree(town, case_id)
    asked(town, case_id)
    path = f"/services/{only(town, there)['id']}"
    body = {"against": "organisation", "value": there.organisation, "why": "complicity", "reason": "Seen with them."}
    assert town.post(town.th["case_manager"], f"/cases/{case_id}/blocks", body).status_code == 201
    assert town.get(there, path).status_code == 404
    assert town.get(there, "/services").json()["asked_of_us"] == []
    assert codes(request(town, case_id, service_kind="education")) == {"office_is_not_kept_away"}


def test_a_correction_unasks_nobody_and_an_office_where_nobody_works_is_written_down(town: Town, there: Worker) -> None:
    case_id = a_case(town)
    agree(town, case_id)
    worker = town.th["social_worker"]
    record = form(town.house, "service_request", provider_office=NGO)
    made = cases.take(town.house, worker, case_id, "request_service", record)
    with pytest.raises(StepRefused) as refused:
        correct(town.house, worker, case_id, "service_request", str(made.record_id), provider_office="th-mdt")
    assert [each["code"] for each in refused.value.extra["refusals"]] == ["asked_office_stays"]
    quiet = asked(town, case_id, "th-mdt")
    assert step(town, case_id, quiet, "accept_service").json()["matter"]["state"] == "accepted"
    with reading(town.house.db) as session:
        assert session.execute(select(SERVICES.c.id).where(SERVICES.c.matter_id == quiet)).all() == []
