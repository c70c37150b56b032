"""The page of a case: field groups, team, tasks, referrals, next steps, proof, and the look that is noted."""

from __future__ import annotations

import dataclasses
from collections import Counter

import pytest
from sqlalchemy import update

from app.cases.service import PROVED_AT_OPENING
from app.casework.fieldgroups import FACTS_BY_GROUP
from app.casework.kinds import KINDS
from app.casework.timeline import HISTORY
from policies.load import load_policies
from policies.model import FieldGroup
from tests.factories import cases, referrals
from tests.factories.towns import Town
from tests.inspect import tampering
from workflows.facts import CaseFacts


def test_every_fact_belongs_to_exactly_one_group() -> None:
    counted = Counter(name for names in FACTS_BY_GROUP.values() for name in names)
    assert set(counted) == {field.name for field in dataclasses.fields(CaseFacts)}
    assert set(counted.values()) == {1}


@pytest.mark.parametrize(
    ("kind", "fact"),
    [
        ("screening", "screening"), ("identification_decision", "decision"), ("rights_notice", "rights"),
        ("needs_assessment", "needs"), ("placement", "placement"), ("care_plan", "care_plan"),
        ("guardian_appointment", "guardian"), ("best_interests", "best_interests"), ("wish", "wish"),
        ("consent", "consents"), ("pre_return_risk", "return_risk"), ("return_plan", "return_plan"),
        ("travel_document", "travel_document"), ("legal_status", "legal"), ("circumstances", "asylum_claim"),
        ("reintegration_plan", "reintegration_plan"), ("closure", "closure"), ("remedies_notice", "remedies_notice"),
    ],
)  # fmt: skip
def test_a_fact_belongs_to_the_group_of_its_record(kind: str, fact: str) -> None:
    assert fact in FACTS_BY_GROUP[KINDS[kind].group]


def test_each_role_sees_the_facts_of_its_groups(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    for role in ("social_worker", "shelter_manager", "supervisor", "data_protection_officer"):
        facts = town.get(town.th[role], f"/cases/{case_id}").json()["facts"]
        groups = load_policies().groups_for([role])
        assert set(facts) == {name for group, names in FACTS_BY_GROUP.items() if group in groups for name in names}
        assert "identification" in facts
        assert ("screening" in facts) == (FieldGroup.NARRATIVE in groups)


def test_the_page_shows_team_tasks_referrals_and_next_steps(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    answer = town.get(town.th["case_manager"], f"/cases/{pair.case_id}")
    page = answer.json()
    assert answer.headers["etag"] == f'"{page["version"]}"'
    assert {member["role"] for member in page["team"]} == set(cases.TEAM)
    assert page["case_manager"] == town.th["case_manager"].id
    assert page["referrals"] == [{"id": pair.sent_from, "side": "sender", "state": "sent", "other_country": "MM"}]
    assert "await_answer" in {task["kind"] for task in page["tasks"]}
    assert [task["due_at"] for task in page["tasks"]] == sorted(task["due_at"] for task in page["tasks"])
    steps = {step["step"]: step for step in page["next_steps"]}
    assert not steps["depart"]["allowed"] and steps["depart"]["refusals"][0]["sources"]
    assert steps["resume_recovery"]["allowed"]
    assert page["facts"]["referral_state"] == "sent"
    total = page["chain"]["entries"]
    assert page["chain"]["sentence"] == f"{total} of {total} entries verified"
    only = town.get(town.th["case_manager"], f"/cases/{pair.case_id}/next-steps").json()
    assert only == {"version": page["version"], "next_steps": page["next_steps"]}


def test_next_steps_are_those_of_the_role(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "deciding")
    names = {
        role: {step["step"] for step in town.get(town.th[role], f"/cases/{case_id}/next-steps").json()["next_steps"]}
        for role in ("legal_officer", "social_worker", "supervisor", "data_protection_officer")
    }
    assert names["legal_officer"] == {"identify", "not_identify", "recognise"}
    assert "plan_return" in names["social_worker"] and "identify" not in names["social_worker"]
    assert "identify" in names["supervisor"] and "plan_return" not in names["supervisor"]
    assert names["data_protection_officer"] == set()


def test_opening_is_noted_once_for_each_look(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th)
    worker = town.th["social_worker"]
    town.get(worker, f"/cases/{case_id}")
    town.get(worker, f"/cases/{case_id}")
    assert [(look.actor_id, look.subject_id) for look in town.looks("case_opened")] == [(worker.id, case_id)] * 2
    town.get(town.mm["social_worker"], f"/cases/{case_id}")
    assert len(town.looks("case_opened")) == 2
    (refusal,) = town.looks("refused")
    assert (refusal.actor_id, refusal.subject_id) == (town.mm["social_worker"].id, case_id)


def test_the_page_proves_the_newest_entries_and_names_a_fault(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    for _ in range(PROVED_AT_OPENING):
        cases.add(town.house, town.th["social_worker"], case_id, "wish")
    chain = town.get(town.th["social_worker"], f"/cases/{case_id}").json()["chain"]
    assert chain["fault"] is None and chain["checked"] == chain["verified"] == PROVED_AT_OPENING
    assert chain["sentence"].startswith(f"The last {PROVED_AT_OPENING} of {chain['entries']} entries verified")
    with tampering(town.house.db) as session:
        last = HISTORY.c.seq == chain["entries"] - 1
        session.execute(update(HISTORY).where(HISTORY.c.subject_id == case_id, last).values(step="closed"))
    broken = town.get(town.th["social_worker"], f"/cases/{case_id}").json()["chain"]
    assert broken["verified"] == PROVED_AT_OPENING - 2
    assert f"entry {chain['entries'] - 1}: the column 'step' is not what was hashed" in broken["fault"]
