"""What another country says of a meeting: bounded, in the machine's order, and never in our name or about strangers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import func, select

from app.casework import conferring, giving_back, messages
from app.casework.conferring import TABLE
from app.casework.conferring_bodies import ItemBody, ReasonBody
from app.casework.correspondence import CONVERSATION, CORRESPONDENCE
from app.casework.wire import MessageRefused
from app.models.base import new_id
from app.models.corridor_meeting import CorridorDecision
from app.models.referral import Message
from app.models.task import Task
from tests.app.exchange.wire import Hand, Post
from tests.inspect import reading, writing


def envelope(hand: Hand, act: str, body: dict[str, Any], **changes: Any) -> Any:
    return hand.envelope("", body, type_=f"meeting_{act}", **{CONVERSATION: CORRESPONDENCE}, **changes)


def say(hand: Hand, act: str, body: dict[str, Any]) -> str:
    taken = hand.give(envelope(hand, act, body))
    return str(json.loads(taken.receipt["content"])["outcome"]["result"])


def row_of(post: Post, country: str = "MM") -> Any:
    with reading(post.house.db) as session:
        return session.execute(select(TABLE).where(TABLE.c.country == country)).one()


def kept(post: Post, country: str = "MM") -> Any:
    with reading(post.house.db) as session:
        desk = post.house.system_desk(session, country)
        return conferring.contents(desk, row_of(post, country))


def counts(post: Post) -> tuple[Any, ...]:
    with reading(post.house.db) as session:
        many = tuple(
            session.execute(select(func.count()).select_from(each)).scalar_one()
            for each in (TABLE, CorridorDecision, Message, Task)
        )
        return (*many, *session.execute(select(TABLE.c.state, TABLE.c.version)).all())


def refused(post: Post, hand: Hand, act: str, body: dict[str, Any]) -> str:
    before = counts(post)
    with pytest.raises(MessageRefused) as caught:
        hand.give(envelope(hand, act, body))
    assert counts(post) == before
    return str(caught.value.extra["reason"])


def proposal(post: Post, **changes: Any) -> dict[str, Any]:
    day = post.clock.now().date().isoformat()
    return {"kind": "case_management", "host": "TH", "way": "line", "day": day, **changes}


def item(referral: str, *reasons: dict[str, Any], bounded: bool = False) -> dict[str, Any]:
    said = [{"code": "stuck", "by": "TH", "task": "await_answer"}]
    return {"referral": referral, "reference": "TH-MM-2026-X", "reasons": list(reasons) or said, "bounded": bounded}


def decision(referral: str, **changes: Any) -> dict[str, Any]:
    return {
        "number": 1, "referral": referral, "what": "trace", "by_country": "MM", "part": "case_manager",
        "until": "2027-01-04", "words": "", **changes,
    }  # fmt: skip


def test_a_proposal_is_bounded_and_opens_one_copy(post: Post) -> None:
    hand = Hand(post.house)
    for body in (
        proposal(post, host="VN"), proposal(post, kind="Tea!"), proposal(post, day="soon"),
        proposal(post, way="x" * 41), {}, proposal(post, day=7),
    ):  # fmt: skip
        assert refused(post, hand, "propose", body) in ("form", "host_unknown"), body
    assert refused(post, hand, "accept_day", proposal(post)) == "unknown_meeting"
    assert say(hand, "propose", proposal(post)) == "applied"
    assert refused(post, hand, "propose", proposal(post)) == "state_jump"
    assert (row_of(post).state, row_of(post).proposed_by, row_of(post).other_country) == ("proposed", "TH", "TH")


def agreed(post: Post, hand: Hand) -> None:
    say(hand, "propose", proposal(post))
    with writing(post.house.db) as session:
        desk = post.house.system_desk(session, "MM")
        row = row_of(post)
        conferring.act(desk, row, conferring.contents(desk, row), "accept_day", conferring.ProposalBody(
            kind=row.kind, host=row.host, way=row.way, day=row.day
        ))  # fmt: skip


def test_nobody_jumps(post: Post) -> None:
    hand = Hand(post.house)
    say(hand, "propose", proposal(post))
    for act, body in (
        ("accept_day", proposal(post)), ("close_agenda", {"items": []}),
        ("propose_minutes", {"held_on": "2026-11-23", "decisions": []}), ("return_minutes", {"remark": "words"}),
        ("confirm_minutes", {"held_on": "2026-11-23", "decisions": []}), ("decision_done", {"number": 1}),
    ):  # fmt: skip
        assert refused(post, hand, act, body) in ("state_jump", "unknown_decision"), act
    assert say(hand, "call_off", {"reason": "no_time"}) == "applied"
    assert say(hand, "call_off", {"reason": "no_time"}) == "not_applicable"


def test_nothing_is_said_in_our_name_or_beyond_what_we_told(post: Post) -> None:
    pair = post.bring("sent")
    hand = Hand(post.house)
    agreed(post, hand)
    shared = pair.shared_id
    with writing(post.house.db) as session:
        desk = post.house.system_desk(session, "MM")
        row = row_of(post)
        mine = conferring.contents(desk, row)
        mine.ours = [
            ItemBody(
                referral=shared, reference="TH-MM-2026-X", reasons=[ReasonBody(code="late", by="MM")], bounded=True
            )
        ]  # fmt: skip
        conferring.change(desk, row, mine)
    stolen = item(shared, {"code": "declined", "by": "MM"}, {"code": "stuck", "by": "MM"})
    assert say(hand, "send_items", {"items": [stolen]}) == "applied"
    assert {one.by for one in kept(post).theirs[0].reasons} == {"TH"}
    false = item(shared, {"code": "late", "by": "MM"}, {"code": "declined", "by": "MM"}, {"code": "stuck", "by": "TH"})
    assert say(hand, "close_agenda", {"items": [false]}) == "applied"
    [entry] = kept(post).agenda
    assert entry.bounded and [(one.code, one.by) for one in entry.reasons] == [("late", "MM"), ("stuck", "TH")]
    held = post.clock.now().date().isoformat()
    for said, reason in (
        ([decision(shared, words="She is well.")], "not_agreed_to"), ([decision(new_id())], "not_agreed_to"),
        ([decision(shared, number=2)], "body_malformed"), ([decision(shared), decision(shared)], "body_malformed"),
        ([decision(shared, words="x" * 301)], "form"), ([decision("../x")], "form"),
    ):  # fmt: skip
        assert refused(post, hand, "propose_minutes", {"held_on": held, "decisions": said}) == reason, said
    assert say(hand, "propose_minutes", {"held_on": held, "decisions": [decision(shared)]}) == "applied"
    assert refused(post, hand, "confirm_minutes", {"held_on": held, "decisions": [decision(shared)]}) == "state_jump"


def test_a_decision_about_a_referral_that_is_not_here_waits(post: Post) -> None:
    hand = Hand(post.house)
    agreed(post, hand)
    stranger = new_id()
    assert say(hand, "close_agenda", {"items": [item(stranger)]}) == "applied"
    body = {"held_on": post.clock.now().date().isoformat(), "decisions": [decision(stranger)]}
    assert refused(post, hand, "propose_minutes", body) == "unknown_referral"
    body["decisions"][0]["by_country"] = "TH"
    assert say(hand, "propose_minutes", body) == "applied"


def test_what_we_said_of_a_meeting_comes_back_after_a_backup(post: Post) -> None:
    hand = Hand(post.house)
    for number, (act, body, state) in enumerate((
        ("propose", proposal(post), "proposed"), ("send_items", {"items": [item(new_id())]}, "proposed"),
        ("call_off", {"reason": "no_time"}, "called_off"),
    ), start=1):  # fmt: skip
        ours = envelope(hand, act, body)
        with writing(post.house.db) as session:
            giving_back.give_back(post.house.system_desk(session, "TH", "exchange"), ours, "MM")
        hand.seq, hand.previous = number, messages.digest_of_signed(ours)
        assert row_of(post, "TH").state == state
    row = row_of(post, "TH")
    assert (row.proposed_by, row.other_country, row.host, row.reason) == ("TH", "MM", "TH", "no_time")
    assert len(kept(post, "TH").ours) == 1 and kept(post, "TH").theirs is None
