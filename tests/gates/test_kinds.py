"""Every kind of record makes the whole round: written, stored, read, corrected, and folded again to the same facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from app.casework import held, records
from app.casework.forms import SILENT, Kind, unspoken
from app.casework.kinds import KINDS
from app.casework.projection import after_record
from app.oversight.rebuild import rebuild_facts
from policies.load import load_policies
from tests.conftest import ENGINE_KINDS, START, Grounds
from tests.gates import kinds
from tests.gates.kinds import Shelf, corrected, open_shelf
from tests.gates.old_bodies import CASE, WRITER, Old, old_bodies, unreadable
from tests.gates.whole_forms import other, unfilled, whole
from workflows.facts import CaseFacts
from workflows.step import Guard

# On PostgreSQL, where each costs several times as much, every fourth kind.
EVERY = {"sqlite": 1, "postgresql": 4}
PARTS = 4


def objecting(self: Guard, *asked: Any) -> None:
    """No guard objects."""


@pytest.fixture(scope="module", params=ENGINE_KINDS)
def shelf(request: pytest.FixtureRequest, grounds: Grounds) -> Iterator[Shelf]:
    """A house of each engine, whose guards say nothing."""
    with (
        pytest.MonkeyPatch.context() as patch,
        grounds(request.param) as (url, folder),
        open_shelf(url, folder) as made,
    ):
        patch.setattr(Guard, "objection", objecting)
        yield made
        assert rebuild_facts(made.house) == []


@pytest.mark.parametrize("part", range(PARTS))
def test_a_record_comes_back_as_it_was_written(shelf: Shelf, part: int) -> None:
    wrong: list[str] = []
    for kind in list(KINDS)[part :: PARTS * EVERY[shelf.house.db.dialect]]:
        body = shelf.body(kind)
        record_id = shelf.put(kind, body)
        wrong += [*shelf.wrong(record_id, body), *corrected(shelf, kind, record_id, shelf.quiet(kind))]
        instead = shelf.other(kind)
        wrong += corrected(shelf, kind, record_id, instead) if instead != body else []
    assert wrong == []


def test_every_question_of_every_kind_is_answered_in_one_of_them() -> None:
    """What no form fills in would never be looked for: a new field that cannot be made up needs a hand here."""
    left = {}
    for kind, about in KINDS.items():
        body = whole(POLICIES, kind, about.example, START.date())
        left[kind] = unfilled(kind, body) & unfilled(kind, other(POLICIES, kind, body, START.date()))
    assert {kind: names for kind, names in left.items() if names} == {}


# ------------------------------------------------------------------------------------------------- old bodies

POLICIES = load_policies()
OLD = old_bodies()


@pytest.mark.parametrize("kind", OLD)
def test_what_an_older_program_wrote_is_read_shown_and_folded(kind: str) -> None:
    assert kind in KINDS, "what was once written is read for ever: a kind does not go away"
    assert [each for old in OLD[kind] for each in unreadable(POLICIES, KINDS[kind], old)] == []


def test_older_words_fold_as_they_were_meant() -> None:
    def folded(kind: str, old: Old) -> CaseFacts:
        body = KINDS[kind].upgraded(old.body, old.version)
        return after_record(CASE, kind, records.check(POLICIES, kind, body, lenient=True).form, WRITER)

    # A number that was called a reference, and a language that was told in words: read as written, and no fact.
    paid = {"amount": {"units": 3000, "currency": "THB"}, "paid_on": "2026-03-20", "reference": "V-1"}
    assert KINDS["fund_payment"].upgraded(paid, 1)["payment_number"] == "V-1"
    told = {**KINDS["information_given"].example, "language": "Burmese and some Karen"}
    heard = folded("information_given", Old(told, 1, "4ef0046")).information
    assert heard is not None and heard.language == "unknown"
    read = records.check(POLICIES, "information_given", told, lenient=True)
    assert read.body["language"] == told["language"]
    # Before a newer agreement stood beside an older one, it took its place whole.
    assert KINDS["consent"].upgraded(dict(KINDS["consent"].example), 1)["earlier"] == "ends"
    # Who was told nothing has not agreed, whenever that was written down.
    said = {name: not name.startswith("told_") and value for name, value in KINDS["consent"].example.items()}
    assert not folded("consent", Old(said, 1, "7db998c")).consents[0].informed


def test_a_kind_that_forgets_its_upgrade_is_noticed() -> None:
    forgets = replace(KINDS["fund_payment"], version=1, upgrades={})
    assert [each for old in OLD["fund_payment"] for each in unreadable(POLICIES, forgets, old)]


# ------------------------------------------------------------------------------------------------- mutants


@pytest.fixture(scope="module")
def lite(grounds: Grounds) -> Iterator[Shelf]:
    """The house in which planted faults are looked for."""
    with pytest.MonkeyPatch.context() as patch, grounds("sqlite") as (url, folder), open_shelf(url, folder) as made:
        patch.setattr(Guard, "objection", objecting)
        yield made


def a_field_is_not_read(patch: pytest.MonkeyPatch) -> None:
    known = Kind.upgraded
    patch.setattr(Kind, "upgraded", lambda self, body, version: {**known(self, body, version), "note": None})


def a_silence_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    known = records.spoken
    patch.setattr(records, "spoken", lambda body: unspoken(known(body)))


def a_row_forgets_its_silence(patch: pytest.MonkeyPatch) -> None:
    known = records.spoken

    def spoken(body: Any) -> dict[str, Any]:
        kept = known(body)
        return {name: unspoken({name: value})[name] if name != SILENT else value for name, value in kept.items()}

    patch.setattr(records, "spoken", spoken)


def facts_of_somebody_else(patch: pytest.MonkeyPatch) -> None:
    known = held.save_case_facts
    patch.setattr(
        held, "save_case_facts", lambda desk, case_id, facts: known(desk, case_id, replace(facts, legal_hold=True))
    )


def no_page_shows_it(patch: pytest.MonkeyPatch) -> None:
    known = kinds.answers
    patch.setattr(kinds, "answers", lambda inputs, body: known([each for each in inputs if each.field != "note"], body))


MUTANTS: list[tuple[Callable[[pytest.MonkeyPatch], None], str, str]] = [
    (a_field_is_not_read, "circumstances", "circumstances.note was sent as"),
    (a_silence_is_forgotten, "rights_notice", "rights_notice.silent was sent as"),
    (a_row_forgets_its_silence, "care_plan", "care_plan.goals was sent as"),
    (facts_of_somebody_else, "wish", "not those that history tells"),
    (no_page_shows_it, "closure", "closure.note is on record and no page shows it"),
]


@pytest.mark.parametrize(("plant", "kind", "notices"), MUTANTS, ids=[each[0].__name__ for each in MUTANTS])
def test_a_planted_fault_is_noticed(
    lite: Shelf, monkeypatch: pytest.MonkeyPatch, plant: Callable[[pytest.MonkeyPatch], None], kind: str, notices: str
) -> None:
    body, quiet = lite.body(kind), lite.quiet(kind)
    plant(monkeypatch)
    record_id = lite.put(kind, body)
    wrong = list(lite.wrong(record_id, body)) + corrected(lite, kind, record_id, quiet)
    assert any(notices in each for each in wrong), wrong
