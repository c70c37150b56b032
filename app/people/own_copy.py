"""The person's own copy: what is written about them alone. One rule decides what is theirs; paper and JSON render it.

Left out, whoever prints it: family and contacts of others, who works on the case, whoever is accused, the notes of
colleagues, and in which shelter somebody lives. What of a record is theirs says app/people/own_records.py; records that
whoever makes the copy may not open are counted on it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, Field

from app.access.desk import Desk
from app.access.log import looked
from app.casework import history, move, records, unsaid
from app.casework.held import Held, hold_case
from app.casework.history import Event
from app.casework.shapes import Moment, Reference
from app.kit import names
from app.kit.dates import day_in_both_eras
from app.kit.words import mark, say, say_as
from app.people import own_records, queries, service
from policies.model import Policies
from workflows.facts import CaseFacts, ConsentFacts

__all__ = ["OWN", "SCHEMA", "OwnCopyOut", "gathered", "taken"]

# Changes with every change of what the copy holds or how: whoever reads it by machine asks this first.
SCHEMA: Final = "waymark-own-copy/1"
# What the person told about themselves; the family and its contact are somebody else's.
OWN: Final[Mapping[str, str]] = {
    "given_names": mark("Given names"),
    "family_name": mark("Family name"),
    "other_names": mark("Other names"),
    "birth_date": mark("Day of birth"),
    "birth_year": mark("Year of birth"),
    "place_of_origin": mark("Where you come from"),
    "phone": mark("Phone"),
}
REQUEST, ANSWER = "data_request", "data_answer"
_ANYBODY: Final = "*"
_SHELTER: Final = "shelter"


class RowOut(BaseModel):
    """One thing: its name that never changes, its name and value in words, and the value as it is stored."""

    field: Annotated[str, Field(examples=["birth_year"])]
    label: Annotated[str, Field(examples=["Year of birth"])]
    value: Annotated[str, Field(description="In the language of the copy.", examples=["1998"])]
    said: Annotated[
        Any, Field(description="Text, day (ISO 8601), number, code, or a list of them.", examples=[1998])
    ] = None


class SectionOut(BaseModel):
    """One part of the copy; ``entries``: one, or one for each consent, record or request."""

    section: Annotated[Literal["person", "case", "consents", "records", "requests"], Field(examples=["person"])]
    title: Annotated[str, Field(examples=["Who you are"])]
    entries: list[list[RowOut]]


class ReceiptOut(BaseModel):
    """Which copy this is: of which case, made when, by which account, in which language, where in the chain."""

    reference: Reference
    made_at: Moment
    made_by: Annotated[str, Field(description="Account id: no colleague is named.")]
    language: Annotated[str, Field(examples=["my"])]
    entry: Annotated[int, Field(description="The number of the entry of the history that says so.", examples=[118])]
    head: Annotated[str, Field(description="SHA-256 of that entry, hexadecimal: the chain up to this copy.")]


class OwnCopyOut(BaseModel):
    """What is written about the person, for the person: their own data, and nobody else's."""

    schema_: Annotated[str, Field(serialization_alias="schema", examples=[SCHEMA])] = SCHEMA
    receipt: ReceiptOut
    sections: list[SectionOut]
    elsewhere: Annotated[int, Field(description="Records that whoever made the copy may not open.", examples=[0])] = 0


def taken(desk: Desk, case_id: str, language: str, form: str) -> OwnCopyOut:
    """The copy for the person, noted as a look and in the history. ``form``: pdf or json.

    The name has to be uncovered in this sign-in (Forbidden, reveal_needed).
    """
    known = service.uncovered(desk, case_id).identity
    held = hold_case(desk, case_id)
    details = {"form": form, "language": language}
    move.remark(desk, held, Event("keeping", "own_copy", held.version, details, desk.now))
    looked(desk, "printed", "case", case_id, {"paper": "copy", "language": language, "form": form})
    return gathered(desk, held, known, language)


def gathered(desk: Desk, held: Held, known: Mapping[str, Any], language: str) -> OwnCopyOut:
    """The same of a held case and the identity as it is known, in the words of the reader."""
    assert isinstance(held.facts, CaseFacts)
    return OwnCopyOut(
        receipt=ReceiptOut(
            reference=held.row.reference, made_at=desk.now, made_by=desk.actor.id, language=language,
            entry=held.chain.count, head=held.chain.head.hex(),
        ),
        sections=_sections(desk, held, held.facts, known),
        elsewhere=queries.hidden_records(desk, held.id),
    )  # fmt: skip


def _sections(desk: Desk, held: Held, facts: CaseFacts, known: Mapping[str, Any]) -> list[SectionOut]:
    policies = desk.policies
    opening, unsaid_of = _unsaid(desk, held)
    person = [
        RowOut(field=name, label=say(words), value=_value(known[name]), said=known[name])
        if known.get(name)
        else RowOut(field=name, label=say(words), value=say(opening[name][1]))
        for name, words in OWN.items()
        if known.get(name) or name in opening
    ]
    case = [
        _day("opened", say("Opened"), facts.opened_on),
        _code(policies, "identification", say("Identification"), "identification_state", facts.identification),
        _code(policies, "care", say("Care"), "care_state", facts.care),
        *([_day("rights", say("Rights read out"), facts.rights.on)] if facts.rights else ()),
    ]
    return [
        SectionOut(section="person", title=say("Who you are"), entries=[person]),
        SectionOut(section="case", title=say("Where your case stands"), entries=[case]),
        SectionOut(
            section="consents", title=say("What you agreed to"),
            entries=[_consent(policies, row) for row in facts.consents],
        ),
        SectionOut(
            section="records", title=say("What was written down, and when"),
            entries=[_record(desk, held, row, unsaid_of.get(row.id, ())) for row in queries.records_of(desk, held.id)],
        ),
        SectionOut(section="requests", title=say("What you asked about your data"), entries=_requests(desk, held)),
    ]  # fmt: skip


