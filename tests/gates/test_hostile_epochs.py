"""An enrolled partner that means harm announces epochs, or answers ours: it gets nothing new and turns nothing back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from app.casework import epochs
from app.casework.messages import Envelope
from app.exchange import letters, replaying
from app.exchange.receiving import LetterRefused, Post
from app.exchange.remote import EPOCHS, INBOX
from app.exchange.replaying import ReplayUnfit
from app.models.base import new_id
from tests.conftest import Grounds
from tests.gates.hostile_letters import Foe
from tests.gates.test_hostile_letters import a_foe, copies, counts, refusals, send
from tests.inspect import tampering
from tests.journeys import paths
from tests.journeys.apart import Apart, apart_on
from tests.journeys.paths import Crossing


@pytest.fixture(scope="module", params=("sqlite", "postgresql"))
def apart(request: pytest.FixtureRequest, grounds: Grounds) -> Iterator[Apart]:
    """Two installations on a line."""
    with apart_on(grounds, request.param) as opened:
        yield opened


@pytest.fixture(scope="module")
def crossing(apart: Apart) -> Crossing:
    """A referral that Myanmar has taken on, and one to Laos that is none of its business."""
    crossing = paths.acknowledged(apart)
    paths.draft(apart, paths.ready_to_refer(apart, nationality="LA"), "LA", "nong-khai-vientiane")
    return crossing


@pytest.fixture
def foe(apart: Apart, crossing: Crossing) -> Foe:
    """Myanmar's operator, who means harm."""
    return a_foe(apart, crossing)


def letter(foe: Foe, body: Any, kind: str = "epoch", **header: Any) -> bytes:
    """Any body under a true signature."""
    said = {"from": "MM", "to": "TH", "type": kind, **header}
    return letters.write(Envelope(said, body, b""), foe.sealing, foe.house.signing.signer("MM"), foe.house.clock.now())


def asked(foe: Foe, **changes: Any) -> dict[str, Any]:
    """What an announcement says."""
    at = foe.house.clock.now() - timedelta(hours=1)
    return {"epoch": new_id(), "number": 2, "backup_at": at.isoformat(), "after": "", **changes}


def test_no_announcement_that_is_none_gets_an_answer(apart: Apart, foe: Foe) -> None:
    now = foe.house.clock.now()
    attacks = {
        "nothing": b"", "null": b"null", "deep": b"[" * 50_000, "no_body": letter(foe, {}),
        "message": foe.honest(), "another_kind": letter(foe, asked(foe), "replay"),
        "no_kind": letter(foe, asked(foe), ""), "long_id": letter(foe, asked(foe, epoch="x" * 400)),
        "no_moment": letter(foe, asked(foe, backup_at="then")),
        "no_zone": letter(foe, asked(foe, backup_at="2026-11-01")),
        "moment_is_a_list": letter(foe, asked(foe, backup_at=[])), "zero": letter(foe, asked(foe, after="\0")),
        "from_the_beginning": letter(foe, asked(foe, backup_at=(now - timedelta(days=400)).isoformat())),
        "from_the_future": letter(foe, asked(foe, backup_at=(now + timedelta(days=4)).isoformat())),
        "long_after": letter(foe, asked(foe, after="' OR 1=1 --" * 40)),
        "of_another": letter(foe, asked(foe)).replace(b'"from":"MM"', b'"from":"LA"'),
        "turned": letter(foe, asked(foe))[:-4] + b'0"}',
    }  # fmt: skip
    before, held, noted = counts(apart.house), copies(apart.house), refusals(apart.house)
    for name, content in attacks.items():
        status, said = send(apart.addresses["TH"], content, EPOCHS)
        assert 400 <= status < 500 and said["code"] and "letter" not in said, name
    assert (counts(apart.house), copies(apart.house)) == (before, held)
    assert refusals(apart.house) - noted >= len(attacks) - 5, "what a partner has signed stands in the book"
    # In the other box it is no message.
    assert send(apart.addresses["TH"], letter(foe, asked(foe)), INBOX)[0] == 409
    assert (counts(apart.house), copies(apart.house)) == (before, held)


