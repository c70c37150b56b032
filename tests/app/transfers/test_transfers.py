"""An office asks another: seen in codes alone until it agrees, moved in one act, shared only as far as agreed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.casework import refold
from app.casework.held import CASE, hold_case
from app.casework.tasks import TABLE as TASK
from app.worker import Worker as Machine
from tests.factories import cases
from tests.factories.forms import form
from tests.factories.staff import Worker, add_user
from tests.factories.towns import Town
from tests.inspect import reading
from workflows.guards.transfers import WHOLE_FILE

OTHER, THIRD = "th-shelter-phitsanulok", "th-shelter-chiang-rai"
NAME = "Mya Thandar"


@pytest.fixture
def there(town: Town) -> Worker:
    """A case manager of the other office."""
    return add_user(town.house, OTHER, "case_manager")


def a_case(town: Town) -> str:
    case_id: str = cases.bring_case(town.house, town.th, "recovering")
    version = town.get(town.th["social_worker"], f"/cases/{case_id}").json()["version"]
    body = {"identity": {"given_names": NAME, "phone": "+66 2 555"}, "seen_version": version}
    assert town.post(town.th["social_worker"], f"/cases/{case_id}/identity", body).status_code == 200
    return case_id


def agree(town: Town, case_id: str, recipient: str = OTHER, **changes: Any) -> None:
    groups = changes.pop("data_groups", sorted(WHOLE_FILE | {"language"}))
    cases.add(
        town.house, town.th["social_worker"], case_id, "consent", purpose="assistance", recipient=recipient,
        data_groups=groups, **changes,
    )  # fmt: skip


def version_of(town: Town, case_id: str) -> int:
    with reading(town.house.db) as session:
        return int(session.execute(select(CASE.c.version).where(CASE.c.id == case_id)).scalar_one())


def request(town: Town, case_id: str, what: str = "take_over", **changes: Any) -> Any:
    record = form(town.house, "transfer_request", what=what, to_office=OTHER) | changes
    body = {"machine": "transfer", "step": "request_transfer", "record": record}
    return town.post(
        town.th["case_manager"], f"/cases/{case_id}/matters", {**body, "seen_version": version_of(town, case_id)}
    )


def step(town: Town, case_id: str, matter: str, word: str, **more: Any) -> Any:
    body = {"seen_version": version_of(town, case_id), **more}
    return town.post(town.th["case_manager"], f"/cases/{case_id}/matters/{matter}/steps/{word}", body)


def asked(town: Town, case_id: str, what: str = "take_over", **changes: Any) -> str:
    answer = request(town, case_id, what, **changes)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["matter"]["id"])


def codes(answer: Any) -> set[str]:
    assert answer.status_code == 409, answer.text
    return {each["code"] for each in answer.json()["refusals"]}


def follows_from_history(town: Town, case_id: str) -> None:
    with town.house.db.read() as session:
        desk = town.house.system_desk(session, "TH")
        held = hold_case(desk, case_id, lock=False)
        assert refold.case_facts(desk, held) == held.facts


def test_a_case_changes_hands_in_one_act(town: Town, there: Worker) -> None:
    case_id = a_case(town)
    assert codes(request(town, case_id)) == {"consent_for_assistance"}
    agree(town, case_id, data_groups=["needs", "language"])
    assert codes(request(town, case_id)) == {"consent_for_assistance"}, "whoever takes over gets the whole file"
    agree(town, case_id)
    matter = asked(town, case_id)
    assert codes(request(town, case_id, to_office=THIRD)) == {"transfer_is_not_double", "consent_for_assistance"}
    seen = town.get(there, f"/transfers/{matter}").json()
    assert (seen["ours"], seen["age_band"], seen["needs"], seen["state"]) == (True, "18+", ["health"], "asked")
    assert (seen["shared"], seen["case_reference"]) == ({}, None)
    assert case_id not in str(seen)
    assert NAME not in str(seen)
    for path in (f"/cases/{case_id}", f"/cases/{case_id}/timeline", f"/cases/{case_id}/matters"):
        assert town.get(there, path).status_code == 404, "what is asked opens no case"
    reveal = town.post(there, f"/transfers/{matter}/reveal", {"reason": "We would like to know her."})
    assert reveal.json()["code"] == "nothing_shared"
    assert [each["id"] for each in town.get(there, "/transfers").json()["asked_of_us"]] == [matter]
    assert {each["kind"] for each in town.get(there, "/notices").json()["items"]} == {"transfer_asked"}
    assert codes(step(town, case_id, matter, "take_over_case")) == {"asked_office_answers"}
    assert town.post(town.th["case_manager"], f"/transfers/{matter}/take-over", {}).status_code == 404

    with reading(town.house.db) as session:
        duties = select(TASK.c.id, TASK.c.due_at).where(TASK.c.case_id == case_id, TASK.c.state == "open")
        before = {row.id: row.due_at for row in session.execute(duties)}
    taken = town.post(there, f"/transfers/{matter}/take-over", {})
    assert taken.status_code == 200, taken.text
    with reading(town.house.db) as session:
        row = session.execute(select(CASE).where(CASE.c.id == case_id)).one()
        left = session.execute(select(TASK).where(TASK.c.case_id == case_id, TASK.c.state == "open")).all()
    assert (row.office_id, row.case_manager_id) == (there.office_id, there.id)
    assert left
    assert {each.office_id for each in left} == {there.office_id}
    assert all(before[each.id] == each.due_at for each in left), "clocks go on as they ran"
    facts = cases.facts_of(town.house, case_id)
    assert (facts.office, facts.case_manager) == (OTHER, there.id)
    follows_from_history(town, case_id)
    for worker in ("social_worker", "case_manager", "shelter_manager", "supervisor", "first_responder"):
        assert town.get(town.th[worker], f"/cases/{case_id}").status_code in (403, 404), worker
    line = town.get(there, f"/cases/{case_id}/timeline").json()["items"]
    words = [each["step"] for each in line if each["step"] in ("request_transfer", "take_over_case", "case_manager")]
    assert words.count("take_over_case") == 1, "the chain of custody is in the timeline"
    assert words.count("request_transfer") == 1
    assert town.post(there, f"/transfers/{matter}/take-over", {}).json()["refusals"][0]["code"] == "wrong_state"

    old = town.get(town.th["case_manager"], f"/transfers/{matter}").json()
    assert set(old["shared"]) == {"language", "needs"}, "the old office keeps what was agreed, for a time"
    town.clock.advance(timedelta(days=15))
    assert town.get(town.th["case_manager"], f"/transfers/{matter}").json()["shared"] == {}


def test_a_share_shows_what_was_agreed_until_it_is_taken_back(town: Town, there: Worker) -> None:
    case_id = a_case(town)
    agree(town, case_id, data_groups=["needs", "language"])
    assert codes(request(town, case_id, "service", data_groups=["identity"])) == {"consent_for_assistance"}
    agree(town, case_id, data_groups=["identity"])
    matter = asked(town, case_id, "service", data_groups=["identity", "needs"])
    assert town.post(there, f"/transfers/{matter}/take-over", {}).json()["refusals"][0]["code"] == (
        "transfer_is_a_take_over"
    )
    shared = town.post(there, f"/transfers/{matter}/accept", {})
    assert shared.status_code == 200, shared.text
    assert set(shared.json()["shared"]) == {"needs"}, "a name needs a reason"
    assert town.get(there, f"/cases/{case_id}").status_code == 404, "a share is no sight of the file"
    told = town.post(there, f"/transfers/{matter}/reveal", {"reason": "She comes to us at ten today."})
    assert told.status_code == 200, told.text
    assert told.json()["shared"]["identity"]["given_names"] == NAME
    assert "contact" not in told.json()["shared"], "only what the person agreed to"
    looks = [each["step"] for each in _line(town, case_id) if each["kind"] == "reveal"]
    assert looks == ["shared"]
    assert cases.facts_of(town.house, case_id).office == "th-shelter-tak"

    cases.add(
        town.house, town.th["social_worker"], case_id, "consent_withdrawal", purposes=["assistance"],
        recipients=["th-ngo"],
    )  # fmt: skip
    assert town.get(there, f"/transfers/{matter}").json()["state"] == "shared", "taken back from somebody else"
    cases.add(
        town.house, town.th["social_worker"], case_id, "consent_withdrawal", purposes=["assistance"],
        recipients=[OTHER],
    )  # fmt: skip
    after = town.get(there, f"/transfers/{matter}").json()
    assert (after["state"], after["reason"], after["shared"]) == ("revoked", "consent_withdrawn", {})
    again = town.post(there, f"/transfers/{matter}/reveal", {"reason": "She comes to us at ten today."})
    assert again.json()["code"] == "nothing_shared"
    follows_from_history(town, case_id)


def _line(town: Town, case_id: str) -> Any:
    return town.get(town.th["social_worker"], f"/cases/{case_id}/timeline?limit=100").json()["items"]


def test_an_office_asks_back_declines_and_is_late(town: Town, there: Worker) -> None:
    case_id = a_case(town)
    agree(town, case_id, recipient="TH")
    matter = asked(town, case_id, "joint_work")
    assert town.post(there, f"/transfers/{matter}/question", {"question": "nonsense"}).status_code == 422
    back = town.post(there, f"/transfers/{matter}/question", {"question": "urgency"})
    assert (back.json()["state"], back.json()["question"]) == ("questioned", "urgency")
    record = form(town.house, "transfer_request", what="joint_work", to_office=THIRD, urgency="now")
    answered = step(town, case_id, matter, "answer_transfer_question", record=record)
    assert answered.status_code == 200, answered.text
    assert answered.json()["matter"]["office"] == OTHER, "who was asked first stays the one that is asked"
    seen = town.get(there, f"/transfers/{matter}").json()
    assert (seen["state"], seen["urgency"], seen["late"]) == ("asked", "now", False)

    town.clock.advance(timedelta(days=2))
    Machine(town.house).watch()
    Machine(town.house).watch()
    assert town.get(there, f"/transfers/{matter}").json()["late"]
    kinds = [each["kind"] for each in town.get(there, "/notices").json()["items"]]
    assert kinds.count("transfer_late") == 1
    no = town.post(there, f"/transfers/{matter}/decline", {"reason": "no_such_help", "suggestion": "another_office"})
    assert (no.json()["state"], no.json()["reason"]) == ("declined", "no_such_help")
    assert {each["kind"] for each in town.get(town.th["case_manager"], "/notices").json()["items"]} >= {
        "transfer_answered"
    }
    assert asked(town, case_id, "service") != matter, "another way is open again"
    follows_from_history(town, case_id)


def test_who_is_kept_away_is_not_asked_and_a_seal_opens_to_nobody(town: Town, there: Worker) -> None:
    case_id = a_case(town)
    agree(town, case_id)
    matter = asked(town, case_id)
    assert step(town, case_id, matter, "withdraw_transfer", given={"reason": "not_needed"}).status_code == 200
    ngo = add_user(town.house, "th-ngo", "shelter_manager")
    body = {
        "against": "organisation", "value": ngo.organisation, "why": "complicity", "reason": "Seen with the recruiter.",
    }  # fmt: skip
    blocked = town.post(town.th["case_manager"], f"/cases/{case_id}/blocks", body)
    assert blocked.status_code == 201, blocked.text
    agree(town, case_id, recipient="th-ngo")
    assert codes(request(town, case_id, to_office="th-ngo")) == {"office_is_not_kept_away"}
    assert town.get(ngo, "/transfers").json()["asked_of_us"] == []
    record = form(town.house, "closure", reason="transferred")
    cases.add(town.house, town.th["case_manager"], case_id, "closure", **record)
    closing = town.post(
        town.th["case_manager"], f"/cases/{case_id}/steps/close", {"seen_version": version_of(town, case_id)}
    )
    assert "transfer_is_recorded" in codes(closing), "nobody has taken it up"
    facts = cases.facts_of(town.house, case_id)
    assert [row.recipient for row in facts.consents if row.purpose == "assistance"] == [OTHER, "th-ngo"]


def test_two_agreements_for_one_office_stand_side_by_side(town: Town) -> None:
    case_id = a_case(town)
    agree(town, case_id, data_groups=["needs", "health"])
    agree(town, case_id, data_groups=["health", "identity"], valid_until=None)
    rows = [row for row in cases.facts_of(town.house, case_id).consents if row.recipient == OTHER]
    assert [sorted(row.data_groups) for row in rows] == [["needs"], ["health", "identity"]]
    agree(town, case_id, data_groups=["language"], earlier="ends")
    rows = [row for row in cases.facts_of(town.house, case_id).consents if row.recipient == OTHER]
    assert [sorted(row.data_groups) for row in rows] == [["language"]]
    follows_from_history(town, case_id)


def take_back(town: Town, worker: Worker, case_id: str, *recipients: str, **more: Any) -> Any:
    body = form(town.house, "consent_withdrawal", purposes=["assistance"], recipients=list(recipients))
    return town.post(
        worker, f"/cases/{case_id}/records/consent_withdrawal",
        {"record": body, "seen_version": version_of(town, case_id), **more},
    )  # fmt: skip


def test_taken_back_from_one_office_is_not_shared_under_a_wider_yes_nor_answered_again(
    town: Town, there: Worker
) -> None:
    case_id, worker = a_case(town), town.th["social_worker"]
    agree(town, case_id, recipient="TH")
    matter = asked(town, case_id, "service", data_groups=["needs"])
    shared = town.post(there, f"/transfers/{matter}/accept", {}, key="only-once-accepted")
    assert set(shared.json()["shared"]) == {"needs"}
    assert codes(take_back(town, worker, case_id, OTHER)) == {"wider_consent_is_named"}
    assert town.get(there, f"/transfers/{matter}").json()["state"] == "shared"
    taken = take_back(town, worker, case_id, OTHER, "TH")
    assert taken.status_code == 201, taken.text
    assert town.get(there, f"/transfers/{matter}").json()["state"] == "revoked"
    again = town.post(there, f"/transfers/{matter}/accept", {}, key="only-once-accepted")
    assert (again.status_code, again.json()["state"], again.json()["shared"]) == (200, "revoked", {})

    corrected = take_back(town, worker, case_id, OTHER, corrects=taken.json()["record"]["id"])
    assert codes(corrected) == {"wider_consent_is_named"}, "a correction does not let the wider one live again"
    follows_from_history(town, case_id)


def test_who_takes_a_case_over_holds_what_is_shared_and_the_old_office_can_be_shut_out(
    town: Town, there: Worker
) -> None:
    case_id, old = a_case(town), town.th["case_manager"]
    agree(town, case_id)
    agree(town, case_id, recipient=THIRD)
    share = asked(town, case_id, "service", to_office=THIRD, data_groups=["needs"])
    matter = asked(town, case_id)
    assert town.post(there, f"/transfers/{matter}/take-over", {}).status_code == 200
    assert share not in {each["id"] for each in town.get(old, "/transfers").json()["sent"]}
    assert town.get(old, f"/transfers/{share}").status_code == 404
    assert share in {each["id"] for each in town.get(there, "/transfers").json()["sent"]}
    third = add_user(town.house, THIRD, "case_manager")
    town.post(third, f"/transfers/{share}/accept", {})
    assert "transfer_answered" in {each["kind"] for each in town.get(there, "/notices").json()["items"]}
    assert "transfer_answered" not in {
        each["kind"] for each in town.get(old, "/notices").json()["items"] if each["subject_id"] == share
    }

    assert town.get(old, f"/transfers/{matter}").json()["shared"]
    cases.add(
        town.house, there, case_id, "consent_withdrawal", purposes=["assistance"], recipients=["th-shelter-tak"]
    )
    assert town.get(old, f"/transfers/{matter}").json()["shared"] == {}, "taken back from the old office alone"
    assert town.get(third, f"/transfers/{share}").json()["shared"]
