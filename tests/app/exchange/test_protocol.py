"""Taking in a message: once, in order, verified; what we do not know is kept and shown, never guessed at."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from app.casework import messages
from app.casework.messages import Envelope
from app.casework.mirror import MessageRefused
from app.kit.paging import ask
from app.kit.signing import verify
from app.models.history import HistoryEntry
from app.models.referral import Message, Referral
from app.referrals import queries
from tests.app.exchange.wire import Hand, Post
from tests.factories import referrals
from tests.factories.forms import form
from tests.factories.staff import desk_of
from tests.inspect import reading

OFFER = {
    "about": {
        "age_band": {"age_band": "18+", "sex": "F", "child": False},
        "corridor_plan": {"border_point": "mae-sot-myawaddy", "on": None},
        "language": {"language": "my"},
        "needs": {"level": "low", "services": []},
    },
    "consents": [],
    "child": False,
}


def counts(post: Post) -> dict[str, int]:
    with reading(post.house.db) as session:
        return {
            model.__tablename__: session.execute(select(func.count()).select_from(model)).scalar_one()
            for model in (Message, Referral, HistoryEntry)
        }


def copy_in_myanmar(post: Post, hand: Hand) -> Any:
    with reading(post.house.db) as session:
        table: Any = Referral.__table__
        return session.execute(select(table).where(table.c.shared_id == hand.shared_id)).one()


def refused(post: Post, hand: Hand, envelope: Envelope, to: str = "MM") -> MessageRefused:
    """It is refused with 409, and nothing is different afterwards."""
    before = counts(post)
    with pytest.raises(MessageRefused) as caught:
        hand.give(envelope, to)
    assert caught.value.status == 409
    assert counts(post) == before
    return caught.value


def test_an_offer_makes_one_copy_and_a_receipt_that_proves_itself(post: Post) -> None:
    hand = Hand(post.house)
    taken = hand.give(hand.envelope("send", OFFER))
    content = taken.receipt["content"].encode()
    assert verify(post.house.signing.public("MM"), content, bytes.fromhex(taken.receipt["signature"]))
    said = json.loads(content)
    assert (said["level"], said["by"], said["outcome"]["result"], said["outcome"]["state"]) == (
        "stored",
        "MM",
        "applied",
        "sent",
    )
    copy = copy_in_myanmar(post, hand)
    assert (copy.side, copy.state, copy.custody, copy.case_id) == ("receiver", "sent", "sender", None)
    assert (said["outcome"]["history"], said["outcome"]["head"]) == (copy.history_count, copy.chain_head.hex())


def test_a_repeated_message_gets_the_same_receipt_and_does_nothing(post: Post) -> None:
    hand = Hand(post.house)
    envelope = hand.envelope("send", OFFER)
    first = hand.give(envelope)
    before = counts(post)
    again = hand.give(envelope)
    assert (first.receipt, first.repeated, again.repeated) == (again.receipt, False, True)
    assert counts(post) == before


def test_a_number_cannot_come_back_with_another_content(post: Post) -> None:
    hand = Hand(post.house)
    envelope = hand.envelope("send", OFFER)
    hand.give(envelope)
    refused(post, hand, hand.envelope("withdraw", id=envelope.header["id"]))
    # Nor can another country use the number of a message it has seen.
    elsewhere = Hand(post.house, "LA")
    refused(post, elsewhere, elsewhere.envelope("send", OFFER, id=envelope.header["id"]))


def test_a_signature_must_fit_sender_header_and_body(post: Post) -> None:
    hand = Hand(post.house)
    good = hand.envelope("send", OFFER)
    for bad in (
        replace(good, signature=bytes(64)),
        replace(good, signature=b""),
        replace(good, body={**good.body, "child": True}),
        replace(good, header={**good.header, "reference": "TH-MM-2026-OTHERS"}),
        hand.envelope("send", OFFER, signer="MM"),
        hand.envelope("send", OFFER, signer="LA"),
    ):
        assert "signature" in refused(post, hand, bad).detail
    assert hand.give(good).repeated is False


def test_the_address_must_be_ours_and_the_sender_a_partner(post: Post) -> None:
    hand = Hand(post.house)
    assert "addressed" in refused(post, hand, hand.envelope("send", OFFER), to="LA").detail
    assert "addressed" in refused(post, hand, hand.envelope("send", OFFER, to="LA")).detail
    assert "addressed" in refused(post, hand, hand.envelope("send", OFFER, from_="MM", signer="MM")).detail
    assert "partner" in refused(post, hand, hand.envelope("send", OFFER, from_="FR", signer="FR")).detail


def test_the_sequence_has_no_gaps_and_no_branches(post: Post) -> None:
    hand = Hand(post.house)
    early = refused(post, hand, hand.envelope("send", OFFER, seq=2))
    assert early.extra == {"expected": 1, "sequence": 2, "reason": "gap"}
    hand.say("send", OFFER)
    for seq in (1, 3, 4):
        assert refused(post, hand, hand.envelope("withdraw", seq=seq)).extra["expected"] == 2
    refused(post, hand, hand.envelope("withdraw", prev_hash="ab" * 32))
    assert hand.say("news")["outcome"]["result"] == "kept_unknown"


def test_what_is_no_offer_opens_nothing(post: Post) -> None:
    hand = Hand(post.house)
    for step in ("acknowledge", "disclose_identity", "news"):
        refused(post, hand, hand.envelope(step, OFFER))


def test_a_third_country_cannot_speak_in_a_conversation_of_two(post: Post) -> None:
    hand = Hand(post.house)
    hand.say("send", OFFER)
    intruder = Hand(post.house, "LA", "MM", hand.shared_id, hand.seq, hand.previous)
    refused(post, intruder, intruder.envelope("withdraw", {"given": {"reason": "other"}}))
    assert copy_in_myanmar(post, hand).state == "sent"


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "1"}, {"id": None}, {"referral": "x" * 400}, {"seq": "1"}, {"seq": 0}, {"seq": True}, {"type": ""},
        {"type": "x" * 41}, {"prev_hash": "zz"}, {"created": "yesterday"}, {"created": None}, {"from_": None},
        {"to_office": None}, {"to_office": "x" * 65}, {"reference": "x" * 41}, {"reference": 7}, {"answers": None},
    ],
)  # fmt: skip
def test_a_header_that_is_not_in_the_agreed_form(post: Post, changes: dict[str, Any]) -> None:
    hand = Hand(post.house)
    error = refused(post, hand, hand.envelope("send", OFFER, **changes))
    assert "xxxx" not in str(error.extra)


@pytest.mark.parametrize(
    "changes",
    [
        {"about": "Mya"}, {"about": {"age_band": "18+"}}, {"about": {"age_band": {"sex": "female person"}}},
        {"about": {"corridor_plan": {"border_point": ["x"]}}}, {"about": {"corridor_plan": {"on": "soon"}}},
        {"consents": [{}]}, {"consents": "all"}, {"consents": [{"purpose": "return", "data_groups": [], "giver": "self",
        "valid_from": "always"}]}, {"given": {"reason": 7}}, {"record": "x"}, {"record": {"kind": "receipt"}},
        {"receipts": [1]}, {"step": None}, {"child": "perhaps"},
    ],
)  # fmt: skip
def test_a_body_that_is_not_in_the_agreed_form(post: Post, changes: dict[str, Any]) -> None:
    hand = Hand(post.house)
    error = refused(post, hand, hand.envelope("send", {**OFFER, **changes}))
    assert "Mya" not in str(error.extra) + error.detail


def test_an_unknown_step_is_kept_and_shown_and_the_conversation_goes_on(post: Post) -> None:
    pair = post.bring("acknowledged")
    hand = Hand.after(post.house, pair)
    unknown = {"record": {"kind": "drone_photo", "version": 1, "body": {"height": 7}}}
    assert hand.say("send_photo", unknown)["outcome"] == {
        **hand_outcome(post, pair), "result": "kept_unknown", "state": "acknowledged",
    }  # fmt: skip
    assert post.facts(pair.arrived).unknown_codes == ("step:send_photo",)
    assert hand.say("disclose_identity")["outcome"]["result"] == "applied"
    assert post.facts(pair.arrived).identity_disclosed


def hand_outcome(post: Post, pair: Any) -> dict[str, Any]:
    row = referrals.row_of(post.house, pair.arrived)
    return {"history": row.history_count, "head": row.chain_head.hex()}


def test_a_step_of_our_own_side_is_kept_and_moves_nothing(post: Post) -> None:
    pair = post.bring("sent")
    hand = Hand.after(post.house, pair)
    assert hand.say("acknowledge")["outcome"]["result"] == "kept_unknown"
    assert post.facts(pair.arrived).state == "sent"


def test_a_step_that_does_not_fit_is_kept_and_moves_nothing(post: Post) -> None:
    pair = post.bring("sent")
    hand = Hand.after(post.house, pair)
    said = hand.say("schedule_handover", {"record": record(post, "handover_schedule")})
    assert (said["outcome"]["result"], said["outcome"]["state"]) == ("not_applicable", "sent")
    assert post.facts(pair.arrived).schedule is None


def record(post: Post, kind: str, **changes: Any) -> dict[str, Any]:
    return {"kind": kind, "version": 1, "body": form(post.house, kind, **changes)}


def test_an_unknown_code_in_an_input_is_kept_and_shown(post: Post) -> None:
    pair = post.bring("handover_scheduled")
    hand = Hand.after(post.house, pair)
    said = hand.say("postpone", {"given": {"reason": "volcano"}})
    assert (said["outcome"]["result"], post.facts(pair.arrived).state) == ("applied", "postponed")
    assert post.facts(pair.arrived).unknown_codes == ("postpone_reason:volcano",)


def test_an_unknown_code_in_a_form_is_kept_and_shown(post: Post) -> None:
    pair = post.bring("plan_proposed")
    hand = Hand.after(post.house, pair, "MM")
    services = ["health", "housing", "education", "employment", "music_therapy"]
    said = hand.say("accept", {"record": record(post, "reception_plan", services=services)})
    assert (said["outcome"]["result"], said["outcome"]["state"]) == ("applied", "accepted")
    facts = post.facts(pair.sent_from)
    assert facts.unknown_codes == ("service_kind:music_therapy",)
    assert facts.reception is not None and "music_therapy" in facts.reception.services


def test_an_unknown_age_band_is_shown_as_it_came(post: Post) -> None:
    hand = Hand(post.house)
    about = {**OFFER["about"], "age_band": {"age_band": "60+", "sex": "F"}}  # type: ignore[dict-item]
    hand.say("send", {**OFFER, "about": about, "surprise": {"x": 1}})
    with desk_of(post.house, post.mm["national_focal_point"]) as desk:
        row = queries.listed(desk, None, ask(None, None, (datetime, str))).items[0]
    assert (row.age_band, row.state) == ("60+", "sent")


@pytest.mark.parametrize("broken", ["other_kind", "missing_field", "extra_field", "no_body"])
def test_a_form_must_belong_to_its_step_and_fit_its_kind(post: Post, broken: str) -> None:
    pair = post.bring("plan_proposed")
    hand = Hand.after(post.house, pair, "MM")
    sent = record(post, "receipt" if broken == "other_kind" else "reception_plan")
    if broken == "missing_field":
        del sent["body"]["office"]
    elif broken == "extra_field":
        sent["body"]["name"] = "Mya"
    elif broken == "no_body":
        sent["body"] = {}
    error = refused(post, hand, hand.envelope("accept", {"record": sent}), to="TH")
    assert "Mya" not in str(error.extra)


def test_an_offer_for_an_office_we_do_not_have_goes_to_the_focal_office(post: Post) -> None:
    hand = Hand(post.house)
    hand.say("send", OFFER, to_office="mm-somewhere")
    assert post.facts(copy_in_myanmar(post, hand).id).receiver_office == "mm-dor"


def test_a_false_receipt_inside_a_message_is_not_kept(post: Post) -> None:
    pair = post.bring("sent")
    ours = messages_of(post, "TH")[0]
    content = json.dumps(
        {"message": ours, "digest": "00" * 32, "level": "decided", "by": "MM", "at": "x", "outcome": {}}
    )
    forged = {"content": content, "signature": post.house.signing.signer("MM").sign(content.encode()).hex()}
    for travelled in (forged, {"content": "[]", "signature": "00"}, {"content": "{", "signature": "x"}, {}):
        hand = Hand.after(post.house, pair, "MM")
        hand.seq, hand.previous = last_heard(post)
        assert hand.say("news", {"receipts": [travelled]})["outcome"]["result"] == "kept_unknown"
    with reading(post.house.db) as session:
        from app.casework.receipts import found

        assert found(post.house.system_desk(session, "TH"), ours, "decided") is None


def messages_of(post: Post, country: str) -> list[str]:
    return [header["id"] for _, header, _ in post.wire(country)]


def last_heard(post: Post) -> tuple[int, str]:
    table = messages.TABLE
    query = select(table.c.seq, table.c.digest).where(table.c.country == "TH", table.c.direction == "in")
    with reading(post.house.db) as session:
        row = session.execute(query.order_by(table.c.seq.desc()).limit(1)).one_or_none()
    return (row.seq, row.digest.hex()) if row else (0, messages.NO_DIGEST)