def test_an_epoch_that_nobody_began_gets_only_what_it_had(apart: Apart, foe: Foe, crossing: Crossing) -> None:
    before, held = counts(apart.house), copies(apart.house)
    status, said = send(apart.addresses["TH"], letter(foe, asked(foe)), EPOCHS)
    assert status == 200
    told = Post(foe.house).told(said["letter"].encode(), "MM", "TH")
    (only,) = told.body["conversations"]
    assert only["referral"] == crossing.shared_id and told.body["next"] == ""
    assert {(each["header"]["from"], each["header"]["to"]) for each in only["messages"]} == {("TH", "MM"), ("MM", "TH")}
    assert "LA" not in json.dumps(told.body["conversations"][0]["messages"][0]["header"])
    assert (counts(apart.house), copies(apart.house)) == (before, held), "asking turns nothing back"
    # It is sealed: whoever stands on the way reads nothing.
    assert crossing.shared_id not in said["letter"]


def test_answers_that_were_not_asked_for_are_not_taken(apart: Apart, foe: Foe) -> None:
    before, held = counts(apart.house), copies(apart.house)
    unasked = Envelope({"type": "replay", "epoch": new_id()}, {"conversations": [], "next": ""}, b"")
    with pytest.raises(ReplayUnfit):
        replaying.take(apart.house, "TH", "MM", unasked)
    with pytest.raises(LetterRefused):
        Post(apart.house).told(b"{}", "TH", "MM")
    with pytest.raises(LetterRefused):
        Post(apart.house).told(letter(foe, {}), "TH", "LA")
    assert (counts(apart.house), copies(apart.house)) == (before, held)


def test_what_is_forged_in_an_answer_is_not_taken_up(apart: Apart, foe: Foe, crossing: Crossing) -> None:
    house = apart.house
    with tampering(house.db) as session:
        epochs.begin(session, house.clock.now(), new_id(), house.clock.now() - timedelta(hours=1))
        epoch = epochs.current(session)
    assert epoch is not None
    step = foe.hand.envelope("start_tracing")
    true = {"header": step.header, "body": step.body, "signature": step.signature.hex()}
    ours = foe.hand.envelope("disclose_identity", **{"from_": "TH", "to": "MM"})
    forged = {"header": ours.header, "body": ours.body, "signature": ours.signature.hex()}
    receipt = {"content": json.dumps({"by": "TH", "message": "x", "level": "seen", "at": "now", "key": "k"}),
               "signature": "00"}  # fmt: skip

    def said(*told: Any, referral: str = crossing.shared_id, receipts: Any = ()) -> dict[str, Any]:
        return {"referral": referral, "messages": list(told), "receipts": list(receipts)}

    attacks: list[Any] = [
        None, [], "x", 5, {}, {"referral": None}, said(None), said({}), said({**true, "signature": "zz"}),
        said({**true, "body": {**step.body, "step": "accept"}}), said({**true, "body": None}),
        said({**true, "header": {**step.header, "seq": step.header["seq"] + 1}}), said(true, referral=new_id()),
        said(forged), said({**forged, "signature": "00" * 64}), said(receipts=[receipt]), said(receipts=[5]),
        said({**true, "header": {**step.header, "from": "LA"}}),
    ]  # fmt: skip
    before, held = counts(house), copies(house)
    for each in attacks:
        header = {"type": "replay", "epoch": epoch.id}
        replaying.take(house, "TH", "MM", Envelope(header, {"conversations": [each], "next": "more"}, b""))
        after = counts(house)
        assert {name for name in after if after[name] != before[name]} <= {"notice"}, each
        assert copies(house) == held, each
    for body in ({}, {"conversations": {}, "next": ""}, {"conversations": [], "next": 5}):
        with pytest.raises(ReplayUnfit):
            replaying.take(house, "TH", "MM", Envelope({"type": "replay", "epoch": epoch.id}, body, b""))
    still = replaying.awaited(house, "TH", "MM")
    assert still, "nothing of it counts as an answer"
