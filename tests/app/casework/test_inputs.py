"""From models to questions and back: each example makes the round trip, and each way of being wrong is told."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any

import pytest
from pydantic import Field

from app.casework.forms import SILENT, Amount, Asked, Coded, Form, OwnWords, RecordForm, Said, Short
from app.casework.inputs import SILENCES, Input, given_inputs, inputs_of
from app.casework.kinds import KINDS
from app.casework.offers import MEETING, TEAM, VISIT, offered
from app.casework.posted import at_fields, fields_for, gathered, typed_of
from app.casework.records import check
from app.casework.told import answers
from app.kit.errors import Invalid
from app.kit.typed import Typed
from policies.load import load_policies
from workflows.engine import MACHINES

POLICIES = load_policies()


def every(kind: str) -> tuple[Input, ...]:
    return offered(POLICIES, inputs_of(KINDS[kind].form))


def whole(kind: str, body: dict[str, Any]) -> Any:
    return json.loads(KINDS[kind].form.model_validate_json(json.dumps(body)).model_dump_json())


@pytest.mark.parametrize("kind", KINDS)
def test_an_example_posted_by_a_page_is_the_same_record(kind: str) -> None:
    inputs = every(kind)
    example = KINDS[kind].example
    got = gathered(inputs, typed_of(inputs, example))
    got.must_be_whole()
    assert whole(kind, got.body) == whole(kind, example)


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_is_asked_once_with_words_and_choices_for_its_codes(kind: str) -> None:
    form = KINDS[kind].form
    inputs = every(kind)
    assert [each.field for each in inputs] == [name for name in form.model_fields if name != SILENT]
    example = KINDS[kind].example
    for each in inputs:
        assert each.title and each.title[0].isupper() and "victim" not in each.title.lower(), each.name
        # Who is on the team, which meetings there were, which visits are asked for: the case and its reader know.
        if each.look in ("choice", "boxes") and each.source not in (TEAM, MEETING, VISIT):
            codes = {choice.code for choice in each.choices}
            assert len(codes) == len(each.choices) > 1, each.name
            said = example.get(each.field)
            if said is not None and not each.yes_no:
                assert set([said] if isinstance(said, str) else said) <= codes, each.name
        for choice in each.choices:
            named = choice.code_list == "country" and choice.code in POLICIES.countries
            assert choice.word or named or POLICIES.knows(choice.code_list, choice.code), (each.name, choice)


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_form_names_every_question_that_needs_an_answer(kind: str) -> None:
    inputs = every(kind)
    got = gathered(inputs, Typed())
    needed = {each.name for each in inputs if each.required and each.look not in ("boxes", "lines", "rows")}
    assert set(got.errors) == needed


@pytest.mark.parametrize("kind", KINDS)
def test_a_record_is_told_in_the_words_of_its_questions(kind: str) -> None:
    told = {each.name: each for each in answers(every(kind), KINDS[kind].example)}
    for each in every(kind):
        assert told[each.name].given == (KINDS[kind].example.get(each.field) not in (None, [])), each.name


def test_each_reason_for_silence_is_kept_and_shown_again() -> None:
    inputs = every("circumstances")
    silent = {name: code for name, code in zip(("missing", "detained", "deceased"), SILENCES, strict=True)}
    typed = Typed([(f"record-{name}", code) for name, code in silent.items()] + [("record-child", "no")])
    got = gathered(inputs, typed)
    assert got.errors == {} and got.body == {"child": False, SILENT: silent}
    assert whole("circumstances", got.body)[SILENT] == silent
    assert set(typed_of(inputs, got.body).items()) == set(typed.items())
    told = {each.name: each.silence for each in answers(inputs, got.body)}
    assert told["record-missing"] == "Not asked" and told["record-child"] == ""


class Sheet(RecordForm):
    """A question of every look, each of which the person may leave open; and one where somebody has to say why."""

    day: Annotated[date | None, Asked()] = Field(default=None, title="Day")
    count: Annotated[int | None, Asked()] = Field(default=None, title="Count")
    paid: Annotated[Amount | None, Asked()] = Field(default=None, title="Paid")
    short: Annotated[Short | None, Asked()] = Field(default=None, title="Short")
    words: OwnWords = Field(default=None, title="Words")
    lines: Annotated[tuple[Short, ...] | None, Asked(), Field(strict=False)] = Field(default=None, title="Lines")
    boxes: Annotated[tuple[Annotated[str, Coded("service_kind")], ...] | None, Asked(), Field(strict=False)] = Field(
        default=None, title="Boxes"
    )
    plain: Said = Field(default=None, title="Plain")


def test_a_question_of_every_look_takes_silence_but_not_both() -> None:
    inputs = offered(POLICIES, inputs_of(Sheet))
    reasons = {each.field: code for each, code in zip(inputs, [*SILENCES] * 3, strict=False)}
    typed = Typed([(each.why, reasons[each.field]) for each in inputs])
    got = gathered(inputs, typed)
    assert got.errors == {} and got.body == {SILENT: reasons}
    assert Sheet.model_validate_json(json.dumps(got.body)).silence("day") == "not_asked"
    assert set(typed_of(inputs, got.body).items()) == set(typed.items())
    assert [each.silence for each in answers(inputs, got.body)] == [SILENCES[code] for code in reasons.values()]
    said = {"record-day_day": "3", "record-count": "2", "record-paid": "5", "record-short": "x", "record-words": "x",
            "record-lines": "x", "record-boxes": "health"}  # fmt: skip
    both = gathered(inputs, Typed([*typed.items(), *said.items()]))
    assert list(both.errors) == [f"record-{each.field}" for each in inputs if each.field != "plain"]
    assert set(both.errors.values()) == {"Give an answer, or say why there is none, not both."}


def test_where_somebody_has_to_say_something_a_gap_is_told_at_its_field() -> None:
    inputs = inputs_of(Sheet)
    assert gathered(inputs, Typed()).errors == {"record-plain": "Choose an answer."}
    body = {name: value for name, value in KINDS["rights_notice"].example.items() if name != "understood"}
    with pytest.raises(Invalid) as refused:
        check(POLICIES, "rights_notice", body)
    (error,) = refused.value.extra["errors"]
    assert error["field"] == "record.understood" and error["sentence"] == "Give an answer, or say why there is none."
    silent = {**body, SILENT: {"understood": "not_known"}}
    assert check(POLICIES, "rights_notice", silent).body[SILENT] == {"understood": "not_known"}
    # The reasons stay in the country that asked: what came from another one has a gap.
    assert check(POLICIES, "rights_notice", body, lenient=True).body["understood"] is None


def test_only_a_question_without_an_answer_says_why() -> None:
    for silent in ({"child": "not_asked"}, {"no_such_field": "not_asked"}, {SILENT: "not_asked"}):
        with pytest.raises(ValueError, match="Only a question without an answer"):
            whole("circumstances", {"child": True, SILENT: silent})


@pytest.mark.parametrize(
    ("kind", "typed", "field", "sentence"),
    [
        ("monitoring_visit", {"record-number": "many"}, "record-number", "Write a whole number"),
        ("wish", {"record-wish": ""}, "record-wish", "Choose an answer."),
        ("consent", {"record-valid_from_day": "31", "record-valid_from_month": "2", "record-valid_from_year": "2017"},
         "record-valid_from", "There is no such day"),
        ("service_outcome", {"record-cost_currency": ""}, "record-cost", "Write the amount and choose"),
        ("service_outcome", {"record-cost": "much"}, "record-cost", "Write a whole number"),
        ("placement", {"record-place": "   "}, "record-place", "Write something here."),
        ("screening", {"record-indicators-0-reason": ""}, "record-indicators-0-reason", "Write something here."),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_at_its_field(kind: str, typed: dict[str, str], field: str, sentence: str) -> None:
    inputs = every(kind)
    pairs = dict(fields_for(inputs, KINDS[kind].example)) | typed
    got = gathered(inputs, Typed(list(pairs.items())))
    assert list(got.errors) == [field] and got.errors[field].startswith(sentence)
    with pytest.raises(Invalid):
        got.must_be_whole()


def test_digits_of_other_scripts_and_buddhist_years_are_read() -> None:
    inputs = every("monitoring_visit")
    pairs = dict(fields_for(inputs, KINDS["monitoring_visit"].example)) | {"record-number": "๓"}
    assert gathered(inputs, Typed(list(pairs.items()))).body["number"] == 3
    day = {"record-since_day": "၁", "record-since_month": "3", "record-since_year": "2560"}
    inputs = every("guardian_appointment")
    pairs = dict(fields_for(inputs, KINDS["guardian_appointment"].example)) | day
    assert gathered(inputs, Typed(list(pairs.items()))).body["since"] == "2017-03-01"


def test_an_amount_is_read_with_its_currency_and_shown_in_groups_of_digits() -> None:
    inputs = every("service_outcome")
    pairs = dict(fields_for(inputs, KINDS["service_outcome"].example)) | {"record-cost": "๑๒๐๐"}
    body = gathered(inputs, Typed(list(pairs.items()))).body
    assert body["cost"] == {"units": 1200, "currency": "THB"}
    assert {each.name: each.text for each in answers(inputs, body)}["record-cost"] == "1\u202f200 THB"
    none = gathered(inputs, Typed([each for each in pairs.items() if not each[0].startswith("record-cost")]))
    assert none.errors == {} and "cost" not in none.body
    for wrong in ({"units": -1, "currency": "THB"}, {"units": 5}, {"units": 1.5, "currency": "THB"}):
        with pytest.raises(ValueError, match="cost"):
            whole("service_outcome", {**body, "cost": wrong})


@pytest.mark.parametrize(
    ("kind", "earlier", "later"),
    [
        ("guardian_appointment", "since", "until"), ("consent", "valid_from", "valid_until"),
        ("travel_document", "issued", "expires"),
    ],
)  # fmt: skip
def test_a_day_before_the_one_it_follows_is_told_at_its_field(kind: str, earlier: str, later: str) -> None:
    good = {**KINDS[kind].example, earlier: "2026-03-02", later: "2026-03-02"}
    assert check(POLICIES, kind, good).body[later] == "2026-03-02"
    wrong = {**good, later: "2026-03-01"}
    with pytest.raises(Invalid) as refused:
        check(POLICIES, kind, wrong)
    (error,) = refused.value.extra["errors"]
    assert error["field"] == f"record.{later}" and "lies before the day" in error["sentence"]
    # What stands on record since earlier times, or came from another country, is still read.
    assert check(POLICIES, kind, wrong, lenient=True).body[later] == "2026-03-01"


def test_a_field_is_taken_over_from_somebody_else() -> None:
    inputs = every("wish")
    mine, theirs = {**KINDS["wish"].example, "words": "mine"}, {**KINDS["wish"].example, "wish": "stay"}
    pairs = [*fields_for(inputs, mine), ("take-record-wish", "theirs"), ("take-record-words", "theirs")]
    got = gathered(inputs, Typed(pairs), theirs)
    assert got.body["wish"] == "stay" and "words" not in got.body


def test_refusals_of_the_model_stand_at_the_inputs() -> None:
    rules = [
        {"field": "record.indicators.0.reason", "rule": "r", "sentence": "s"},
        {"field": "given.reason", "rule": "required"},
        {"field": "happened_at", "rule": "not later than now"},
    ]
    told = at_fields(Invalid("x", extra={"errors": rules})).extra["errors"]
    names = [(each["field"], each["sentence"]) for each in told]
    assert names == [
        ("record-indicators-0-reason", "s"), ("given-reason", "required"), ("happened_at", "not later than now"),
    ]  # fmt: skip


def test_every_code_a_step_takes_is_offered() -> None:
    for spec in MACHINES.values():
        for step in spec.steps:
            for each in offered(POLICIES, given_inputs(step.given)):
                assert each.choices and each.title, (step.name, each.name)


def test_a_field_without_words_stops_the_program() -> None:
    class Silent(Form):
        answer: str

    with pytest.raises(TypeError, match="no title"):
        inputs_of(Silent)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_kept_of_an_example_is_read_again(kind: str) -> None:
    """As it is stored, with null where nothing was said: the form of its own day opens it."""
    kept = json.loads(json.dumps(whole(kind, KINDS[kind].example)))
    assert whole(kind, kept) == whole(kind, KINDS[kind].example)
