"""Which tasks end with a step: read from the machines, so that nobody forgets a new one."""

from __future__ import annotations

from app.casework.kinds import KINDS
from app.worklist.closers import CLOSERS
from workflows.effects import OpenTask
from workflows.engine import MACHINES

OPENED = {
    effect.kind
    for spec in MACHINES.values()
    for step in spec.steps
    for effect in step.effects
    if isinstance(effect, OpenTask)
}


def test_a_task_that_a_step_answers_is_not_ended_by_hand() -> None:
    assert CLOSERS["screen"] == ("identification.presume", "identification.screen_out")
    assert CLOSERS["answer_referral"]
    assert {"visit_1", "visit_2", "visit_3", "visit_4"} <= set(CLOSERS)


def test_what_only_the_system_or_the_end_of_a_case_closes_is_ended_by_hand() -> None:
    by_hand = OPENED - set(CLOSERS)
    assert {"end_of_reflection", "after_decline", "plan_alternatives"} <= by_hand


def test_a_record_answers_the_task_that_asks_for_it() -> None:
    assert CLOSERS["appoint_guardian"] == ("record.guardian_appointment",)
    assert "record.rights_notice" in CLOSERS["read_rights"]


def test_news_of_a_claim_is_told_and_never_ended_by_hand() -> None:
    assert CLOSERS["report_remedy"] == ("referral.report_remedy",)
    assert {"referral.answer_remedy", "record.remedy_told"} <= set(CLOSERS["tell_remedy"])


def test_every_act_that_is_named_exists() -> None:
    for acts in CLOSERS.values():
        for act in acts:
            place, name = act.split(".")
            if place == "record":
                assert name in KINDS
                continue
            step = MACHINES[place].step(name)
            assert step is not None and not step.system_only
