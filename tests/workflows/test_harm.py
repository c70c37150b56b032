"""Held, threatened, punished: who is held in one place or two, and what a case that has ended still takes in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from policies.model import Policies
from tests.workflows.situations import LATELY, ready, with_case
from workflows import facts as f
from workflows.effects import Alert
from workflows.engine import MACHINES, Moved, decide
from workflows.guards.legal import nobody_is_held_by_it
from workflows.harm import CONSIDER_REOPENING, harm_after_closing
from workflows.recording import follows, refusals_for


def held(number: int, state: str = "reported", about: str = "detention", *flags: str) -> f.MatterFacts:
    """A penalty, by which the person is held where ``flags`` say so."""
    ended = LATELY if state in {"released", "unlinked", "lifted"} else None
    said = {"about": about, "flags": frozenset(flags), "ended_on": ended}
    return replace(f.MatterFacts(f"penalty-{number}", "non_punishment", state, LATELY, LATELY), **said)


@pytest.mark.parametrize(
    ("matter", "others", "detained", "over"),
    [
        (held(1, "reported", "detention", "held"), (), True, False),
        (held(1), (), False, True),
        # An older fact says only that the person is held: it is by this one, unless another is known to hold them.
        (held(1), (), True, False),
        (held(1), (held(2, "reported", "charge", "held"),), True, True),
        (held(1, "reported", "detention", "held"), (held(2, "reported", "detention", "held"),), True, False),
        (held(1, "reported", "charge", "held"), (), True, True),
    ],
)
def test_a_detention_is_over_when_it_holds_nobody(
    matter: f.MatterFacts, others: tuple[f.MatterFacts, ...], detained: bool, over: bool, policies: Policies
) -> None:
    situation = with_case(ready("care", "plan_return"), detained=detained, matters=(matter, *others))
    found = nobody_is_held_by_it.objection(replace(situation, matter=matter), policies)
    assert (found is None) == over
    gone = replace(with_case(situation, deceased=True), matter=matter)
    assert nobody_is_held_by_it.objection(gone, policies) is None


@pytest.mark.parametrize(
    ("care", "matters", "given", "refused"),
    [
        ("recovering", (held(1, "reported", "detention", "held"),), {"detained": False}, "every_detention_is_over"),
        ("recovering", (held(1, "reported", "detention", "held"),), {"detained": True}, None),
        ("recovering", (held(1, "reported", "detention", "held"),), {"missing": True}, None),
        # Out on bail, or held on although a review found no link: that they are free is said of the person.
        ("recovering", (held(1, "reported", "charge", "held"),), {"detained": False}, None),
        ("recovering", (held(1, "unlinked", "detention", "held"),), {"detained": False}, None),
        ("closed", (), {"detained": True, "note": "Called from the station."}, None),
        ("closed", (), {"protection_risk": True}, None),
        ("closed", (), {"detained": False}, None),
        ("closed", (), {"note": "Called."}, "closed_case_hears_of_harm_alone"),
        ("closed", (), {"detained": True, "missing": True}, "closed_case_hears_of_harm_alone"),
        ("closed", (), {"asylum_claim": False}, "closed_case_hears_of_harm_alone"),
    ],
)
def test_what_circumstances_may_say_of_who_is_held(
    care: str, matters: tuple[f.MatterFacts, ...], given: dict[str, object], refused: str | None, policies: Policies
) -> None:
    situation = replace(with_case(ready("care", "plan_return"), care=care, matters=matters), given=given)
    assert [each.code for each in refusals_for("circumstances", situation, policies)] == [refused] * bool(refused)
    if care == "closed":
        # The words of an earlier record are changed when the case is open.
        corrected = refusals_for("circumstances", situation, policies, correcting=True)
        assert "case_is_open" in {each.code for each in corrected}


def test_harm_in_a_closed_case_asks_whether_to_open_it_again(policies: Policies) -> None:
    shut = with_case(ready("care", "plan_return"), care="closed").case
    assert shut is not None
    for harm in ({"detained": True}, {"protection_risk": True}):
        found = follows("circumstances", shut, replace(shut, **harm), on=LATELY)
        assert CONSIDER_REOPENING in found and Alert("harm_after_closing", "care:reopen") in found
        assert not harm_after_closing("circumstances", replace(shut, care="recovering"), replace(shut, care="intake"))
    for step in ("report_penalty", "report_threat"):
        assert CONSIDER_REOPENING in harm_after_closing(step, shut, shut)
    assert harm_after_closing("circumstances", replace(shut, detained=True), shut) == ()
    # What is done about a report waits for the case to be open.
    for machine in ("non_punishment", "threat"):
        for row in MACHINES[machine].steps:
            assert ("case_is_open" in {guard.name for guard in row.guards}) == (not row.opens), row.name


@pytest.mark.parametrize(
    ("facts", "opens"),
    [({}, False), ({"detained": True}, True), ({"contact_lost": True}, True), ({"protection_risk": True}, False)],
)
def test_who_cannot_be_asked_is_not_asked_whether_to_open_the_case(
    facts: dict[str, object], opens: bool, policies: Policies
) -> None:
    for agreed in (None, False):
        situation = with_case(ready("care", "reopen"), reopening_agreed=agreed, **facts)
        assert isinstance(decide("care", "reopen", situation, policies), Moved) == opens
