"""Correcting the past: the corrected words stand where they were filed first, and old versions open as today's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.access.desk import House
from app.casework import recording, records
from app.casework.kinds import KINDS
from app.casework.move import StepRefused
from app.meetings import service as meetings
from app.meetings.schemas import MeetingIn, PresentIn
from app.oversight.rebuild import rebuild_facts
from tests.factories import cases
from tests.factories.forms import day, form
from tests.factories.houses import make_house, put_offices
from tests.factories.staff import Staff, Worker, desk_of, hire_staff
from tests.factories.visits import ask_about
from workflows.recording import ONLY_WITH_STEP


@pytest.fixture
def house(database: Any, clock: Any, keys: Any, signing: Any) -> Iterator[House]:
    """A house with offices over the database of each engine."""
    made = make_house(database, clock, keys, signing)
    put_offices(made)
    yield made


def correct(house: House, worker: Worker, case_id: str, kind: str, of: str, /, **changes: Any) -> str:
    with desk_of(house, worker) as desk:
        seen = cases.version_of(house, case_id)
        return recording.add_record(desk, case_id, kind, form(house, kind, **changes), seen, corrects=of)[0]


def record_of(house: House, worker: Worker, case_id: str, kind: str) -> str:
    """The id of the first record of a kind."""
    with desk_of(house, worker) as desk:
        return next(str(row.id) for row in records.rows_of(desk.session, case_id) if row.kind == kind)


def test_an_old_record_corrected_does_not_become_the_newest(house: House, clock: Any) -> None:
    staff = hire_staff(house)
    worker = staff["social_worker"]
    case_id = cases.bring_case(house, staff, "recovering")
    old = record_of(house, worker, case_id, "needs_assessment")
    first = cases.facts_of(house, case_id).needs
    clock.advance(timedelta(days=3))
    cases.add(house, worker, case_id, "needs_assessment", level="low")
    newest = cases.facts_of(house, case_id).needs
    clock.advance(timedelta(days=1))
    again = correct(house, worker, case_id, "needs_assessment", old, level="serious")
    assert cases.facts_of(house, case_id).needs == newest
    correct(house, worker, case_id, "needs_assessment", again, level="high")
    assert cases.facts_of(house, case_id).needs == newest
    assert first is not None and newest is not None and first.on < newest.on
    assert rebuild_facts(house) == []


def test_the_newest_record_corrected_keeps_its_day_and_is_counted_once(house: House, clock: Any) -> None:
    staff = hire_staff(house)
    worker = staff["social_worker"]
    case_id = cases.bring_case(house, staff, "recovering")
    visit = cases.add(house, worker, case_id, "monitoring_visit")
    wish = cases.add(house, worker, case_id, "wish", wish="return")
    on = cases.facts_of(house, case_id).opened_on
    clock.advance(timedelta(days=2))
    correct(house, worker, case_id, "monitoring_visit", visit)
    correct(house, worker, case_id, "wish", wish, wish="stay")
    facts = cases.facts_of(house, case_id)
    assert facts.visits == 1
    assert facts.wish is not None and (facts.wish.wish, facts.wish.on) == ("stay", on)
    assert rebuild_facts(house) == []


def test_the_form_of_a_matter_is_corrected_and_never_filed_beside_its_step(house: House, clock: Any) -> None:
    staff = hire_staff(house)
    worker = staff["social_worker"]
    case_id = cases.bring_case(house, staff, "recovering")
    made = cases.take(house, worker, case_id, "request_service", form(house, "service_request"))
    cases.take(house, worker, case_id, "accept_service", matter_id=made.matter_id)
    assert made.record_id is not None and made.matter_id is not None
    correct(house, worker, case_id, "service_request", made.record_id, service_kind="legal", provider_office="th-mdt")
    matter = cases.facts_of(house, case_id).matter(made.matter_id)
    assert matter is not None and (matter.state, matter.about, matter.office) == ("accepted", "legal", "th-mdt")
    assert rebuild_facts(house) == []
    with pytest.raises(StepRefused):
        cases.add(house, worker, case_id, "service_request")


def test_a_corrected_form_cannot_say_what_its_step_would_not_have_taken(house: House, clock: Any) -> None:
    staff = hire_staff(house)
    lawyer, worker = staff["legal_officer"], staff["social_worker"]
    case_id = cases.bring_case(house, staff, "recovering", child=True, age_band="15-17")

    def take(who: Worker, step: str, kind: str, matter: str | None = None, **said: Any) -> tuple[str | None, str]:
        made = cases.take(house, who, case_id, step, form(house, kind, **said), matter_id=matter)
        assert made.record_id is not None
        return made.matter_id, made.record_id

    def refused(who: Worker, kind: str, of: str, *codes: str, **said: Any) -> None:
        before = cases.facts_of(house, case_id)
        with pytest.raises(StepRefused) as found:
            correct(house, who, case_id, kind, of, **said)
        assert [each["code"] for each in found.value.extra["refusals"]] == list(codes)
        assert cases.facts_of(house, case_id) == before

    # A child is not made to speak by a correction: nobody told it how far secrecy goes, nobody speaks for it.
    trial, _ = take(lawyer, "open_proceeding", "proceeding", represented=False)
    _, hearing = take(lawyer, "set_hearing", "hearing", trial, person_speaks=False)
    refused(lawyer, "hearing", hearing, "limits_were_explained", "child_has_a_representative", person_speaks=True)
    correct(house, lawyer, case_id, "hearing", hearing, person_speaks=False, hearing_on=day(house, 20))

    # A review that ended without a link stays one; what was found to be linked stays spoken for.
    for step, link, other, code in (
        ("find_no_link", "none", "direct", "review_finds_no_link"),
        ("claim_non_punishment", "direct", "none", "review_finds_a_link"),
    ):
        penalty, _ = take(worker, "report_penalty", "penalty_report")
        _, review = take(lawyer, step, "penalty_review", penalty, link=link)
        refused(lawyer, "penalty_review", review, code, link=other)
        correct(house, lawyer, case_id, "penalty_review", review, link=link, reasons="Said more clearly.")

    # Whoever is asked is one of the offices, also after a correction.
    _, request = take(worker, "request_service", "service_request")
    words = "Her aunt Daw Khin in Myawaddy"
    refused(worker, "service_request", request, "provider_is_named", provider_office=words)
    assert rebuild_facts(house) == []


@pytest.mark.parametrize("child", [False, True], ids=["adult", "child"])
def test_every_kind_of_record_is_rebuilt_to_what_is_stored(house: House, clock: Any, child: bool) -> None:
    staff: Staff = hire_staff(house)
    age = {"child": True, "age_band": "15-17"} if child else {}
    case_id = cases.bring_case(house, staff, "deciding", **age)
    mine = [name for name, kind in KINDS.items() if kind.home == "case" and name not in ONLY_WITH_STEP]
    assert len(mine) > 20
    with desk_of(house, staff["legal_officer"]) as desk:
        seat = PresentIn(part="legal_officer", at="th-shelter-tak")
        met = meetings.held(desk, MeetingIn(kind="case_conference", held_on=desk.today, present=[seat])).id
    ask_about(house, case_id, KINDS["visit_wish"].example["visit"])
    # What follows a refusal follows one.
    said: dict[str, dict[str, Any]] = {"minutes": {"meeting": met}, "permit": {"outcome": "refused"}}
    # An answer answers what was asked before.
    for name in sorted(mine, key=lambda each: each == "data_answer"):
        if name != "closure":
            clock.advance(timedelta(minutes=5))
            cases.add(house, staff["legal_officer"], case_id, name, **said.get(name, {}))
    assert rebuild_facts(house) == []


def test_a_form_of_an_older_version_opens_as_todays_and_is_folded_so(
    house: House, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff = hire_staff(house)
    worker = staff["social_worker"]
    case_id = cases.bring_case(house, staff, "recovering")
    wish = cases.add(house, worker, case_id, "wish", wish="return")
    # Tomorrow the kind calls its first answer by another word, and says how the old one is read.
    kind = KINDS["wish"]
    newer = replace(kind, version=2, upgrades={1: lambda body: {**body, "wish": "undecided"}})
    monkeypatch.setitem(KINDS, "wish", newer)
    with desk_of(house, worker) as desk:
        row = records.row_by_id(desk.session, wish)
        assert row is not None and row.kind_version == 1
        body = records.opened(desk, row, records.key_of(desk, row.key_id))
    assert body["wish"] == "undecided"
    (found,) = rebuild_facts(house)
    assert found.rebuilt["wish"]["wish"] == "undecided"
    cases.add(house, worker, case_id, "wish", wish="stay")
    with desk_of(house, worker) as desk:
        assert [row.kind_version for row in records.rows_of(desk.session, case_id) if row.kind == "wish"] == [1, 2]
    assert rebuild_facts(house) == []
    # Whoever raises a version without saying how the older one is read is told so by the first look.
    monkeypatch.setitem(KINDS, "wish", replace(kind, version=3, upgrades={1: dict}))
    with desk_of(house, worker) as desk, pytest.raises(KeyError):
        row = records.row_by_id(desk.session, wish)
        assert row is not None
        records.opened(desk, row, records.key_of(desk, row.key_id))
