"""What a referral waits for, said from messages and receipts alone: on which side, since when, by which clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from workflows.facts import ReferralFacts
from workflows.referral import FINAL, MACHINE, Referral
from workflows.waiting import (
    AWAIT_DECISION,
    AWAIT_SEEN,
    AWAIT_STORED,
    DECIDED,
    OURS,
    PENS,
    SEEN,
    STORED,
    Said,
    Wait,
    clock_name,
    turn_of,
    waits,
)

START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def facts(state: str, side: str = "sender", **more: object) -> ReferralFacts:
    return ReferralFacts(side=side, from_country="TH", to_country="MM", state=state, child=False, **more)  # type: ignore[arg-type]


def said(number: int, kind: str, *, ours: bool = True, stored: bool = False, seen: bool = False) -> Said:
    """The message of that number in the conversation, an hour after the one before; receipts ten minutes later each."""
    at = START + number * HOUR
    come = at + timedelta(minutes=10)
    return Said(f"m{number}", ours, kind, at, number, come if stored or seen else None, come + HOUR if seen else None)


def levels(found: tuple[Wait, ...]) -> list[tuple[str, str, datetime]]:
    return [(each.level, each.task, each.since) for each in found]


def test_an_offer_waits_to_be_stored_then_opened_then_decided() -> None:
    at = START + HOUR
    answer = (DECIDED, "await_answer", at)
    for told, nearest in (
        (said(1, "send"), (STORED, AWAIT_STORED, at)),
        (said(1, "send", stored=True), (SEEN, AWAIT_SEEN, at + timedelta(minutes=10))),
    ):
        assert levels(waits(facts("sent"), [told], START)) == [nearest, answer]
    assert levels(waits(facts("sent"), [said(1, "send", seen=True)], START)) == [answer]
    (there,) = waits(facts("sent", "receiver"), [said(1, "send", ours=False)], START)
    assert (there.level, there.since) == (OURS, at), "and at the other end it is their own turn"


def test_whoever_answered_has_opened_it() -> None:
    told = [said(1, "send", seen=True), said(2, "acknowledge", ours=False), said(3, "disclose_identity", stored=True)]
    found = waits(facts("acknowledged", identity_disclosed=True), told, START)
    assert [each.level for each in found] == [SEEN, DECIDED]
    told.append(said(4, "start_tracing", ours=False))
    (found_now,) = waits(facts("tracing", identity_disclosed=True), told, START)
    assert (found_now.level, found_now.task, found_now.clock) == (DECIDED, AWAIT_DECISION, "tracing")
    assert found_now.since == START + 4 * HOUR


def test_before_anybody_knows_who_it_is_the_sender_has_the_turn() -> None:
    told = [said(1, "send", seen=True), said(2, "acknowledge", ours=False)]
    assert turn_of(facts("acknowledged")) == "sender"
    (found,) = waits(facts("acknowledged"), told, START)
    assert found.level == OURS
    told = [said(1, "send", ours=False), said(2, "acknowledge", seen=True)]
    (there,) = waits(facts("acknowledged", "receiver"), told, START)
    assert (there.level, there.clock) == (DECIDED, "supply_info")


def test_a_question_gives_the_turn_back_and_its_answer_takes_the_first_clock() -> None:
    asked = [said(1, "send", seen=True), said(2, "return_for_info", ours=False)]
    assert waits(facts("returned_for_info"), asked, START)[0].level == OURS
    answered = [*asked, said(3, "supply_info", seen=True)]
    (found,) = waits(facts("sent"), answered, START)
    assert (found.clock, found.since, found.task) == ("acknowledge", START + 3 * HOUR, "await_answer")


@pytest.mark.parametrize("state", sorted(each.value for each in FINAL))
def test_what_is_over_is_still_brought_there_and_nothing_else_is_waited_for(state: str) -> None:
    told = [said(1, "send", stored=True), said(2, "withdraw")]
    assert levels(waits(facts(state), told, START)) == [(STORED, AWAIT_STORED, START + 2 * HOUR)]
    assert waits(facts(state), [said(1, "send", stored=True)], START) == ()


def test_the_oldest_that_has_not_arrived_counts_and_no_clock_puts_it_in_another_order() -> None:
    late = Said("m2", True, "tell_withdrawal", START - HOUR, 2)
    (first, *_) = waits(facts("sent"), [late, said(1, "send")], START)
    assert first.message == "m1", "the clock of this country was set back between the two"


def test_a_childs_clock_is_taken_where_there_is_one() -> None:
    (found, *_) = waits(facts("sent"), [said(1, "send")], START)
    assert (clock_name(found, child=True), clock_name(found, child=False)) == ("stored_child", "stored")
    (_, plan) = waits(facts("plan_proposed"), [said(1, "propose_plan", stored=True)], START)
    assert clock_name(plan, child=True) == plan.child_clock or plan.child_clock is None


def test_in_every_open_state_somebody_has_the_turn_and_either_end_knows_who() -> None:
    for state in Referral:
        turn = PENS.get(state.value)
        assert (turn is None) == (state in FINAL), state
        movers = [step.name for step in MACHINE.steps if state in step.targets()]
        for side in ("sender", "receiver"):
            told = [said(1, movers[0], ours=MACHINE.step(movers[0]).by == side, seen=True)] if movers else []  # type: ignore[union-attr]
            found = {each.level for each in waits(facts(state.value, side), told, START)}
            assert OURS in found or turn_of(facts(state.value, side)) != side, (state, side)
