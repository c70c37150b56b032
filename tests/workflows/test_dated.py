"""Which duties have a day of the world, read from what the duties say; and that none was left out."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import date
from pathlib import Path

import workflows
from tests.workflows.situations import case
from workflows.dated import FIXED, moved, never_stands
from workflows.effects import OpenTask
from workflows.facts import MatterFacts
from workflows.staying import HEARING_ON

DAY = date(2026, 12, 5)
HEARING = MatterFacts("m", "proceeding", "running", DAY, DAY, "criminal", due=DAY)
CLAIM = MatterFacts("m", "remedy", "preparing", DAY, DAY, "wages", due=DAY)
# What the team sets for itself.
OWN = {"review_care_plan", "reassess_needs", "review_protection", "answer_service", "begin_service", "ask_elsewhere"}


def _dated_in_the_source() -> set[str]:
    """The kinds of all tasks that are written down with a day of their own, wherever in workflows/ that is."""
    found = set()
    for file in Path(workflows.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "OpenTask"):
                continue
            said = {each.arg for each in node.keywords}
            if said & {"due_on", "by_matter", "lead"} and isinstance(node.args[0], ast.Constant):
                found.add(str(node.args[0].value))
    return found


def test_every_duty_with_a_day_is_known_as_the_worlds_or_as_our_own() -> None:
    dated = _dated_in_the_source()
    assert {"attend_hearing", "renew_permit", "weigh_appeal", "file_remedy", "renew_consent", "settle_stay"} <= dated
    assert dated - OWN <= set(FIXED) and not OWN & set(FIXED)
    built = {"appoint_guardian", "look_after_leave", "tell_remedy", "await_remedy"}
    assert set(FIXED) - dated <= built, "built from another, or named by a constant"
    assert OpenTask("x", "y", "z", by_matter=True).is_fixed and not OpenTask("x", "y", "z").is_fixed


def test_a_day_is_of_the_world_only_where_one_is_named() -> None:
    here = case()
    assert never_stands("attend_hearing", here, HEARING)
    assert not never_stands("attend_hearing", here, replace(HEARING, due=None))
    assert not never_stands("attend_hearing", here) and not never_stands("renew_permit", here)
    assert not never_stands("review_care_plan", here) and not never_stands("assess_needs", here)
    assert never_stands("assess_age", None) and never_stands("renew_consent", here)


def test_a_corrected_day_moves_the_tasks_of_its_matter() -> None:
    later = replace(CLAIM, due=date(2026, 12, 20))
    assert {each.task.kind for each in moved(CLAIM, later)} == {"file_remedy", "weigh_appeal", "collect_remedy"}
    assert moved(CLAIM, CLAIM) == () == moved(CLAIM, replace(later, ended_on=DAY))
    (of_day,) = moved(HEARING, replace(HEARING, due=later.due))
    assert (of_day.task.kind, of_day.of_days) == ("attend_hearing", (HEARING.due, later.due))
    both = replace(HEARING, flags=HEARING.flags | {f"{HEARING_ON}{HEARING.due}", f"{HEARING_ON}{later.due}"})
    assert [each.of_days for each in moved(HEARING, both)] == [(None, later.due)], "each hearing has a task of its own"
    assert [each.of_days for each in moved(both, HEARING)] == [(later.due, None)]
    assert moved(both, replace(both, flags=both.flags | {"part.witness"})) == ()
