"""Codes in messages: each list there and back unchanged, what a table says read, what nobody knows kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.casework import coding
from app.casework.coding import ABOUT, Reading, places, read, sending_lists
from app.casework.kinds import KINDS
from policies.load import load_policies
from policies.mappings import MappedCode, Mapping
from policies.model import Policies
from workflows.engine import MACHINES

PLAIN = load_policies()
DAY = "2026-11-26T10:00:00+00:00"
BACK = {"from": "MM", "to": "TH", "created": DAY}
REFERRAL = MACHINES["referral"]


def mapped(rows: dict[str, dict[str, str]], of: str = "TH", by: str = "MM", since: str = "2000-01-01") -> Policies:
    """The policies with a table of how ``by`` reads ``of``: list -> theirs -> ours."""
    lists = {
        name: tuple(
            MappedCode.model_validate(
                {"theirs": theirs, "ours": ours, "from": since, "basis": "default", "note": "For a test."}
            )
            for theirs, ours in codes.items()
        )
        for name, codes in rows.items()
    }
    table = Mapping.model_validate({"name": f"{of}-{by}".lower(), "from": of, "to": by, "lists": lists})
    return PLAIN.model_copy(update={"mappings": {table.name: table}})


def bodies() -> dict[str, dict[str, Any]]:
    """List -> a body in which one of its codes stands, for every list whose codes can cross."""
    found: dict[str, dict[str, Any]] = {}
    for group, fields in ABOUT.items():
        for name, code_list in fields.items():
            several = (group, name) == ("needs", "services")
            found.setdefault(
                code_list, {"step": "send", "given": {}, "about": {group: {name: ["@"] if several else "@"}}}
            )
    for step in REFERRAL.steps:
        for name, code_list in step.given.items():
            if code_list:
                found.setdefault(code_list, {"step": step.name, "given": {name: "@"}})
    for kind in KINDS.values():
        if kind.shared:
            step = next(each for each in REFERRAL.steps if each.form == kind.name)
            for place in places({"step": step.name, "record": {"kind": kind.name, "body": kind.example}}):
                body = json.loads(json.dumps(kind.example))
                coding._put(body, place.keys[2:], "@")
                record = {"kind": kind.name, "version": kind.version, "body": body}
                found.setdefault(place.code_list, {"step": step.name, "given": {}, "record": record})
    return found


BODIES = bodies()


def with_code(body: dict[str, Any], code: str) -> dict[str, Any]:
    """The body with the code where the mark stands."""
    changed: dict[str, Any] = json.loads(json.dumps(body).replace('"@"', json.dumps(code)))
    return changed


def header(of: str = "TH", by: str = "MM", day: str = DAY) -> dict[str, Any]:
    return {"from": of, "to": by, "created": day}


def test_every_list_that_can_cross_has_its_place() -> None:
    assert set(BODIES) == sending_lists()


@pytest.mark.parametrize("code_list", sorted(BODIES))
def test_each_list(code_list: str) -> None:
    body = BODIES[code_list]
    ours = sorted(PLAIN.codes[code_list].codes)[0]
    # A code that both have.
    same = with_code(body, ours)
    assert read(PLAIN, header(), same, own=False) == Reading(same)
    # One that nobody here knows: kept as it is, named with its list. An open list has no unknown ones.
    strange = with_code(body, "never_heard")
    unknown = () if PLAIN.codes[code_list].open else (f"{code_list}:never_heard",)
    assert read(PLAIN, header(), strange, own=False) == Reading(strange, (), unknown)
    # One with a row: read as ours, theirs beside it.
    policies = mapped({code_list: {"never_heard": ours}})
    said = read(policies, header(), strange, own=False)
    assert (said.body, said.unknown) == (with_code(body, ours), ())
    (heard,) = said.heard
    assert (heard.code_list, heard.theirs, heard.ours) == (code_list, "never_heard", ours)
    # The table holds for its direction, from its day on, and not inside one installation.
    for policies, head, own in (
        (mapped({code_list: {"never_heard": ours}}, "MM", "TH"), header(), False),
        (mapped({code_list: {"never_heard": ours}}, since="2026-11-27"), header(), False),
        (mapped({code_list: {"never_heard": ours}}), header(), True),
    ):
        assert read(policies, head, strange, own=own).heard == ()


def test_a_day_is_the_day_of_the_reader() -> None:
    policies = mapped({"decline_reason": {"never_heard": "other"}}, since="2026-11-27")
    body = with_code(BODIES["decline_reason"], "never_heard")
    # Half past six in the evening in London is the next day in Myanmar.
    assert read(policies, header(day="2026-11-26T18:30:00+00:00"), body, own=False).heard
    assert not read(policies, header(day="2026-11-26T16:00:00+00:00"), body, own=False).heard


def test_not_known_is_no_code_and_is_read_as_nothing_else() -> None:
    policies = mapped({"exploitation": {"unknown": "ForcedLabour"}})
    body = with_code(BODIES["exploitation"], "unknown")
    assert read(policies, header(), body, own=False) == Reading(body)


def test_two_words_for_one_are_said_once() -> None:
    policies = mapped({"service_kind": {"clinic": "health", "doctor": "health"}})
    body = {"step": "send", "about": {"needs": {"services": ["clinic", "doctor", "housing"]}}}
    said = read(policies, header(), body, own=False)
    assert said.body["about"]["needs"]["services"] == ["health", "housing"]
    assert [each.theirs for each in said.heard] == ["clinic", "doctor"]


def test_the_words_of_a_consent_are_never_read_by_a_table() -> None:
    body = {"step": "send", "consents": [{"purpose": "talk_to_press", "data_groups": ["everything"]}]}
    assert list(places(body)) == []


CODES = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), min_size=1, max_size=60)


def at_mark(code_list: str, body: dict[str, Any]) -> Any:
    """The place in a body where the mark stood."""
    (marked,) = (each for each in places(BODIES[code_list]) if each.code == "@")
    return next(each for each in places(body) if each.keys == marked.keys)


def goes_and_returns(policies: Policies, code_list: str, code: str) -> list[str]:
    """What is wrong about a code of the sender's that went there and came back: nothing, if it came back as it was."""
    body = with_code(BODIES[code_list], code)
    there = coding.read(policies, header(), body, own=False)
    faults = []
    place = at_mark(code_list, there.body)
    if place.code != code and not any((each.theirs, each.ours) == (code, place.code) for each in there.heard):
        faults.append(f"{code!r} became {place.code!r} and nobody was told")
    theirs = coding._theirs(there.heard, place)
    back = with_code(BODIES[code_list], theirs if theirs is not None else place.code)
    if theirs is not None or there.unknown:
        back[coding.YOURS] = [place.at]
    home = coding.read(PLAIN, BACK, back, own=False)
    came = at_mark(code_list, home.body)
    if came.code != code or home.heard:
        faults.append(f"{code!r} came back as {came.code!r}")
    return faults


