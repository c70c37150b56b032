"""The machine of a visit abroad: whose each act is, that crossing acts leave both copies alike, and who is met."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from tests.workflows.situations import LATELY
from tests.workflows.situations import case as sound_case
from workflows import shelter_visit as rules
from workflows.facts import CaseFacts, ConsentFacts, Today, VisitWishFacts
from workflows.shelter_visit import ACTS, V, VisitFacts

DAY = date(2026, 12, 14)
VISIT = "MM-TH-2026-V-7F3K2Q"
# act -> where it begins, and whether the host or the visitor takes it (both: either).
OURS = {
    "grant": ((V.ASKED,), (True,)),
    "propose_day": ((V.ASKED,), (True,)),
    "refuse": ((V.ASKED,), (True,)),
    "take_day": ((V.OTHER_DAY,), (False,)),
    "call_off": ((V.ASKED, V.OTHER_DAY, V.GRANTED), (True, False)),
    "write_log": ((V.GRANTED, V.LOG_RETURNED), (True,)),
    "return_log": ((V.LOGGED,), (False,)),
    "add_remarks": ((V.LOGGED,), (False,)),
    "confirm_log": ((V.REMARKED,), (True,)),
}


@pytest.mark.parametrize("name", sorted(OURS))
def test_each_act_is_one_sides_and_begins_somewhere(name: str) -> None:
    states, hosts = OURS[name]
    for state, host in product(V, (True, False)):
        facts = VisitFacts(state, host, DAY)
        allowed = state in states and host in hosts
        assert (rules.against(name, facts, DAY) == ()) is allowed, (state, host)
        assert (name in {act.name for act, _ in rules.offered(facts, DAY)}) is allowed


def test_a_log_waits_for_the_day() -> None:
    facts = VisitFacts(V.GRANTED, True, DAY)
    assert [each.code for each in rules.against("write_log", facts, DAY - timedelta(days=1))] == [
        "day_of_visit_has_come"
    ]


def _applied(name: str, facts: VisitFacts, *, by_us: bool) -> VisitFacts:
    to = next(each for each in ACTS if each.name == name).to if by_us else rules.heard(name, facts)
    return facts if to is None else replace(facts, state=to)


def _ways(facts: VisitFacts, most: int = 3) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [()]
    for act, reasons in rules.offered(facts, DAY) if most else ():
        if not reasons:
            found += [(act.name, *rest) for rest in _ways(_applied(act.name, facts, by_us=True), most - 1)]
    return found


def test_whatever_crosses_leaves_both_copies_in_one_state() -> None:
    """Every way of at most three acts of each side before either hears the other, from every state: all explored."""
    crossed = 0
    for state, host in product(V, (True, False)):
        here, mirror = VisitFacts(state, host, DAY), VisitFacts(state, not host, DAY)
        for ours, theirs in product(_ways(here), _ways(mirror)):
            end, there = here, mirror
            for name in ours:
                end = _applied(name, end, by_us=True)
            for name in theirs:
                there = _applied(name, there, by_us=True)
            for name in theirs:
                end = _applied(name, end, by_us=False)
            for name in ours:
                there = _applied(name, there, by_us=False)
            assert end.state == there.state, (state, host, ours, theirs)
            crossed += bool(ours and theirs)
    assert crossed > 10


def test_what_nobody_could_have_done_is_refused() -> None:
    for state, host, name in (
        (V.ASKED, True, "grant"), (V.CALLED_OFF, True, "write_log"), (V.ASKED, False, "write_log"),
        (V.CONFIRMED, False, "call_off"), (V.GRANTED, False, "grant"), (V.ASKED, True, "take_day"),
        (V.LOGGED, False, "confirm_log"), (V.GRANTED, False, "refuse"),
    ):  # fmt: skip
        with pytest.raises(LookupError):
            rules.heard(name, VisitFacts(state, host, DAY))


def test_a_visit_needs_an_agreement_and_somebody_who_answers() -> None:
    assert rules.against_asking(in_force=True, reached=True, read_there=True) == ()
    every = rules.against_asking(in_force=False, reached=False, read_there=False)
    assert [each.code for each in every] == [
        "visits_are_agreed_on", "host_has_a_focal_office", "visits_are_read_there",
    ]  # fmt: skip


def _case(**changes: Any) -> CaseFacts:
    consent = ConsentFacts("notify_origin", "MM", frozenset({"identity"}), "self", LATELY)
    wish = VisitWishFacts(VISIT, LATELY, True)
    return replace(sound_case(), consents=(consent,), visit_wishes=(wish,), care="recovering", **changes)


def _codes(case: CaseFacts, *, sealed: bool = False, visit: str = VISIT, was: bool = False) -> list[str]:
    today = Today(datetime(2026, 12, 1, tzinfo=UTC), date(2026, 12, 1))
    return [each.code for each in rules.against_meeting(case, "MM", visit, sealed=sealed, today=today, was=was)]


def test_who_said_yes_is_met_and_nobody_else() -> None:
    case = _case()
    assert _codes(case) == []
    assert _codes(case, visit="MM-TH-2026-V-OTHER2") == ["person_was_asked_about_visit"]
    no = replace(case, visit_wishes=(VisitWishFacts(VISIT, LATELY, False),))
    assert _codes(no) == ["person_agrees_to_visit"]
    assert _codes(replace(case, consents=())) == ["consent_for_visit"]


def test_who_is_kept_away_is_told_by_one_reason_whatever_it_is() -> None:
    case = _case()
    for each in (
        replace(case, asylum_claim=True), replace(case, blocked_countries=frozenset({"MM"})),
        replace(case, deceased=True), replace(case, care="handed_over"), replace(case, care="closed"),
        replace(case, asylum_claim=True, visit_wishes=()),
    ):  # fmt: skip
        assert _codes(each) == ["person_may_be_asked"]
    assert _codes(case, sealed=True) == ["person_may_be_asked"]
    assert not rules.may_be_asked(case, "MM", sealed=True) and rules.may_be_asked(case, "MM", sealed=False)


def test_who_left_after_the_day_was_met_and_who_is_protected_since_then_is_told_of_no_more() -> None:
    case = _case()
    for each in (replace(case, care="handed_over"), replace(case, care="closed"), replace(case, deceased=True)):
        assert _codes(each) == ["person_may_be_asked"] and _codes(each, was=True) == []
    for each in (replace(case, asylum_claim=True), replace(case, blocked_countries=frozenset({"MM"}))):
        assert _codes(each, was=True) == ["person_may_be_asked"]
    assert _codes(case, sealed=True, was=True) == ["person_may_be_asked"]


def test_nobody_says_yes_in_the_place_of_somebody_grown_up() -> None:
    for agrees, code in ((True, "person_was_asked_about_visit"), (False, "person_agrees_to_visit")):
        wish = VisitWishFacts(VISIT, LATELY, agrees, by_guardian=True)
        assert _codes(replace(_case(), visit_wishes=(wish,))) == [code]


def test_a_child_needs_guardian_and_own_word() -> None:
    child = replace(
        _case(child=True, guardian=None),
        consents=(ConsentFacts("notify_origin", "MM", frozenset(), "guardian", LATELY, child_assent=True),),
    )
    for wish in (
        VisitWishFacts(VISIT, LATELY, True), VisitWishFacts(VISIT, LATELY, True, by_guardian=True),
        VisitWishFacts(VISIT, LATELY, True, by_guardian=True, child_assent=False),
        # Guardian and child agree, but nobody serves as guardian.
        VisitWishFacts(VISIT, LATELY, True, by_guardian=True, child_assent=True),
    ):  # fmt: skip
        assert _codes(replace(child, visit_wishes=(wish,))) == ["guardian_agrees_to_visit"]


def test_a_permission_is_for_a_day_that_was_asked_for_and_for_who_agreed() -> None:
    assert rules.against_grant(DAY, [DAY], ["a"], ["a", "b"], in_force=True) == ()
    [lapsed] = rules.against_grant(DAY, [DAY], ["a"], ["a", "b"], in_force=False)
    assert lapsed.code == "visits_are_agreed_on"
    found = rules.against_grant(DAY, [], ["c"], ["a"], in_force=True)
    assert [each.code for each in found] == ["day_was_asked_for", "only_who_agreed_is_met"]
    assert [each.code for each in rules.against_grant(DAY, [DAY], [], ["a"], in_force=True)] == ["somebody_is_met"]


def test_a_log_tells_no_more_than_was_agreed_to() -> None:
    assert rules.against_log({"a", "b"}, {"a"}, {"a"}, {"a": "stay"}) == ()
    assert rules.against_log({"a", "b"}, {"a"}, set(), {"a": ""}) == ()
    found = rules.against_log({"a", "b"}, {"a"}, set(), {"a": "stay", "b": "", "c": ""})
    assert [each.code for each in found] == ["log_is_about_the_visit", "who_was_met_had_agreed", "wish_may_be_told"]


def test_every_reason_says_everything_a_reader_needs() -> None:
    for each in rules.EVERY:
        assert all((each.sentence, each.why, each.mend, each.who, each.sources)), each.code
