"""A decision is changed by another decision: not by a paper beside it, not by a correction, not by its day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from policies.model import Policies
from tests.workflows.situations import LATELY, LONG_AGO, NOW, TODAY, case, decision, ready, with_actor, with_case
from workflows.effects import MoveTask
from workflows.facts import CaseFacts
from workflows.identification import ASK_AGAIN
from workflows.moments import against_the_day
from workflows.recording import follows, refusals_after_correction, refusals_for

KIND = "identification_decision"


@pytest.mark.parametrize(
    ("stands", "refused"),
    [(each, False) for each in ("reported", "screening", "presumed", "deciding", "reconsidering")]
    + [(each, True) for each in ("identified", "not_identified", "screened_out")],
)
def test_a_decided_case_takes_no_second_decision_beside_its_step(
    stands: str, refused: bool, policies: Policies
) -> None:
    situation = with_case(ready("identification", "identify"), identification=stands)
    codes = {each.code for each in refusals_for(KIND, situation, policies)}
    assert codes == ({"decision_is_still_to_be_taken"} if refused else set())
    assert refusals_for(KIND, situation, policies, correcting=True) == ()


CORRECTED: list[tuple[str, dict[str, Any], set[str]]] = [
    ("identified", {"notified_on": TODAY}, set()),
    ("identified", {"act": False}, {"findings_meet_definition"}),
    ("identified", {"purpose": False}, {"findings_meet_definition"}),
    ("identified", {"reasons": False}, {"reasons_are_written"}),
    ("identified", {"panel": 1}, {"panel_is_complete"}),
    ("identified", {"authority": "th-police-tak"}, {"authority_is_competent"}),
    ("identified", {"outcome": "not_identified", "purpose": False},
     {"decision_says_identified", "findings_meet_definition"}),
    ("not_identified", {"notified_on": LONG_AGO}, set()),
    ("not_identified", {"notified_on": TODAY + timedelta(days=400)}, {"person_was_told"}),
    ("not_identified", {"purpose": True}, {"findings_support_the_no"}),
]  # fmt: skip


@pytest.mark.parametrize(("stands", "change", "wanted"), CORRECTED)
def test_a_corrected_decision_answers_again_what_its_step_asked(
    stands: str, change: dict[str, Any], wanted: set[str], policies: Policies
) -> None:
    before = replace(case(), identification=stands, decision=decision(stands), finding="no_sign")
    assert before.decision is not None
    situation = with_case(ready("care", "plan_return"), **{each: getattr(before, each) for each in (
        "identification", "finding")}, decision=replace(before.decision, **change))
    assert {each.code for each in refusals_after_correction(KIND, before, situation, policies)} == wanted
    # What does not touch the decision asks nothing of it.
    same = with_case(situation, decision=before.decision)
    assert refusals_after_correction("circumstances", before, same, policies) == ()


def test_a_screener_corrects_no_decision(policies: Policies) -> None:
    before = case()
    assert before.decision is not None
    by_screener = replace(before.decision, decider="screener-1", notified_on=TODAY)
    situation = with_actor(with_case(ready("care", "plan_return"), decision=by_screener), id="screener-1")
    codes = {each.code for each in refusals_after_correction(KIND, before, situation, policies)}
    assert codes == {"decider_is_not_screener"}


def test_a_recognised_decision_stays_one_of_its_country(policies: Policies) -> None:
    before = replace(case(), decision=decision("identified", by_country="MM"))
    assert before.decision is not None
    for change, wanted in (
        ({"act": False, "reasons": False}, set()),
        ({"authority": "mm-dor"}, {"foreign_authority_is_competent"}),
        ({"by_country": "TH", "authority": "th-mdt"}, {"foreign_decision_is_recorded"}),
    ):
        situation = with_case(ready("care", "plan_return"), decision=replace(before.decision, **change))
        assert {each.code for each in refusals_after_correction(KIND, before, situation, policies)} == wanted


def test_the_window_moves_with_the_day_on_which_the_person_heard() -> None:
    def no(on: Any) -> CaseFacts:
        return replace(case(), identification="not_identified", negative_on=on)

    assert follows(KIND, no(LATELY), no(TODAY), on=TODAY, corrected=True) == (MoveTask(ASK_AGAIN),)
    assert follows(KIND, no(LATELY), no(LATELY), on=TODAY, corrected=True) == ()


def test_a_step_never_lies_before_what_it_follows() -> None:
    assert against_the_day(NOW, None) == against_the_day(NOW, NOW) == ()
    assert [each.code for each in against_the_day(NOW - timedelta(seconds=1), NOW)] == ["before_the_last_step"]
