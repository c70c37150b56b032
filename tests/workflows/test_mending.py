"""Every refusal has an act that mends it, or says that somebody has to be asked; nothing leads nowhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.casework.kinds import KINDS
from tests.workflows.situations import case
from workflows.engine import MACHINES, find_step
from workflows.mending import ACTS, ASK, Way, act_for, answered_by_form, consent_purpose, every_guard
from workflows.recording import ONLY_WITH_STEP

# What the engine and the recording rules refuse without a guard.
WITHOUT_GUARD = {
    "wrong_state", "wrong_side", "only_by_proof", "cannot_be_overridden", "belongs_to_a_step", "before_the_last_step",
}  # fmt: skip


def test_every_refusal_has_its_act_and_no_act_is_for_nothing() -> None:
    assert set(ACTS) == {guard.name for guard in every_guard()} | WITHOUT_GUARD


@pytest.mark.parametrize("code", ACTS)
def test_every_act_exists(code: str) -> None:
    act = ACTS[code]
    match act.way:
        case Way.RECORD:
            assert act.what in KINDS and act.what not in ONLY_WITH_STEP
        case Way.STEP:
            machine, _, step = act.what.partition(".")
            assert find_step(machine, step)
        case _:
            assert act.what == ""


def test_who_is_asked_is_known_wherever_only_others_can_help() -> None:
    for guard in every_guard():
        if ACTS[guard.name] == ASK:
            assert guard.who, guard.name


def test_a_form_frees_the_step_it_comes_with() -> None:
    assert answered_by_form("screening_is_recorded", "screening")
    assert not answered_by_form("screening_is_recorded", "wish")
    assert not answered_by_form("screening_is_recorded", None)
    assert answered_by_form("place_fits_the_person", "placement", "admit")
    assert answered_by_form("decider_is_new", "identification_decision")
    for spec in MACHINES.values():
        for step in spec.steps:
            assert not answered_by_form("case_is_open", step.form, step.name)


def test_a_missing_consent_names_its_purpose() -> None:
    assert consent_purpose("consent_for_notify_origin_of_identity") == "notify_origin"
    assert consent_purpose("consent_for_contact_family") == "contact_family"
    assert consent_purpose("case_is_open") == ""
    assert act_for("no such code") == ASK


def test_the_form_of_the_end_can_say_that_somebody_is_out_of_reach() -> None:
    lost = replace(case(), identification="presumed", care="recovering", contact_lost=True, bed_used=None)
    for code in ("identification_is_settled", "remedies_were_explained", "child_has_a_lasting_solution"):
        assert answered_by_form(code, "closure", "close", lost)
        assert not answered_by_form(code, "closure", "close", replace(lost, contact_lost=False)), "still in touch"
        assert not answered_by_form(code, "closure", "close", replace(lost, care="sheltered")), "has a bed"
        assert not answered_by_form(code, "placement", "admit", lost)
    told_no = replace(lost, identification="not_identified")
    assert not answered_by_form("identification_is_settled", "closure", "close", told_no), "the time to ask again runs"
    assert not answered_by_form("no_matter_is_open", "closure", "close", lost)