def _requests(desk: Desk, held: Held) -> list[list[RowOut]]:
    """What the person asked, in their own words, and what was answered; nobody's name stands in it."""
    policies, here = desk.policies, desk.actor.country
    found: list[list[RowOut]] = []
    for row in queries.records_of(desk, held.id, (REQUEST, ANSWER)):
        stored = records.row_by_id(desk.session, row.id)
        assert stored is not None
        body = records.opened(desk, stored, held.key(desk))
        on = policies.day(here, row.happened_at)
        if row.kind == REQUEST:
            found.append([
                RowOut(field="number", label=say("Number"), value=str(len(found) + 1), said=len(found) + 1),
                _day("asked_on", say("Asked on"), on),
                _code(policies, "asks", say("What you asked"), "data_request_kind", body["asks"]),
                *([_code(policies, "use", say("Which use"), "consent_purpose", body["purpose"])]
                  if body.get("purpose") else ()),
                RowOut(field="words", label=say("In your words"), value=body["words"], said=body["words"]),
            ])  # fmt: skip
        elif 0 < body["number"] <= len(found):
            found[body["number"] - 1] += [
                _code(policies, "answer", say("Answer"), "data_request_answer", body["answer"]),
                *([_code(policies, "reason", say("Why"), "data_refusal_reason", body["reason"])]
                  if body.get("reason") else ()),
                *([RowOut(field="turn_to", label=say("Whom you can turn to"), value=body["turn_to"],
                          said=body["turn_to"])] if body.get("turn_to") else ()),
                _day("told_on", say("Told on"), date.fromisoformat(body["told_on"])),
            ]  # fmt: skip
    return found


def _consent(policies: Policies, row: ConsentFacts) -> list[RowOut]:
    until = row.withdrawn_on or row.valid_until
    return [
        _code(policies, "purpose", say("For what"), "consent_purpose", row.purpose),
        RowOut(
            field="recipient", label=say("Who gets to know"), value=_recipient(policies, row.recipient),
            said=None if _is_shelter(policies, row.recipient) else row.recipient,
        ),
        _day("since", say("Since"), row.valid_from),
        _day("until", say("Until"), until),
    ]  # fmt: skip


def _record(desk: Desk, held: Held, row: Any, left_open: Iterable[str]) -> list[RowOut]:
    day = desk.policies.day(desk.actor.country, row.happened_at)
    stored = records.row_by_id(desk.session, row.id)
    assert stored is not None
    told = own_records.told_of(desk.policies, row.kind, records.opened(desk, stored, held.key(desk)))
    return [
        _day("day", say("Day"), day),
        RowOut(field="kind", label=say("What"), value=say(records.kind_called(row.kind).title), said=row.kind),
        *(RowOut(field=each.field, label=each.label, value=each.value, said=each.said) for each in told),
        *(RowOut(field="unsaid", label=say("What was left unsaid"), value=each) for each in left_open),
    ]


def _unsaid(desk: Desk, held: Held) -> tuple[dict[str, tuple[str, str]], dict[str, list[str]]]:
    """What the person was asked and left unsaid: when the case was opened, and in each record (by its id)."""
    opening: dict[str, tuple[str, str]] = {}
    found: dict[str, list[str]] = {}
    for row in history.entries(desk.session, held.id):
        details = json.loads(row.canonical)["details"]
        opening |= unsaid.of_opening(details)
        lines = [_left_open(each) for each in unsaid.of_record(details.get("record"))]
        if lines:
            found[details["record"]["id"]] = lines
    return opening, found


def _left_open(each: unsaid.Unsaid) -> str:
    row = f"{say(each.of)} {each.row}: " if each.of else ""
    return f"{row}{say(each.question)} {say(each.why)}"


def _day(field: str, label: str, on: date | None) -> RowOut:
    if on is None:
        return RowOut(field=field, label=label, value="")
    return RowOut(field=field, label=label, value=day_in_both_eras(on), said=on.isoformat())


def _code(policies: Policies, field: str, label: str, code_list: str, code: str) -> RowOut:
    return RowOut(field=field, label=label, value=say_as(code_list, policies.label(code_list, code)), said=code)


def _is_shelter(policies: Policies, code: str) -> bool:
    return any(
        office.code == code and office.kind == _SHELTER
        for country in policies.countries.values()
        for office in country.offices
    )


def _recipient(policies: Policies, code: str) -> str:
    """Who gets to know: a copy that is carried leads nobody to the place where the person lives."""
    if code == _ANYBODY:
        return say("Everybody who helps")
    if _is_shelter(policies, code):
        return say("A shelter")
    known = policies.countries.get(code)
    if known is not None:
        return names.country(code, known.name)
    offices = (office for country in policies.countries.values() for office in country.offices)
    return next((office.name for office in offices if office.code == code), names.country(code, ""))


def _value(told: Any) -> str:
    if isinstance(told, (list, tuple)):
        return ", ".join(map(str, told))
    try:
        return day_in_both_eras(date.fromisoformat(told))
    except (TypeError, ValueError):
        return str(told)
