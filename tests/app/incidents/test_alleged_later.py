"""Somebody near a person is found to be among the alleged afterwards: those who protect hear of it, and no name."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from app.casework.tasks import TABLE as TASK
from app.models.notice import Notice
from app.oversight.rebuild import rebuild_facts
from tests.app.incidents.test_children import _allow, _named, _step, codes, file
from tests.factories import cases, referrals
from tests.factories.staff import add_user
from tests.factories.towns import Town
from tests.gates.case_forms import INCIDENT
from tests.inspect import reading

GUARDIAN, AUNT = "Suda Chaiyo", "Noy Phommasan"


def duties(town: Town, case_id: str, kind: str) -> list[tuple[str, str | None]]:
    """The open tasks of a kind: role and matter."""
    query = select(TASK.c.role, TASK.c.matter_id).where(
        TASK.c.case_id == case_id, TASK.c.kind == kind, TASK.c.state == "open"
    )
    with reading(town.house.db) as session:
        return [(row.role, row.matter_id) for row in session.execute(query)]


def warned(town: Town, case_id: str) -> list[str]:
    """Who was told that the person of the case is in danger, once for each time; no notice says more."""
    query = select(Notice.user_id, Notice.detail).where(
        Notice.kind == "person_in_danger", Notice.subject_id == case_id
    )
    with reading(town.house.db) as session:
        found = session.execute(query).all()
    assert all(row.detail is None for row in found)
    return [row.user_id for row in found]


def alleged(town: Town, case_id: str, *names: str) -> Any:
    """The legal officer names somebody among the alleged of the incident."""
    body = {"role": "recruiter", "names": list(names), "words": "Was seen at the house."}
    answer = town.post(town.th["legal_officer"], f"/cases/{case_id}/incident/offenders", body)
    assert answer.status_code == 201, answer.text
    return answer


@pytest.fixture
def child(town: Town) -> tuple[str, tuple[str, str]]:
    """A child in care with a guardian and an aunt it is in touch with; its incident has nobody who is alleged yet."""
    worker = town.th["social_worker"]
    case_id = cases.bring_case(town.house, town.th, "recovering", child=True, age_band="15-17", nationality="TH")
    assert town.post(worker, f"/cases/{case_id}/incident", INCIDENT).status_code == 201
    assert file(town, case_id, "best_interests_assessment", question="contact").status_code == 201
    aunt = _named(town, case_id, worker, name=AUNT)
    assert _allow(town, case_id, worker, aunt).status_code == 200
    return case_id, aunt


def test_guardian_and_relative_are_compared_when_somebody_is_named(
    town: Town, child: tuple[str, tuple[str, str]]
) -> None:
    case_id, aunt = child
    alleged(town, case_id, "Somchai Kaewkla")
    assert warned(town, case_id) == [] and duties(town, case_id, "appoint_guardian") == []
    answer = alleged(town, case_id, "Chaiyo Suda")
    assert duties(town, case_id, "appoint_guardian") == [("legal_officer", None)]
    assert duties(town, case_id, "decide_contact") == []
    assert town.th["supervisor"].id in warned(town, case_id) and "guardian" not in answer.text
    alleged(town, case_id, "Uncle " + AUNT)
    assert duties(town, case_id, "decide_contact") == [("social_worker", aunt[0])]
    # Named again, nothing is opened twice.
    alleged(town, case_id, AUNT, GUARDIAN)
    assert len(duties(town, case_id, "decide_contact")) == len(duties(town, case_id, "appoint_guardian")) == 1
    again = _allow(town, case_id, town.th["social_worker"], aunt)
    assert codes(again) == ["relative_is_free_of_suspects"] and "Noy" not in again.text
    timeline = str(town.get(town.th["auditor"], f"/cases/{case_id}/timeline").json())
    assert not {name for name in ("Suda", "Noy", "Somchai") if name in timeline}
    apart = _step(town, case_id, town.th["social_worker"], aunt, "keep_apart", {"reason": "not_safe"})
    assert apart.status_code == 200, apart.text
    assert duties(town, case_id, "decide_contact") == []
    assert file(town, case_id, "guardian_appointment", guardian_name="Malee Srisai").status_code == 201
    assert duties(town, case_id, "appoint_guardian") == []
    assert rebuild_facts(town.house) == []


def test_a_case_that_joins_an_incident_later_is_compared_with_all_of_it(town: Town) -> None:
    """The other case is another office's: whoever names or joins may not see it, and it is compared all the same."""
    worker = town.th["social_worker"]
    first = cases.open_case(town.house, worker, identity={})
    cases.join(town.house, first, town.th["legal_officer"])
    assert town.post(worker, f"/cases/{first}/incident", INCIDENT).status_code == 201
    alleged(town, first, GUARDIAN)
    second = cases.bring_case(town.house, town.th, "presumed", child=True, age_band="15-17")
    reference = town.get(worker, f"/cases/{first}").json()["reference"]
    joined = town.post(worker, f"/cases/{second}/incident/join", {"reference": reference})
    assert joined.status_code in (200, 201), joined.text
    assert duties(town, second, "appoint_guardian") == [("legal_officer", None)]
    assert town.th["supervisor"].id in warned(town, second) and warned(town, first) == []


def test_of_a_colleague_who_may_be_alleged_only_others_hear(town: Town) -> None:
    worker, lawyer = town.th["social_worker"], town.th["legal_officer"]
    suspect = add_user(town.house, "th-shelter-tak", "case_manager")
    case_id = cases.open_case(town.house, worker, identity={})
    cases.join(town.house, case_id, lawyer, suspect)
    assert town.post(worker, f"/cases/{case_id}/incident", INCIDENT).status_code == 201
    name = town.get(suspect, "/me").json()["display_name"]
    alleged(town, case_id, name)
    told = warned(town, case_id)
    assert town.th["supervisor"].id in told and suspect.id not in told and worker.id not in told


def test_nothing_more_of_a_child_goes_out_on_the_word_of_a_guardian_who_is_alleged_since(town: Town) -> None:
    """The offer had been sent; then the guardian who agreed is named: neither identity nor another office follows."""
    manager = town.th["case_manager"]
    case_id = referrals.bring_case_for_referral(town.house, town.th, child=True, age_band="15-17")
    assert town.post(town.th["social_worker"], f"/cases/{case_id}/incident", INCIDENT).status_code == 201
    sent = referrals.draft(town.house, town.th, case_id)
    referrals.take(town.house, town.th["supervisor"], sent, "approve")
    referrals.take(town.house, manager, sent, "send")
    arrived = referrals.pair_of(town.house, sent).arrived
    referrals.take(town.house, town.mm["national_focal_point"], arrived, "acknowledge")

    def tell_who() -> Any:
        body = {"seen_version": referrals.row_of(town.house, sent).version}
        return town.post(manager, f"/referrals/{sent}/steps/disclose_identity", body)

    alleged(town, case_id, GUARDIAN)
    refused = tell_who()
    assert (refused.status_code, codes(refused)) == (409, ["guardian_is_appointed"]) and "Suda" not in refused.text
    again = {"purpose": "notify_origin", "recipient": "MM", "giver": "guardian", "child_assent": True}
    assert codes(file(town, case_id, "consent", **again)) == ["guardian_who_agrees_serves"]
    assert file(town, case_id, "guardian_appointment", guardian_name="Malee Srisai").status_code == 201
    assert file(town, case_id, "consent", **again).status_code == 201
    assert tell_who().status_code == 200
