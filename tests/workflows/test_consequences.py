"""What changed in a case has the same consequences, whichever record or step changed it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.casework.kinds import KINDS
from policies.model import Policies
from tests.workflows.situations import TODAY, case, step_of
from workflows import consequences as c
from workflows import harm
from workflows.clocks import MISSING
from workflows.effects import CloseTask, Effect, FreezeClocks, OpenTask, ThawClocks
from workflows.facts import (
    BestInterestsFacts,
    ConsentFacts,
    GuardianFacts,
    InterestFacts,
    PermitFacts,
    TravelDocumentFacts,
)
from workflows.identification import APPOINT_GUARDIAN
from workflows.leave import AGREE_WORK
from workflows.recording import follows, follows_step
from workflows.reminders import REMINDERS, reminded

# With nothing on record that runs out, and of somebody who needs no leave to be in the country.
HERE = replace(case(), consents=(), travel_document=None, nationality=case().country)
HELD: dict[str, Any] = {"detained": True}
SOUGHT: dict[str, Any] = {"missing": True}
DANGER: dict[str, Any] = {"protection_risk": True}
ASKED: dict[str, Any] = {"permits": (PermitFacts("work", "applied", TODAY),)}


@pytest.mark.parametrize(
    ("was", "now", "wanted"),
    [
        ({}, {}, ()),
        ({}, HELD, harm.HELD),
        (HELD, HELD, ()),
        (HELD, {}, harm.FREE),
        ({}, SOUGHT, (*c.SEARCH, FreezeClocks(MISSING))),
        (SOUGHT, {}, (*c.FOUND, ThawClocks(MISSING))),
        ({}, DANGER, (c.IN_DANGER,)),
        (DANGER, {}, ()),
        ({}, ASKED, (AGREE_WORK,)),
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


def test_nothing_rings_for_a_closed_case_but_harm() -> None:
    before = replace(HERE, **SOUGHT)
    after = replace(HERE, care="closed", **HELD, **DANGER)
    found = follows_step(step_of("care", "close"), None, before, after, on=TODAY)
    assert found == (*c.FOUND, *harm.HELD, c.IN_DANGER, ThawClocks(MISSING), *harm.HARM_AFTER_CLOSING)
    quiet = follows_step(step_of("care", "close"), None, before, replace(HERE, care="closed"), on=TODAY)
    assert quiet == (*c.FOUND, ThawClocks(MISSING))


def test_a_form_that_comes_with_a_step_is_followed_as_by_itself_and_nothing_is_said_twice() -> None:
    step = step_of("care", "start_recovery")
    assert follows_step(step, "care_plan", HERE, HERE, on=TODAY) == (), "a plan of today says nothing of turning 18"
    plan = replace(HERE.care_plan, adulthood=True) if HERE.care_plan is not None else None
    rest = follows_step(step, "care_plan", HERE, replace(HERE, care_plan=plan), on=TODAY)
    assert rest == (CloseTask("prepare_adulthood"),)
    own = {effect.kind for effect in step.effects if isinstance(effect, OpenTask)}
    assert own == {"review_care_plan"}


def appointed(**changes: Any) -> dict[str, Any]:
    """A child whose guardian serves and was checked, but for ``changes``."""
    return {"child": True, "guardian": replace(GuardianFacts(TODAY, None, True), **changes)}


NOBODY = {"child": True, "guardian": None}
ENDS = TODAY + timedelta(days=30)
OVER = CloseTask("appoint_guardian", by_the_way=True)


@pytest.mark.parametrize(
    ("was", "now", "wanted"),
    [
        (NOBODY, appointed(), (CloseTask("appoint_guardian"), c.NEXT_GUARDIAN)),
        (NOBODY, appointed(since=ENDS), (APPOINT_GUARDIAN,)),
        (NOBODY, appointed(conflict_checked=False), (APPOINT_GUARDIAN,)),
        (NOBODY, appointed(until=TODAY - timedelta(days=1)), (APPOINT_GUARDIAN,)),
        (NOBODY, appointed(conflict_checked=False) | {"presumed_on": None, "identification": "screening"}, ()),
        (appointed(until=ENDS), appointed(conflict_checked=False), (OVER, APPOINT_GUARDIAN)),
        (
            appointed(of_family=True, until=ENDS), appointed(of_family=True, until=ENDS) | {"family_complicity": True},
            (OVER, APPOINT_GUARDIAN),
        ),
    ],
)
def test_a_guardian_is_looked_for_until_somebody_checked_serves(
    was: dict[str, Any], now: dict[str, Any], wanted: tuple[Effect, ...]
) -> None:
    base = replace(HERE, interests=(), best_interests=None)
    assert follows("guardian_appointment", replace(base, **was), replace(base, **now), on=TODAY) == wanted


@pytest.mark.parametrize(
    ("change", "speaks"),
    [
        ({}, True),
        ({"since": ENDS}, False),
        ({"until": TODAY - timedelta(days=1)}, False),
        ({"conflict_checked": False}, False),
    ],
)
def test_the_duty_at_presumption_asks_the_same(change: dict[str, Any], speaks: bool) -> None:
    assert APPOINT_GUARDIAN.unless == "guardian_speaks"
    assert replace(HERE, **appointed(**change)).guardian_speaks(TODAY) is speaks


def consent_until(*days: int | None, **changes: Any) -> dict[str, Any]:
    """Consents that end so many days from now."""
    row = ConsentFacts("return", "MM", frozenset({"needs"}), "self", TODAY)
    ends = [None if each is None else TODAY + timedelta(days=each) for each in days]
    return {"consents": tuple(replace(row, valid_until=each, **changes) for each in ends)}


@pytest.mark.parametrize(
    ("was", "now", "kind", "days"),
    [
        ({}, consent_until(90), "renew_consent", (90,)),
        ({}, consent_until(None), None, ()),
        (consent_until(40), consent_until(90, 40), "renew_consent", (40, 90)),
        (consent_until(40, 90), consent_until(90), "renew_consent", (90,)),
        (consent_until(40), consent_until(40, withdrawn_on=TODAY), "renew_consent", ()),
        ({}, consent_until(-2), "renew_consent", ()),
        ({}, consent_until(90, informed=False), None, ()),
        ({}, consent_until(90) | {"deceased": True}, None, ()),
        ({}, consent_until(90) | {"care": "closed"}, None, ()),
        (consent_until(90), consent_until(90) | {"care": "handed_over"}, "renew_consent", ()),
        ({}, {"travel_document": TravelDocumentFacts(TODAY, ENDS)}, "renew_document", (30,)),
        (
            {"child": True},
            {"child": True, "interests": (InterestFacts(TODAY, "placement", True, True, ENDS),),
             "best_interests": BestInterestsFacts(TODAY, "stay", 2, True, False, TODAY + timedelta(days=60))},
            "review_interests", (30, 60),
        ),
        (
            {"child": True, "interests": (InterestFacts(TODAY, "placement", True, True, ENDS),)},
            {"child": False, "interests": (InterestFacts(TODAY, "placement", True, True, ENDS),)},
            "review_interests", (),
        ),
    ],
)
def test_what_runs_out_is_looked_at_before_it_does(
    was: dict[str, Any], now: dict[str, Any], kind: str | None, days: tuple[int, ...]
) -> None:
    bare = replace(HERE, consents=(), travel_document=None, interests=(), best_interests=None, child=False)
    found = reminded(replace(bare, **was), replace(bare, **now), TODAY)
    assert found[:1] == (() if kind is None else (CloseTask(kind, by_the_way=True),))
    opened = [(each.kind, each.ends) for each in found if isinstance(each, OpenTask)]
    assert opened == [(kind, TODAY + timedelta(days=each)) for each in days]


def test_every_reminder_has_a_lead_a_role_and_records_that_answer_it(policies: Policies) -> None:
    for each in REMINDERS:
        assert policies.clocks.leads[each.task.lead] >= 1
        assert each.task.role in policies.roles and policies.knows("task_kind", each.task.kind)
        assert set(each.answered_by) <= set(KINDS)
    # The next meeting of two countries hangs on no case: app/meetings/watching.py reminds of it.
    watched = ["corridor_meeting", "case_worker_visit"]
    assert sorted([*(str(each.task.lead) for each in REMINDERS), *watched]) == sorted(policies.clocks.leads)


def test_who_reports_a_penalty_has_begun_its_review() -> None:
    after = replace(HERE, **HELD)
    assert follows_step(step_of("non_punishment", harm.REPORT), "penalty_report", HERE, after, on=TODAY) == ()
