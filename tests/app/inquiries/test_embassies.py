"""What becomes of a letter to an embassy when a consent runs out, a case closes, or a child has no guardian."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.casework import withdrawing
from app.casework.tasks import TABLE as TASK
from app.worker import Worker as Postman
from tests.app.inquiries.test_inquiries import codes, step
from tests.app.keeping.people import CLOSURE
from tests.factories import cases
from tests.factories.forms import day, form
from tests.factories.towns import Town
from tests.inspect import reading
from tests.workflows.situations import LATELY, LONG_AGO, TODAY, ready
from workflows.facts import MatterFacts
from workflows.guards.inquiries import EMBASSY, nationality_known


def agree(town: Town, case_id: str, **changes: object) -> None:
    cases.add(
        town.house, town.th["social_worker"], case_id, "consent", purpose="notify_origin", recipient="KE",
        **{"data_groups": ["identity"], **changes},
    )  # fmt: skip


def ask(town: Town, case_id: str, **changes: object) -> Any:
    body = {"machine": EMBASSY, "step": "ask_embassy", "record": form(town.house, "embassy_request", **changes)}
    seen = cases.version_of(town.house, case_id)
    return town.post(town.th["case_manager"], f"/cases/{case_id}/matters", {**body, "seen_version": seen})


def sent(town: Town, **consent: object) -> tuple[str, str]:
    """A case whose letter has left, and the matter."""
    case_id: str = cases.bring_case(town.house, town.th, "recovering", nationality="KE")
    agree(town, case_id, **consent)
    answer = ask(town, case_id)
    assert answer.status_code == 201, answer.text
    matter = str(answer.json()["matter"]["id"])
    assert step(town, case_id, matter, "note_embassy_sent", way="post").status_code == 200
    return case_id, matter


def duties(town: Town, case_id: str) -> set[tuple[str, str]]:
    query = select(TASK.c.kind, TASK.c.state).where(TASK.c.case_id == case_id, TASK.c.kind.like("%_embassy"))
    with reading(town.house.db) as session:
        return {(row.kind, row.state) for row in session.execute(query)}


def test_a_consent_that_runs_out_is_told_to_the_embassy_once(town: Town) -> None:
    case_id, matter = sent(town, valid_until=day(town.house, 3))
    town.clock.advance(timedelta(days=2))
    assert withdrawing.ring(town.house) == 0
    town.clock.advance(timedelta(days=3))
    assert withdrawing.ring(town.house) == 1
    found = cases.facts_of(town.house, case_id).matter(matter)
    assert found is not None and (found.state, "forget.consent_withdrawn" in found.flags) == ("withdrawn", True)
    assert duties(town, case_id) == {("send_embassy", "done"), ("await_embassy", "done"), ("tell_embassy", "open")}
    assert withdrawing.ring(town.house) == 0
    assert step(town, case_id, matter, "note_embassy_told", told="post").status_code == 200
    assert codes(step(town, case_id, matter, "note_embassy_told", told="post")) == {"embassy_holds_a_letter"}
    assert withdrawing.ring(town.house) == 0


def test_what_is_owed_to_an_embassy_outlives_the_case(town: Town) -> None:
    case_id, matter = sent(town)
    cases.add(
        town.house, town.th["social_worker"], case_id, "circumstances", asylum_claim=False, contact_lost=True
    )
    assert step(town, case_id, matter, "take_embassy_letter_back", forget="danger").status_code == 200
    cases.take(town.house, town.th["case_manager"], case_id, "close", CLOSURE)
    assert ("tell_embassy", "open") in duties(town, case_id)
    assert step(town, case_id, matter, "note_embassy_told", told="by_hand").status_code == 200
    assert ("tell_embassy", "open") not in duties(town, case_id)


def test_a_letter_that_waits_keeps_the_case_open(town: Town) -> None:
    case_id, _ = sent(town)
    cases.add(
        town.house, town.th["social_worker"], case_id, "circumstances", asylum_claim=False, contact_lost=True
    )
    body = {"record": form(town.house, "closure", **CLOSURE), "seen_version": cases.version_of(town.house, case_id)}
    assert "no_matter_is_open" in codes(town.post(town.th["case_manager"], f"/cases/{case_id}/steps/close", body))


def test_for_a_child_the_guardian_agrees(town: Town) -> None:
    case_id: str = cases.bring_case(
        town.house, town.th, "recovering", nationality="KE", child=True, age_band="15-17"
    )
    agree(town, case_id)
    assert codes(ask(town, case_id)) == {"consent_for_asking"}
    agree(town, case_id, giver="guardian", child_assent=True)
    assert ask(town, case_id).status_code == 201
    cases.add(
        town.house, town.th["social_worker"], case_id, "consent_withdrawal", purposes=["notify_origin"],
        recipients=["KE"],
    )  # fmt: skip
    Postman(town.house).drain()
    assert duties(town, case_id) == {("send_embassy", "done")}


def test_no_name_of_a_country_that_is_none_becomes_a_fact(town: Town) -> None:
    case_id: str = cases.bring_case(town.house, town.th, "recovering", nationality="KE")
    for country in ("XX", "ke", "Kenya", "ZZ"):
        assert ask(town, case_id, to_country=country).status_code == 422


@pytest.mark.parametrize(("said", "result"), [("confirmed", "confirmed"), ("not_found", "not_found")])
def test_what_an_embassy_has_answered_counts_where_a_referral_asks(said: str, result: str) -> None:
    """Should an office come to be agreed with that country; an answer that is older than the report does not count."""
    situation = ready("referral", "propose_plan")
    assert situation.case is not None and situation.referral is not None
    flags = frozenset({"to.MM", "way.post", f"nationality.{said}"})
    letter = MatterFacts("letter", EMBASSY, "answered", LONG_AGO, LATELY, flags=flags, acted_on=TODAY)
    untold = replace(situation.referral, tracing=None)
    assert nationality_known(replace(situation.case, matters=(letter,)), untold) == result
    older = replace(letter, acted_on=LONG_AGO)
    assert nationality_known(replace(situation.case, matters=(older,)), situation.referral) == "confirmed"
