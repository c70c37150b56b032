"""A conversation of two countries that is no referral: numbered, chained, receipted, and closed to everybody else."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import pytest
from pydantic import Field
from sqlalchemy import func, select

from app.access.desk import Desk
from app.casework import correspondence, giving_back, messages, receipts, records
from app.casework.correspondence import CONVERSATION, CORRESPONDENCE, Heard, Key, Said
from app.casework.heard import HEARD
from app.casework.wire import MessageRefused
from app.exchange import capabilities
from app.exchange.delivery import envelope_of
from app.kit.canonical import canonical_bytes
from app.models.base import new_id
from app.models.history import HistoryEntry
from app.models.referral import Message, MessageReceipt, Referral
from tests.app.exchange.test_protocol import OFFER
from tests.app.exchange.wire import Hand, Post
from tests.factories.staff import desk_of
from tests.inspect import reading, writing

KIND = "greeting_of_tests"


class Greeting(Said):
    """A body with one bounded part."""

    words: Annotated[str, Field(max_length=40)]


@dataclass
class Ears:
    """What was heard, in order."""

    said: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    def hear(self, desk: Desk, header: Mapping[str, Any], body: Mapping[str, Any], key: Key) -> str:
        assert key[1]
        if body["words"] == "raise":
            raise MessageRefused("Not now.", "not_now")
        self.said.append((desk.actor.country, str(header["from"]), dict(body)))
        return "applied"


@pytest.fixture
def ears() -> Iterator[Ears]:
    """One more type of message for these tests, as a newer program would have it."""
    found = Ears()
    HEARD[KIND] = Heard(Greeting, found.hear, found.hear)
    yield found
    del HEARD[KIND]


def say(post: Post, conversation: str, words: str, country: str = "TH", to: str = "MM") -> str:
    """A desk of a country says something."""
    who = {"TH": post.th, "MM": post.mm}[country]["case_manager"]
    with desk_of(post.house, who) as desk:
        key = correspondence.key_of(desk, conversation) or records.new_key(desk)
        return correspondence.say(desk, to, conversation, "TH-MM-TALK", KIND, {"words": words}, *key)


def greeting(hand: Hand, words: str = "hello", **changes: Any) -> Any:
    """The next message of a conversation, written by hand."""
    marks = {CONVERSATION: CORRESPONDENCE, "type_": KIND}
    return hand.envelope("", {"words": words}, **(marks | changes))


def rows(post: Post) -> tuple[int, ...]:
    with reading(post.house.db) as session:
        return tuple(
            session.execute(select(func.count()).select_from(model)).scalar_one()
            for model in (Message, MessageReceipt, Referral, HistoryEntry, correspondence.Correspondence)
        )


def refused(post: Post, hand: Hand, envelope: Any, to: str = "MM") -> str:
    """The reason for which it is refused; nothing is different afterwards."""
    before = rows(post)
    with pytest.raises(MessageRefused) as caught:
        hand.give(envelope, to)
    assert rows(post) == before
    return str(caught.value.extra["reason"])


def test_both_sides_speak_in_order_and_hold_receipts_for_all(post: Post, ears: Ears) -> None:
    talk = new_id()
    for words in ("one", "two"):
        say(post, talk, words)
    post.drain()
    say(post, talk, "three", "MM", "TH")
    post.drain()
    assert [(here, by, body["words"]) for here, by, body in ears.said] == [
        ("MM", "TH", "one"), ("MM", "TH", "two"), ("TH", "MM", "three")
    ]  # fmt: skip
    assert post.waiting() == 0
    for country in ("TH", "MM"):
        with reading(post.house.db) as session:
            desk = post.house.system_desk(session, country)
            told = correspondence.said_in(desk, talk)
            assert [body["words"] for _, body in told] == ["one", "two", "three"]
            for row, _ in told:
                receipt = receipts.found(desk, row.message_id, "stored")
                assert json.loads(receipt.content)["outcome"] == {"result": "applied"}
    headers = [header for kind, header, _ in post.wire() if kind == KIND]
    assert [each["seq"] for each in headers] == [1, 2] and headers[0]["prev_hash"] == messages.NO_DIGEST


def test_a_repeat_changes_nothing_and_a_gap_is_refused(post: Post, ears: Ears) -> None:
    hand = Hand(post.house)
    first = greeting(hand)
    once = hand.give(first)
    before = rows(post)
    again = hand.give(first)
    assert (again.repeated, again.receipt) == (True, once.receipt) and rows(post) == before
    assert refused(post, hand, greeting(hand, seq=4)) == "gap"
    assert refused(post, hand, greeting(hand, prev_hash="1" * 64)) == "broken_chain"
    assert refused(post, hand, greeting(hand, signer="LA")) == "signature"
    assert len(ears.said) == 1


def test_the_body_is_bounded_by_its_type_and_more_is_kept(post: Post, ears: Ears) -> None:
    hand = Hand(post.house)
    assert refused(post, hand, greeting(hand, "x" * 41)) == "form"
    assert refused(post, hand, hand.envelope("", {}, type_=KIND, conversation=CORRESPONDENCE)) == "form"
    more = hand.envelope("", {"words": "hello", "of_tomorrow": {"a": [1]}}, type_=KIND, conversation=CORRESPONDENCE)
    hand.give(more)
    assert ears.said[0][2]["of_tomorrow"] == {"a": [1]}


def test_what_a_hearing_refuses_is_not_kept(post: Post, ears: Ears) -> None:
    hand = Hand(post.house)
    assert refused(post, hand, greeting(hand, "raise")) == "not_now"
    assert ears.said == []


def test_a_type_of_tomorrow_waits_until_it_is_read(post: Post, ears: Ears) -> None:
    hand = Hand(post.house)
    unknown = greeting(hand, type_="a_word_of_tomorrow")
    assert refused(post, hand, unknown) == "newer_version"
    HEARD["a_word_of_tomorrow"] = HEARD[KIND]
    try:
        hand.give(unknown)
    finally:
        del HEARD["a_word_of_tomorrow"]
    assert [body["words"] for _, _, body in ears.said] == ["hello"]


def test_a_third_country_enters_no_conversation_of_two(post: Post, ears: Ears) -> None:
    talk = new_id()
    say(post, talk, "ours")
    post.drain()
    third = Hand(post.house, "LA", "MM", shared_id=talk)
    assert refused(post, third, greeting(third)) == "unknown_conversation"
    assert refused(post, third, greeting(third, seq=2)) == "unknown_conversation"
    third.to = "TH"
    assert refused(post, third, greeting(third), to="TH") == "unknown_conversation"
    # Nor with an offer that bears its number, nor under another's name.
    third.to = "MM"
    assert refused(post, third, third.envelope("send", OFFER)) in ("unknown_referral", "gap")
    third.seq = 1
    with reading(post.house.db) as session:
        heard = messages.last_message(post.house.system_desk(session, "MM"), talk, "in")
    third.previous = heard.digest.hex()
    assert refused(post, third, third.envelope("send", OFFER)) == "unknown_referral"
    assert refused(post, third, greeting(third, from_="TH")) in ("signature", "unknown_key")
    assert len(ears.said) == 1


def test_a_referral_is_no_conversation_and_a_conversation_no_referral(post: Post, ears: Ears) -> None:
    pair = post.bring("acknowledged")
    hand = Hand.after(post.house, pair)
    assert refused(post, hand, greeting(hand)) == "unknown_conversation"
    with desk_of(post.house, post.th["case_manager"]) as desk, pytest.raises(LookupError):
        correspondence.say(desk, "MM", pair.shared_id, "R", KIND, {"words": "x"}, *records.new_key(desk))
    talk = new_id()
    say(post, talk, "ours")
    with desk_of(post.house, post.th["case_manager"]) as desk, pytest.raises(LookupError):
        correspondence.say(desk, "LA", talk, "R", KIND, {"words": "x"}, *records.new_key(desk))
    assert ears.said == []


def test_what_comes_after_the_key_is_gone_is_numbered_and_not_kept(post: Post, ears: Ears) -> None:
    hand = Hand(post.house)
    hand.give(greeting(hand))
    with writing(post.house.db) as session:
        desk = post.house.system_desk(session, "MM")
        row = correspondence.row_of(desk, hand.shared_id)
        assert row is not None
        keys = records._KEYS
        session.execute(keys.update().where(keys.c.id == row.key_id).values(wrapped=b""))
    taken = hand.give(greeting(hand, "late"))
    assert json.loads(taken.receipt["content"])["outcome"] == {"result": "erased"}
    assert len(ears.said) == 1
    with reading(post.house.db) as session:
        sealed = select(Message.sealed_body).where(Message.shared_id == hand.shared_id, Message.seq == 2)
        assert session.execute(sealed).scalar_one() == b""


def test_what_we_said_comes_back_after_a_backup(post: Post, ears: Ears) -> None:
    hand = Hand(post.house)
    ours = greeting(hand)
    with writing(post.house.db) as session:
        giving_back.give_back(post.house.system_desk(session, "TH", "exchange"), ours, "MM")
    assert [(here, by) for here, by, _ in ears.said] == [("TH", "TH")]
    with writing(post.house.db) as session, pytest.raises(MessageRefused):
        giving_back.give_back(post.house.system_desk(session, "TH", "exchange"), ours, "MM")
    hand.seq, hand.previous = 1, messages.digest_of_signed(ours)
    say(post, hand.shared_id, "next")
    with reading(post.house.db) as session:
        desk = post.house.system_desk(session, "TH")
        row = messages.last_message(desk, hand.shared_id, "out")
        found = session.execute(select(Message.id).where(Message.message_id == row.message_id)).scalar_one()
        envelope, _, _ = envelope_of(desk, found)
    assert envelope.header["seq"] == 2 and envelope.header["prev_hash"] == hand.previous
    assert canonical_bytes(envelope.body) == canonical_bytes({"words": "next"})


def test_an_installation_says_which_types_it_hears(post: Post, ears: Ears) -> None:
    said = capabilities.own(post.house.policies, "TH", post.clock.now().date())
    assert KIND in said["messages"] and "send" in said["messages"]
    with desk_of(post.house, post.th["case_manager"]) as desk:
        assert correspondence.readable_there(desk, "MM", KIND)
