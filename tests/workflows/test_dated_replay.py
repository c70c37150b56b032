"""Dated replay: what was decided under an old rule is judged by the rule of its day, also when the rule has changed.

The changed rules are copies of the real policies in which something ends on one day and something else begins.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from policies.model import Clock, Corridor, DatedClock, Policies
from tests.workflows.situations import ready
from workflows.engine import Moved, Refused, decide
from workflows.facts import Situation, Today
from workflows.guards.screening import window_end

# The last day of the old rule; the new one holds from the day after.
LAST = date(2026, 6, 30)
BEFORE, AFTER = LAST - timedelta(days=10), LAST + timedelta(days=10)


def changed(clocks: tuple[DatedClock, ...], value: int, unit: str = "days") -> tuple[DatedClock, ...]:
    """A clock that ends on LAST, and its successor."""
    old = clocks[-1]
    new = old.model_copy(update={"from_": LAST + timedelta(days=1), "value": value, "unit": unit})
    return (*clocks[:-1], old.model_copy(update={"until": LAST}), new)


def with_country_clock(policies: Policies, name: str, value: int) -> Policies:
    """The policies after a change of one of Thailand's time limits."""
    country = policies.countries["TH"]
    clocks = {**country.clocks, name: changed(country.clocks[name], value)}
    after = country.model_copy(update={"clocks": clocks})
    return policies.model_copy(update={"countries": {**policies.countries, "TH": after}, "digest": "after"})


def with_fifth_visit(policies: Policies) -> Policies:
    """The policies after every return is to be followed by a fifth visit."""

    def more(corridor: Corridor) -> Corridor:
        fifth = corridor.dated_clocks["visit_4"][-1].model_copy(update={"from_": LAST + timedelta(days=1)})
        return corridor.model_copy(update={"dated_clocks": {**corridor.dated_clocks, "visit_5": (fifth,)}})

    corridors = {key: more(each) for key, each in policies.corridors.items()}
    default = more(policies.default_corridor)
    return policies.model_copy(update={"corridors": corridors, "default_corridor": default, "digest": "after"})


def on(situation: Situation, day: date) -> Situation:
    """The same question asked on a day."""
    now = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    return replace(situation, today=Today(now, day))


def decided_against(day: date) -> Situation:
    """Somebody who was found not to be trafficked on a day and asks for another look, without new evidence yet."""
    situation = ready("identification", "ask_reconsideration")
    assert situation.case is not None
    case = replace(situation.case, identification="not_identified", negative_on=day, reconsideration_grounds=False)
    return replace(situation, case=case)


def codes(answer: Moved | Refused) -> set[str]:
    """What a decision is blocked by."""
    return {each.code for each in answer.refusals} if isinstance(answer, Refused) else set()


@pytest.mark.parametrize(("decided", "days"), [(BEFORE, 30), (AFTER, 5)], ids=["before", "after"])
def test_the_window_of_a_decision_is_that_of_its_day(policies: Policies, decided: date, days: int) -> None:
    new = with_country_clock(policies, "reconsideration", 5)
    assert policies.clock("reconsideration", "TH", on=BEFORE).value == 30
    situation = decided_against(decided)
    assert situation.case is not None
    assert window_end(situation.case, new) == (decided + timedelta(days=days)).isoformat()
    inside, outside = on(situation, decided + timedelta(days=days)), on(situation, decided + timedelta(days=days + 1))
    late = "window_or_new_evidence"
    assert late not in codes(decide("identification", "ask_reconsideration", inside, new))
    assert late in codes(decide("identification", "ask_reconsideration", outside, new))