@settings(max_examples=150, deadline=None)
@given(code_list=st.sampled_from(sorted(BODIES)), code=CODES, with_table=st.booleans())
def test_any_code_there_and_back_is_unchanged(code_list: str, code: str, with_table: bool) -> None:
    ours = sorted(PLAIN.codes[code_list].codes)[-1]
    policies = mapped({code_list: {code: ours}}) if with_table and code != ours else PLAIN
    assert goes_and_returns(policies, code_list, code) == []


@settings(max_examples=30, deadline=None)
@given(first=CODES, second=CODES)
def test_a_table_on_the_way_back_does_not_touch_what_came_from_there(first: str, second: str) -> None:
    """The other side may use the same letters for something else: ``yours`` says whose word it is."""
    if first == second or "unknown" in (first, second):
        return
    body = with_code(BODIES["decline_reason"], first) | {"yours": ["given.reason"]}
    policies = mapped({"decline_reason": {first: "other"}}, "MM", "TH")
    assert read(policies, BACK, body, own=False).heard == ()


def test_a_message_of_our_own_that_a_backup_forgot_is_read_in_our_codes_again() -> None:
    """It had put the receiver's word back where that came from; the rest it had said in ours (0051, 0052)."""
    policies = mapped({"decline_reason": {"never_heard": "other"}})
    body = with_code(BODIES["decline_reason"], "never_heard")
    returned = coding.read_back(policies, BACK, body | {coding.YOURS: ["given.reason"]})
    assert at_mark("decline_reason", returned.body).code == "other" and returned.unknown == ()
    own = coding.read_back(policies, BACK, body)
    assert own.body == body and own.heard == () and own.unknown == ("decline_reason:never_heard",)


def _defaulted(policies: Policies, head: Any, body: dict[str, Any], *, own: bool) -> Reading:
    said = read(policies, head, body, own=own)
    changed = json.loads(json.dumps(said.body))
    for place in places(said.body):
        if f"{place.code_list}:{place.code}" in said.unknown:
            coding._put(changed, place.keys, "other")
    return replace(said, body=changed, unknown=())


def _dropped(policies: Policies, head: Any, body: dict[str, Any], *, own: bool) -> Reading:
    return replace(read(policies, head, body, own=own), heard=())


@pytest.mark.parametrize(("mutant", "code"), [(_defaulted, "never_heard"), (_dropped, "no_beds")])
def test_a_mutant_turns_it_red(monkeypatch: pytest.MonkeyPatch, mutant: Callable[..., Reading], code: str) -> None:
    policies = mapped({"decline_reason": {"no_beds": "no_capacity"}})
    assert goes_and_returns(policies, "decline_reason", code) == []
    monkeypatch.setattr(coding, "read", mutant)
    assert goes_and_returns(policies, "decline_reason", code) != []
