"""The machine of a meeting of two countries: whose each act is, and that acts which cross leave both copies alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from workflows import corridor_meeting as rules
from workflows.corridor_meeting import ACTS, M, MeetingFacts

DAY = date(2026, 12, 14)
EARLIER, LATER = date(2026, 12, 1), date(2026, 12, 20)
# act -> where it begins, whether the host takes it, whether the proposer does.
OURS = {
    "accept_day": ((M.PROPOSED,), (True, False), (False,)),
    "other_day": ((M.PROPOSED,), (True, False), (False,)),
    "move_day": ((M.AGREED,), (True,), (True, False)),
    "call_off": ((M.PROPOSED, M.AGREED, M.PREPARED), (True, False), (True, False)),
    "send_items": ((M.AGREED,), (True, False), (True, False)),
    "close_agenda": ((M.AGREED,), (True,), (True, False)),
    "propose_minutes": ((M.PREPARED, M.MINUTES_RETURNED), (True,), (True, False)),
    "confirm_minutes": ((M.MINUTES_PROPOSED,), (False,), (True, False)),
    "return_minutes": ((M.MINUTES_PROPOSED,), (False,), (True, False)),
}


@pytest.mark.parametrize("name", sorted(OURS))
def test_each_act_is_one_sides_and_begins_somewhere(name: str) -> None:
    states, hosts, proposes = OURS[name]
    for state, host, proposer in product(M, (True, False), (True, False)):
        facts = MeetingFacts(state, host, proposer, DAY, theirs=True)
        allowed = state in states and host in hosts and proposer in proposes
        assert (rules.against(name, facts, LATER) == ()) is allowed, (state, host, proposer)
        assert (name in {act.name for act, _ in rules.offered(facts, LATER)}) is allowed


def test_the_agenda_waits_for_the_other_country_and_the_minutes_for_the_day() -> None:
    facts = MeetingFacts(M.AGREED, True, True, DAY)
    codes = [each.code for each in rules.against("close_agenda", facts, EARLIER)]
    assert codes == ["other_side_has_sent"]
    assert rules.against("close_agenda", replace(facts, theirs=True), EARLIER) == ()
    assert rules.against("close_agenda", facts, DAY) == ()
    ready = replace(facts, state=M.PREPARED)
    assert [each.code for each in rules.against("propose_minutes", ready, EARLIER)] == ["meeting_day_has_come"]
    assert rules.against("propose_minutes", ready, DAY) == ()


def _applied(name: str, facts: MeetingFacts, *, by_us: bool) -> MeetingFacts:
    """The copy after an act of its own country, or after one that it hears."""
    if by_us:
        act = next(each for each in ACTS if each.name == name)
        to = act.to or M(facts.state)
    else:
        heard = rules.heard(name, facts)
        if heard is None:
            return facts
        to = heard
    moves = name in ("other_day", "move_day")
    return replace(facts, state=to, proposes=by_us if moves else facts.proposes)


def _mirror(facts: MeetingFacts) -> MeetingFacts:
    return replace(facts, hosts=not facts.hosts, proposes=not facts.proposes)


def test_whatever_crosses_leaves_both_copies_in_one_state() -> None:
    """Every way of at most three acts of each side before either hears the other, from every state: all explored."""
    crossed = 0
    for state, host, proposer in product(M, (True, False), (True, False)):
        here = MeetingFacts(state, host, proposer, DAY, theirs=True)
        for ours, theirs in product(_ways(here), _ways(_mirror(here))):
            end, there = here, _mirror(here)
            for name in ours:
                end = _applied(name, end, by_us=True)
            for name in theirs:
                there = _applied(name, there, by_us=True)
            for name in theirs:
                end = _applied(name, end, by_us=False)
            for name in ours:
                there = _applied(name, there, by_us=False)
            assert end.state == there.state, (state, host, ours, theirs)
            # Whose day it was is nothing to a meeting that is called off.
            assert end.state == M.CALLED_OFF or end.proposes != there.proposes, (state, host, ours, theirs)
            crossed += bool(ours and theirs)
    assert crossed > 20


def _ways(facts: MeetingFacts, most: int = 3) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [()]
    if most:
        for act, reasons in rules.offered(facts, LATER):
            if not reasons:
                after = _applied(act.name, facts, by_us=True)
                found += [(act.name, *rest) for rest in _ways(after, most - 1)]
    return found


def test_what_nobody_could_have_done_is_refused() -> None:
    for state, name in (
        (M.CONFIRMED, "call_off"), (M.PROPOSED, "confirm_minutes"), (M.CONFIRMED, "propose_minutes"),
        (M.AGREED, "return_minutes"), (M.PROPOSED, "close_agenda"),
    ):  # fmt: skip
        with pytest.raises(LookupError):
            rules.heard(name, MeetingFacts(state, True, True, DAY, theirs=True))


def test_a_meeting_needs_an_agreement_and_somebody_who_answers() -> None:
    assert rules.against_convening(in_force=True, reached=True, read_there=True, open_already=False) == ()
    every = rules.against_convening(in_force=False, reached=False, read_there=False, open_already=True)
    assert [each.code for each in every] == [
        "agreement_is_in_force", "other_side_has_a_focal_office", "meetings_are_read_there",
        "no_other_meeting_is_open",
    ]  # fmt: skip


def test_a_decision_is_about_the_agenda_and_has_no_words_without_consent() -> None:
    assert rules.against_decisions({"a", "b"}, {"b"}, [("a", True), ("b", False)]) == ()
    found = rules.against_decisions({"a", "b"}, {"b"}, [("b", True), ("c", False)])
    assert [each.code for each in found] == ["decision_is_about_the_agenda", "words_are_agreed_to"]


def test_every_reason_says_everything_a_reader_needs() -> None:
    for each in rules.EVERY:
        assert all((each.sentence, each.why, each.mend, each.who, each.sources)), each.code