def test_an_old_case_gets_the_old_answer_under_the_new_rules(policies: Policies) -> None:
    """Day for day: whoever was decided on under the old window is told the same by both texts."""
    new = with_country_clock(policies, "reconsideration", 5)
    for days in (0, 4, 6, 29, 30, 31, 90):
        for step, machine in (("ask_reconsideration", "identification"), ("close", "care")):
            asked = on(decided_against(BEFORE), BEFORE + timedelta(days=days))
            assert codes(decide(machine, step, asked, policies)) == codes(decide(machine, step, asked, new)), days
    asked = on(decided_against(AFTER), AFTER + timedelta(days=6))
    answers = [codes(decide("identification", "ask_reconsideration", asked, each)) for each in (policies, new)]
    assert answers[0] != answers[1], "the new rule does change what is decided under it"


@pytest.mark.parametrize(("assessed", "days"), [(BEFORE, 30), (AFTER, 5)], ids=["before", "after"])
def test_a_risk_assessment_holds_as_long_as_the_rule_of_its_day_lets_it(
    policies: Policies, assessed: date, days: int
) -> None:
    corridor = policies.default_corridor
    name = "risk_assessment_validity"
    clocks = {**corridor.dated_clocks, name: changed(corridor.dated_clocks[name], 5)}
    new = policies.model_copy(update={"default_corridor": corridor.model_copy(update={"dated_clocks": clocks})})
    situation = ready("care", "depart")
    assert situation.case is not None and situation.case.return_risk is not None
    risk = replace(situation.case.return_risk, on=assessed, valid_until=assessed + timedelta(days=3650))
    situation = replace(situation, case=replace(situation.case, return_risk=risk))
    for later, valid in ((days, True), (days + 1, False)):
        found = codes(decide("care", "depart", on(situation, assessed + timedelta(days=later)), new))
        assert ("return_risk_is_valid" not in found) == valid


@pytest.mark.parametrize(("returned", "wanted"), [(BEFORE, 4), (AFTER, 5)], ids=["before", "after"])
def test_a_return_is_followed_as_was_agreed_then(policies: Policies, returned: date, wanted: int) -> None:
    new = with_fifth_visit(policies)

    def home(machine: str, step: str, visits: int) -> Situation:
        situation = on(ready(machine, step), returned + timedelta(days=500))
        case, referral = situation.case, situation.referral
        assert case is not None and case.reintegration_plan is not None
        plan = replace(case.reintegration_plan, on=returned)
        case = replace(case, care="reintegrating", visits=visits, contact_lost=False, reintegration_plan=plan)
        if referral is not None:
            assert referral.receipt is not None
            arrived = replace(referral.receipt, on=returned)
            referral = replace(referral, receipt=arrived, visits=visits, contact_lost=False)
        return replace(situation, case=case, referral=referral)

    for machine, step, guard in (("care", "close", "monitoring_is_done"), ("referral", "complete", "visits_are_made")):
        assert guard in codes(decide(machine, step, home(machine, step, wanted - 1), new))
        assert guard not in codes(decide(machine, step, home(machine, step, wanted), new))


@pytest.mark.parametrize("name", ["reflection", "placement_review", "decision", "care_plan"])
def test_a_clock_that_was_started_keeps_its_value(policies: Policies, name: str) -> None:
    new = with_country_clock(policies, name, 3)

    def value(text: Policies, day: date) -> tuple[Any, ...]:
        clock: Clock = text.clock(name, "TH", "MM", on=day)
        return clock.value, clock.unit

    assert value(new, BEFORE) == value(policies, BEFORE) == value(new, LAST)
    assert value(new, AFTER) == (3, "days")


def test_the_amounts_of_an_entitlement_are_those_of_the_day(policies: Policies) -> None:
    """What was due before a change stays due: every dated amount answers for its own days and no other."""
    seen = 0
    for country in policies.countries.values():
        for entitlement in country.entitlements:
            for amount in entitlement.amounts:
                first = amount.from_
                assert entitlement.amount(first) == amount
                assert entitlement.amount(first - timedelta(days=1)) != amount
                if amount.until is not None:
                    assert entitlement.amount(amount.until) == amount
                    assert entitlement.amount(amount.until + timedelta(days=1)) != amount
                seen += 1
    assert seen
