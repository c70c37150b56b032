"""What another country says of a visit: bounded, in the machine's order, and never about people it has no number of."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.casework import giving_back, messages, visiting
from app.casework.correspondence import CONVERSATION, CORRESPONDENCE
from app.casework.visiting import PART, TABLE
from app.casework.visiting_bodies import GrantBody
from app.casework.wire import MessageRefused
from app.models.base import new_id
from app.models.referral import Message
from tests.app.exchange.wire import Hand, Post
from tests.inspect import reading, writing


def envelope(hand: Hand, act: str, body: dict[str, Any], **changes: Any) -> Any:
    return hand.envelope("", body, type_=f"visit_{act}", **{CONVERSATION: CORRESPONDENCE}, **changes)


def say(hand: Hand, act: str, body: dict[str, Any]) -> str:
    taken = hand.give(envelope(hand, act, body))
    return str(json.loads(taken.receipt["content"])["outcome"]["result"])


def row_of(post: Post, country: str = "MM") -> Any:
    with reading(post.house.db) as session:
        return session.execute(select(TABLE).where(TABLE.c.country == country)).one()


def counts(post: Post) -> tuple[Any, ...]:
    with reading(post.house.db) as session:
        many = tuple(
            session.execute(select(func.count()).select_from(each)).scalar_one() for each in (TABLE, PART, Message)
        )
        return (*many, *session.execute(select(TABLE.c.state, TABLE.c.version)).all())


def refused(post: Post, hand: Hand, act: str, body: dict[str, Any]) -> str:
    before = counts(post)
    with pytest.raises(MessageRefused) as caught:
        hand.give(envelope(hand, act, body))
    assert counts(post) == before
    return str(caught.value.extra["reason"])


def ask(post: Post, *numbers: str, **changes: Any) -> dict[str, Any]:
    day = (post.clock.now() + timedelta(days=9)).date().isoformat()
    return {
        "purpose": "get_to_know", "language": "my", "days": [day],
        "visitors": [{"part": "social_worker", "office": "th-datip"}],
        "subjects": [{"about": "referral", "number": each} for each in numbers], **changes,
    }  # fmt: skip


def grant(post: Post, *numbers: str, **changes: Any) -> dict[str, Any]:
    day = (post.clock.now() + timedelta(days=9)).date().isoformat()
    return {
        "day": day, "begins": "10:00", "ends": "11:00", "place": "office", "office": "th-datip", "met": list(numbers),
        **changes,
    }  # fmt: skip


def test_a_request_is_bounded_and_about_those_of_whom_both_know(post: Post) -> None:
    """Here Thailand asks to visit people in Myanmar: the receiving side hosts."""
    shared = post.bring("sent").shared_id
    hand = Hand(post.house)
    for body in (
        ask(post, shared, days=[]), ask(post, shared, days=["soon"]), ask(post), ask(post, "../x"), {},
        ask(post, *[shared] * 21), ask(post, shared, visitors=[]), ask(post, shared, purpose="x" * 41),
        ask(post, shared, subjects=[{"about": "case", "number": shared}]),
        ask(post, shared, visitors=[{"part": "social_worker", "office": "Daw Someone"}]),
    ):  # fmt: skip
        assert refused(post, hand, "ask", body) == "form", body
    assert refused(post, hand, "ask", ask(post, new_id())) == "unknown_referral"
    assert refused(post, hand, "ask", ask(post, shared, new_id())) == "unknown_referral"
    assert refused(post, hand, "ask", ask(post, shared, shared)) == "body_malformed"
    assert refused(post, hand, "call_off", {"reason": "no_time"}) == "unknown_visit"
    assert say(hand, "ask", ask(post, shared)) == "applied"
    assert refused(post, hand, "ask", ask(post, shared)) == "state_jump"
    row = row_of(post)
    assert (row.host, row.other_country, row.state) == ("MM", "TH", "asked")


def test_a_second_visit_does_not_go_under_the_reference_of_the_first(post: Post) -> None:
    """Whoever said yes to the first would be met at the second without being asked."""
    shared = post.bring("sent").shared_id
    say(Hand(post.house), "ask", ask(post, shared))
    again = Hand(post.house)
    again.shared_id = new_id()
    assert row_of(post).shared_id != again.shared_id
    assert refused(post, again, "ask", ask(post, shared)) == "body_malformed"


def test_a_visitor_permits_nothing_and_nobody_jumps(post: Post) -> None:
    shared = post.bring("sent").shared_id
    hand = Hand(post.house)
    say(hand, "ask", ask(post, shared))
    day = {"day": post.clock.now().date().isoformat()}
    for act, body in (
        ("grant", grant(post, shared)), ("propose_day", day), ("refuse", {"reason": "other"}), ("take_day", day),
        ("write_log", {**{"held_on": day["day"]}, "entered": [], "met": []}), ("confirm_log", {}),
        ("return_log", {"remark": "day_wrong"}), ("add_remarks", {"words": "fine"}),
    ):  # fmt: skip
        assert refused(post, hand, act, body) == "state_jump", act
    assert refused(post, hand, "part_ended", {"number": shared}) == "unknown_referral"
    assert refused(post, hand, "add_remarks", {"words": "x" * 601}) == "form"
    assert say(hand, "call_off", {"reason": "no_time"}) == "applied"
    assert say(hand, "call_off", {"reason": "no_time"}) == "not_applicable"


def asked_here(post: Post, shared: str) -> Hand:
    """Myanmar asks Thailand; the hand that answers is Thailand's, in the conversation that Myanmar began."""
    hand = Hand(post.house)
    ours = visiting.AskBody(**ask(post, shared))
    with writing(post.house.db) as session:
        desk = post.house.system_desk(session, "MM")
        visiting.new_copy(
            desk, "TH", "TH", hand.shared_id, "MM-TH-2026-V-ABCDEF", ours, [("referral", shared, "TH-MM-X", None)]
        )
    return hand


