"""What changed in a case has the same consequences, whichever record or step changed it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.workflows.situations import TODAY, case, step_of
from workflows import consequences as c
from workflows.clocks import MISSING
from workflows.effects import CloseTask, Effect, FreezeClocks, OpenTask, ThawClocks
from workflows.facts import PermitFacts
from workflows.recording import follows, follows_step

HERE = case()
HELD, SOUGHT, DANGER = ({name: True} for name in ("detained", "missing", "protection_risk"))
ASKED = {"permits": (PermitFacts("work", "applied", TODAY),)}


@pytest.mark.parametrize(
    ("was", "now", "wanted"),
    [
        ({}, {}, ()),
        ({}, HELD, c.HELD),
        (HELD, HELD, ()),
        (HELD, {}, c.FREE),
        ({}, SOUGHT, (*c.SEARCH, FreezeClocks(MISSING))),
        (SOUGHT, {}, (*c.FOUND, ThawClocks(MISSING))),
        ({}, DANGER, (c.IN_DANGER,)),
        (DANGER, {}, ()),
        ({}, ASKED, (c.AGREE_WORK,)),
        (ASKED, {}, (CloseTask("agree_work"),)),
        (
            {"child": True}, {"child": False},
            tuple(CloseTask(kind, by_the_way=True) for kind in ("appoint_guardian", "prepare_adulthood")),
        ),
    ],
)
def test_a_record_and_a_step_that_change_the_same_are_followed_by_the_same(
    was: dict[str, Any], now: dict[str, Any], wanted: tuple[Effect, ...]
) -> None:
    before, after = replace(HERE, **was), replace(HERE, **now)
    assert follows("circumstances", before, after, on=TODAY) == wanted
    for machine, name in (("threat", "assess_threat"), ("referral", "report_visit"), ("care", "move_placement")):
        assert follows_step(step_of(machine, name), None, before, after, on=TODAY) == wanted, name


def test_nothing_rings_for_a_closed_case() -> None:
    before = replace(HERE, **SOUGHT)
    after = replace(HERE, care="closed", **HELD, **DANGER)
    assert follows_step(step_of("care", "close"), None, before, after, on=TODAY) == (*c.FOUND, ThawClocks(MISSING))


def test_a_form_that_comes_with_a_step_is_followed_as_by_itself_and_nothing_is_said_twice() -> None:
    step = step_of("care", "start_recovery")
    rest = follows_step(step, "care_plan", HERE, HERE, on=TODAY)
    assert rest == (CloseTask("prepare_adulthood"),)
    own = {effect.kind for effect in step.effects if isinstance(effect, OpenTask)}
    assert own == {"review_care_plan"}


def test_who_reports_a_penalty_has_begun_its_review() -> None:
    after = replace(HERE, **HELD)
    assert follows_step(step_of("non_punishment", c.REPORT), "penalty_report", HERE, after, on=TODAY) == ()
