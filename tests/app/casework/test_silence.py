"""Nothing that a person may keep to themselves is demanded: every question without a silence has its reason.

Whoever adds a question that has to be answered adds it to this table, and says whose answer it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any, get_args

import pytest
from pydantic.fields import FieldInfo

from app.casework.forms import SILENT, Form, HasCome, unspoken
from app.casework.inputs import Input, inputs_of
from app.casework.kinds import KINDS
from app.casework.offers import offered
from app.casework.posted import fields_for, gathered, typed_of
from app.casework.records import Filled, check
from app.casework.told import answers
from app.incidents.schemas import PeopleIn
from app.kit.errors import Invalid
from app.kit.typed import Typed
from app.tips.schemas import CaseFromTipIn
from policies.load import load_policies
from tests.app.casework.silence_table import REASONS

POLICIES = load_policies()
PLAN = {"objectives": "Work.", "services": ["health"], "agreed_by_person": True}


def _metadata(field: FieldInfo) -> tuple[Any, ...]:
    """What a field carries, at any depth of its type."""
    found, open_ones = [*field.metadata], [field.annotation]
    while open_ones:
        for each in get_args(open_ones.pop()):
            found.append(each)
            open_ones.append(each)
    return tuple(found)


def demanded(form: type[Form]) -> Iterator[tuple[str, Input]]:
    """The questions of a form, and of the rows of its lists, that need an answer and take no silence."""
    for each in inputs_of(form):
        if each.required and not each.silent and not each.unasked:
            yield each.field, each
        yield from ((f"{each.field}.{row.field}", row) for row in each.rows if row.required and not row.silent)


@pytest.mark.parametrize("kind", KINDS)
def test_what_has_to_be_answered_is_not_asked_of_the_person(kind: str) -> None:
    found = dict(demanded(KINDS[kind].form))
    reasons = REASONS.get(kind, {})
    assert set(found) == set(reasons), f"{kind}: not in the table, or there no more: {set(found) ^ set(reasons)}"
    for name, reason in reasons.items():
        # A language may always be unknown; nobody has to say what they speak.
        assert (reason == "may be unknown") == (found[name].source in ("language", "nationality")), name


def test_the_table_names_no_other_kind() -> None:
    assert set(REASONS) <= set(KINDS)
    silent = {"understood": "not_asked", "answer": "not_asked"}
    check(POLICIES, "remedies_notice", {"language": "unknown", SILENT: silent})


@pytest.mark.parametrize("form", [PeopleIn, CaseFromTipIn])
def test_whoever_was_just_found_may_say_nothing(form: type[Form]) -> None:
    mine = {"groups", "groups.people", "incident"}
    assert {name for name, _ in demanded(form)} <= mine, "how many, and whether there are more, is seen"


def test_a_row_of_a_list_takes_a_silence_at_both_doors_and_says_so_in_words() -> None:
    inputs = offered(POLICIES, inputs_of(KINDS["care_plan"].form))
    goal = {"what": "Work.", SILENT: {"doer": "no_wish_to_answer", "by": "not_known", "part_of_life": "not_asked"}}
    body = {**PLAN, "goals": [goal]}
    filled = check(POLICIES, "care_plan", body)
    assert filled.body["goals"][0][SILENT] == goal[SILENT] and SILENT not in filled.body
    typed = typed_of(inputs, body)
    assert typed["record-goals-0-by_why"] == "not_known" and typed["record-goals-0-doer"] == "no_wish_to_answer"
    got = gathered(inputs, typed)
    assert got.errors == {} and got.body == body
    row = {each.title: each for each in next(each for each in answers(inputs, body) if each.rows).rows[0]}
    assert row["Who does it?"].silence == "Does not want to answer" and row["By when?"].silence == "Not known"
    # What is said beside a reason, and what is neither said nor explained, is told at its row.
    both = gathered(inputs, Typed([*typed.items(), *fields_for(inputs, {"goals": [{"by": "2017-06-01"}]})]))
    assert both.errors == {"record-goals-0-by": "Give an answer, or say why there is none, not both."}
    for wrong in ({"what": "Work."}, {**goal, "doer": "person"}):
        with pytest.raises(Invalid) as refused:
            check(POLICIES, "care_plan", {**PLAN, "goals": [wrong]})
        assert refused.value.extra["errors"][0]["field"].startswith("record.goals.0")
    # The reasons stay in the country that asked; what comes from another one has gaps, and is read.
    assert unspoken(filled.body)["goals"] == [{k: v for k, v in filled.body["goals"][0].items() if k != SILENT}]
    assert check(POLICIES, "care_plan", {**PLAN, "goals": [{"what": "Work."}]}, lenient=True).kind.name == "care_plan"


LATER = [
    (kind, each.field)
    for kind, about in KINDS.items()
    for each in inputs_of(about.form)
    if each.look == "date" and any(isinstance(one, HasCome) for one in _metadata(about.form.model_fields[each.field]))
]


@pytest.mark.parametrize(("kind", "name"), LATER)
def test_a_day_on_which_something_was_done_is_not_still_to_come(kind: str, name: str) -> None:
    body = {**KINDS[kind].example, name: "2026-11-24"}
    with pytest.raises(Invalid) as refused:
        check(POLICIES, kind, body, today=date(2026, 11, 23))
    wrong = [each for each in refused.value.extra["errors"] if each["field"] == f"record.{name}"]
    assert [(each["sentence"], each["source"]) for each in wrong] == [("This day lies in the future.", "IOM-3")]
    # What is on record, or comes from another country, is read as it was written.
    check(POLICIES, kind, body, lenient=True, today=date(2026, 11, 23))


def test_the_days_of_acts_are_known() -> None:
    assert len(LATER) >= 11


# Questions that were demanded once: kind, question, and the record folds as if the answer were no.
MENDED: list[tuple[str, str]] = [
    ("age_assessment", "consent"), ("best_interests_assessment", "child_heard"), ("fund_claim", "person_agrees"),
    ("handover", "person_agrees"), ("protection_measures", "person_agrees"), ("remedy_filing", "person_agrees"),
    ("remedy_preparation", "person_says"), ("secrecy_limits", "understood"), ("threat_report", "since"),
    ("threat_report", "account"), ("penalty_report", "since"), ("penalty_report", "account"), ("relative", "name"),
    ("return_plan", "destination"), ("relative", "relation"), ("reconsideration_request", "text"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "name"), MENDED)
def test_a_silence_is_kept_as_it_was_said_and_a_gap_is_refused(kind: str, name: str) -> None:
    body: dict[str, Any] = {key: value for key, value in KINDS[kind].example.items() if key != name}
    said: Filled = check(POLICIES, kind, {**body, SILENT: {name: "no_wish_to_answer"}})
    assert said.unsaid == {name: "no_wish_to_answer"} and said.form.model_dump()[name] is None
    assert json.loads(json.dumps(said.body))[SILENT] == {name: "no_wish_to_answer"}
    with pytest.raises(Invalid) as refused:
        check(POLICIES, kind, body)
    assert [each["field"] for each in refused.value.extra["errors"]] == [f"record.{name}"]


def test_what_the_program_fills_in_has_no_reason_beside_it() -> None:
    """It was taken once, filled in after the check, and could never be read again."""
    body = {**KINDS["needs_assessment"].example, SILENT: {"computed": "not_known"}}
    with pytest.raises(Invalid):
        check(POLICIES, "needs_assessment", body)
    check(POLICIES, "needs_assessment", {**body, "computed": "low"}, lenient=True)
    assert not any(each.silent for kind in KINDS.values() for each in inputs_of(kind.form) if each.unasked)
