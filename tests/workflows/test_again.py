"""What a case owes when it begins again, and what a death ends: tables that a new duty has to join."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.worklist.notice_words import SENTENCES
from policies.model import Policies
from tests.workflows.situations import TODAY, case, step_of
from workflows import again, care, identification
from workflows.death import DIED, SEE_TO, TO_THE_LIVING, death
from workflows.effects import CloseTask, OpenTask
from workflows.facts import DeathFacts, GuardianFacts
from workflows.recording import BY_CALENDAR, FOLLOWS, follows, follows_step

CLOSED = replace(case(child=True), care="closed", closed_from="recovering")
SOON = TODAY + timedelta(days=20)
# Duties of a case itself that somebody has after a death, too.
# What was wrong here is wrong abroad too, and a use that was objected to goes on without the person.
GOES_ON = {"see_to_death", "consider_reopening", "tell_partner_corrected", "act_on_objection"}


def reopened(**facts: Any) -> list[OpenTask]:
    """The tasks that follow where a closed case of a child goes on, with its step's own."""
    before = replace(CLOSED, **facts)
    step = step_of("care", "reopen")
    found = follows_step(step, "reopening", before, replace(before, care="recovering"), on=TODAY)
    return [each for each in (*step.effects, *found) if isinstance(each, OpenTask)]


def test_each_state_of_identification_says_what_it_owes() -> None:
    assert set(again.OWED) == {state.value for state in identification.Identification}
    opened = {each.kind for row in identification.STEPS for each in row.effects if isinstance(each, OpenTask)}
    assert opened == {each.kind for tasks in again.OWED.values() for each in tasks}


def test_a_case_that_goes_on_derives_its_duties_from_the_facts_and_each_once() -> None:
    guardian = GuardianFacts(TODAY, SOON, True)
    found = reopened(guardian=guardian, protection_risk=False)
    kinds = Counter(each.kind for each in found)
    wanted = {
        "appoint_guardian", "review_placement", "review_care_plan", "renew_consent", "renew_document", "read_rights",
        "explain_remedies", "assess_needs", "end_of_reflection",
    }  # fmt: skip
    assert wanted <= kinds.keys(), wanted - kinds.keys()
    assert all(each.once or each.ends or each.kind == "assess_needs" for each in found), "never beside an open one"
    assert not any(each.due_on == "guardian_until" for each in reopened(guardian=None))
    assert "write_care_plan" in {each.kind for each in reopened(care_plan=None)}


@pytest.mark.parametrize("care_state", sorted(again.BY_CLOCK))
def test_who_stays_or_moves_on_is_visited_again(care_state: str) -> None:
    assert again.FOLLOW_UP in again.owed(replace(CLOSED, care=care_state))


def test_a_case_that_did_not_end_begins_nothing_anew() -> None:
    here = replace(CLOSED, care="recovering")
    for before, after in ((here, here), (here, CLOSED), (CLOSED, CLOSED), (CLOSED, replace(here, deceased=True))):
        assert not again.begins_again(before, after)
    assert again.begins_again(replace(here, deceased=True), here)


def test_every_duty_of_a_case_says_whether_a_death_ends_it(policies: Policies) -> None:
    tasks = [each for row in (*identification.STEPS, *care.STEPS) for each in row.effects]
    tasks += [each for effects in FOLLOWS.values() for each in effects]
    kinds = {each.kind for each in (*tasks, *BY_CALENDAR) if isinstance(each, OpenTask | CloseTask)} - {"*"}
    assert kinds - TO_THE_LIVING == GOES_ON
    assert all(policies.knows("task_kind", kind) for kind in TO_THE_LIVING)
    assert DIED.kind in SENTENCES and DIED.permission in policies.permissions


def test_a_death_leaves_one_duty_until_all_of_it_is_done() -> None:
    lives = replace(CLOSED, care="recovering")
    dead = replace(lives, deceased=True)
    done = DeathFacts(TODAY, "in_person", "with_family", True)
    found = follows("circumstances", lives, dead, on=TODAY)
    assert {each.kind for each in found if isinstance(each, CloseTask) and each.everywhere} == TO_THE_LIVING
    assert [each for each in found if isinstance(each, OpenTask)] == [SEE_TO] and DIED in found
    for lacks in ({"family_told": "not_yet"}, {"remains": "not_yet"}, {"ministry_told": False}):
        part = replace(dead, death=replace(done, **lacks))
        assert death(dead, part) == () and death(part, replace(dead, death=done)) == (CloseTask(SEE_TO.kind),), lacks
    assert SEE_TO not in death(lives, replace(dead, death=done))