def test_a_permission_is_of_the_days_and_people_that_were_asked_for(post: Post) -> None:
    shared = post.bring("sent").shared_id
    hand = asked_here(post, shared)
    for changes in (
        {"address": "Gate 7"}, {"place": "shelter"}, {"place": "shelter", "office": "", "address": "x" * 201},
        {"begins": "12:00"}, {"begins": "soon"}, {"met": []}, {"conditions": ["No!"]},
    ):  # fmt: skip
        assert refused(post, hand, "grant", grant(post, shared) | changes) == "form", changes
    assert refused(post, hand, "grant", grant(post, new_id())) == "unknown_referral"
    later = (post.clock.now() + timedelta(days=30)).date().isoformat()
    assert refused(post, hand, "grant", grant(post, shared, day=later)) == "state_jump"
    assert say(hand, "grant", grant(post, shared)) == "applied"
    held = post.clock.now().date()
    log = {"held_on": held.isoformat(), "entered": [], "met": [{"number": new_id()}]}
    assert refused(post, hand, "write_log", log) == "unknown_referral"
    log |= {"met": [{"number": shared, "wish": "Her name is"}]}
    assert refused(post, hand, "write_log", log) == "form"
    log |= {"met": [{"number": shared}], "held_on": (held + timedelta(days=9)).isoformat()}
    assert refused(post, hand, "write_log", log) == "state_jump"
    assert say(hand, "part_ended", {"number": shared}) == "applied"
    assert say(hand, "part_ended", {"number": shared}) == "not_applicable"
    assert say(hand, "call_off", {"reason": "nobody_to_meet"}) == "applied"
    # What was called off is told no place any more.
    with reading(post.house.db) as session:
        desk = post.house.system_desk(session, "MM")
        assert visiting.contents(desk, row_of(post)).grant is None


def test_what_we_said_of_a_visit_comes_back_after_a_backup(post: Post) -> None:
    shared = post.bring("sent").shared_id
    hand = Hand(post.house)
    for number, (act, body, state) in enumerate((
        ("ask", ask(post, shared), "asked"), ("call_off", {"reason": "no_time"}, "called_off"),
    ), start=1):  # fmt: skip
        ours = envelope(hand, act, body)
        with writing(post.house.db) as session:
            giving_back.give_back(post.house.system_desk(session, "TH", "exchange"), ours, "MM")
        hand.seq, hand.previous = number, messages.digest_of_signed(ours)
        assert row_of(post, "TH").state == state
    assert (row_of(post, "TH").host, row_of(post, "TH").reason) == ("MM", "no_time")


def test_a_place_is_an_office_or_an_address_and_never_both() -> None:
    number = new_id()
    said = {"day": "2026-12-14", "begins": "10:00", "ends": "11:00", "met": [number]}
    GrantBody(**said, place="shelter", address="Gate 7")
    GrantBody(**said, place="office", office="th-datip")
    for changes in ({"place": "office"}, {"place": "office", "office": "th-datip", "address": "Gate 7"}):
        with pytest.raises(ValueError):
            GrantBody(**said, **changes)
