"""G22, the keys that sign: exchanged while messages, receipts, handovers and checkpoints travel, none lost."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app.access.desk import House
from app.backups import making, restoring
from app.backups.making import Store
from app.casework import messages, receipts, records
from app.casework.checkpoints import CHECKPOINT
from app.casework.messages import Envelope
from app.casework.tombstones import TombstoneBroken, body_of, buried, bury
from app.keys.signing import (
    OVERLAP,
    retire_checkpoint_keys,
    retire_signing_keys,
    rotate_checkpoint_key,
    rotate_signing_key,
)
from app.kit.bundle import BundleBroken
from app.kit.errors import Conflict
from app.kit.keyfile import KeyMissing
from app.kit.signing import CHECKPOINTS, end_earlier, exchange, key_id_of, known_publics
from app.main import open_house
from app.operations import rotate_token_key
from app.oversight.sealing import seal_now
from app.oversight.witnessed import check_witnessed
from app.referrals import proof
from app.settings import Settings
from app.worker import Worker as Postman
from tests.app.exchange.wire import OUTBOX, Hand, Post
from tests.factories import referrals
from tests.factories.approvals import decide, second_administrator, step_up
from tests.factories.houses import CHEAP
from tests.factories.referrals import bring_referral, row_of
from tests.factories.staff import add_user, token_for
from tests.factories.towns import API, Town
from tests.inspect import reading

NOTE = "Yearly exchange, on Monday evening."


def agreed(town: Town, operation: str) -> str:
    second = second_administrator(town)
    answer = town.post(town.th["administrator"], "/keys/rotations", {"operation": operation, "note": NOTE})
    assert answer.status_code == 202, answer.text
    approval = str(answer.json()["id"])
    assert decide(town, second, approval).json()["state"] == "agreed"
    return approval


def agreed_in_myanmar(town: Town) -> str:
    asking, second = town.mm["administrator"], add_user(town.house, "mm-dor", "administrator")
    step_up(town, asking, second)
    answer = town.post(asking, "/keys/rotations", {"operation": "rotate_signing_key", "note": NOTE})
    assert answer.status_code == 202, answer.text
    approval = str(answer.json()["id"])
    assert decide(town, second, approval).json()["state"] == "agreed"
    return approval


def waiting(house: House) -> int:
    with reading(house.db) as session:
        query = select(func.count()).select_from(OUTBOX).where(OUTBOX.c.done_at.is_(None))
        return int(session.execute(query).scalar_one())


def proven(house: House) -> tuple[int, int, set[str]]:
    """How many stored messages and receipts of both countries there are, how many prove themselves, and their keys."""
    asked, sound, keys = 0, 0, set()
    with reading(house.db) as session:
        for country in ("TH", "MM"):
            desk = house.system_desk(session, country)
            for row in session.execute(select(messages.TABLE).where(messages.TABLE.c.country == country)).all():
                envelope = proof.opened(desk, row, records.key_of(desk, row.key_id))
                asked, sound = asked + 1, sound + proof.genuine(desk, row, envelope)
                keys.add(str(envelope.header["key"]))
                answers = select(receipts.TABLE).where(
                    receipts.TABLE.c.message_id == row.message_id, receipts.TABLE.c.country == country
                )
                for answer in session.execute(answers).all():
                    told = proof.receipt(desk, answer, row.digest.hex())
                    asked, sound = asked + 1, sound + (told.genuine and told.answers_this_message)
                    keys.add(told.key)
    return asked, sound, keys


@dataclass
class Load:
    """Work that goes on in threads, each counting what it did and what failed."""

    done: dict[str, int] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    @contextmanager
    def of(self, **work: Callable[[], object]) -> Iterator[Load]:
        stop = threading.Event()
        self.done = dict.fromkeys(work, 0)

        def go(name: str, act: Callable[[], object]) -> None:
            while not stop.is_set():
                try:
                    wrong = act()
                except Exception as error:  # noqa: BLE001 - whatever it is, somebody's work failed
                    wrong = repr(error)
                self.done[name] += 1
                if wrong:
                    self.failed.append(f"{name}: {wrong}")

        threads = [threading.Thread(target=go, args=each) for each in work.items()]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            stop.set()
            for thread in threads:
                thread.join()

    def goes_on(self, wait: float = 120.0) -> None:
        """Wait until everybody has finished something more."""
        seen, pause = dict(self.done), threading.Event()
        for _ in range(int(wait / 0.05)):
            if all(count > seen[name] for name, count in self.done.items()):
                return
            pause.wait(0.05)
        raise AssertionError(f"the work stands still: {self.done}, {self.failed}")


def test_every_key_is_exchanged_while_people_work_and_nothing_is_lost(town: Town, settings: Settings) -> None:
    """G22. A second house over the same files and tables stands for another process that serves."""
    house, other = town.house, open_house(settings, town.clock, CHEAP)
    for country in ("TH", "MM"):
        assert house.signing.public(country) == other.signing.public(country)
    approvals = [agreed(town, "rotate_signing_key"), agreed(town, "rotate_checkpoint_key")]
    approvals += [agreed(town, "rotate_token_key"), agreed(town, "rotate_signing_key"), agreed_in_myanmar(town)]
    pairs: list[Any] = []

    def ask() -> str:
        token = token_for(house, town.th["auditor"])
        answer = town.client.get(f"{API}/me", headers={"Authorization": f"Bearer {token}"})
        return "" if answer.status_code == 200 else answer.text

    def hand_over() -> None:
        pairs.append(bring_referral(other, town.th, town.mm, "received" if len(pairs) % 2 else "acknowledged"))

    def seal() -> None:
        seal_now(house if len(pairs) % 2 else other)

    file = settings.checkpoint_key_file
    turns: tuple[Callable[[], object], ...] = (
        lambda: rotate_signing_key(house, "TH", approvals[0]),
        lambda: rotate_checkpoint_key(house, file, approvals[1]),
        lambda: rotate_token_key(house, settings.token_key_file, approvals[2]),
        lambda: rotate_signing_key(other, "TH", approvals[3]),
        lambda: rotate_signing_key(house, "MM", approvals[4]),
    )
    load = Load()
    with load.of(ask=ask, hand_over=hand_over, seal=seal):
        load.goes_on()
        for turn in turns:
            turn()
            load.goes_on()
    assert load.failed == []
    Postman(house).drain()
    lost = waiting(house)
    asked, sound, keys = proven(house)
    assert lost == 0 and sound == asked and len(pairs) >= 6
    assert {each.key_id for country in ("TH", "MM") for each in house.signing.known(country)} == keys
    assert [row_of(house, pair.arrived).state for pair in pairs[:2]] == ["acknowledged", "received"]
    with reading(house.db) as session:
        trusted = known_publics(file)
        assert len(trusted) == 2 and check_witnessed(session, trusted).fault is None
        signers = {row.body.split(b'"key":"')[1][:64] for row in session.execute(select(CHECKPOINT))}
    assert signers == {public.hex().encode() for public in trusted}
    print(
        f"GATE g22-signing failed={len(load.failed)} limit=0 n={sum(load.done.values())} lost={lost} proven={sound}"
        f" keys={len(keys)}"
    )


def test_a_retired_key_is_not_believed_and_what_it_signed_before_is(town: Town, settings: Settings) -> None:
    """Retired key accepted after its overlap: 0. Mutant: an overlap of nothing, which loses what is on its way."""
    house, clock = town.house, town.clock
    post = Post(house, clock, town.th, town.mm)
    pair = post.bring("approved")
    old = house.signing.signer("TH")
    house.signing.signer("MM")
    post.act(town.th["case_manager"], pair.sent_from, "send")
    assert waiting(house) > 0
    with pytest.raises(Conflict, match="was given in TH, not in MM"):
        rotate_signing_key(house, "MM", agreed(town, "rotate_signing_key"))
    assert rotate_signing_key(house, "TH", agreed(town, "rotate_signing_key")) != old.key_id
    with pytest.raises(Conflict, match="too young"):
        retire_signing_keys(house, "TH")
    with pytest.raises(Conflict, match="have not arrived"):
        retire_signing_keys(house, "TH", at_once=True)
    # The overlap: what was signed before arrives.
    post.drain()
    assert waiting(house) == 0
    clock.set(clock.now() + OVERLAP)
    assert retire_signing_keys(house, "TH") == (old.key_id,) and retire_signing_keys(house, "TH") == ()
    assert town.looks("keys_retired")[-1].subject_id == "signing"
    accepted = 0
    for created in (clock.now(), clock.now() - timedelta(days=2)):
        # Whoever stole the old key writes any date: our own clock counts.
        hand = Hand(house)
        envelope = hand.envelope("send", {"about": {}, "consents": []}, key=old.key_id, created=created.isoformat())
        forged = Envelope(envelope.header, envelope.body, old.sign(envelope.signed_bytes))
        with pytest.raises(Conflict, match="retired"):
            accepted += not hand.give(forged)
    assert accepted == 0
    asked, sound, keys = proven(house)
    assert asked == sound and old.key_id in keys
    print(f"GATE g22-retired accepted={accepted} limit=0 n=2 proven={sound}")
    # The mutant.
    late = referrals.bring_referral(house, town.th, town.mm, "approved")
    post.act(town.th["case_manager"], late.sent_from, "send")
    exchange(settings.signing_folder / "TH.pem", "TH", clock.now())
    end_earlier(settings.signing_folder / "TH.pem", "TH", clock.now())
    post.drain()
    assert waiting(house) > 0, "with an overlap of nothing the message that was on its way is refused"


def test_a_receipt_asked_for_again_is_signed_anew_when_its_key_is_retired(town: Town, settings: Settings) -> None:
    house = town.house
    hand = Hand(house)
    envelope = hand.envelope("send", {"about": {}, "consents": [], "child": False})
    first = hand.give(envelope).receipt
    old = house.signing.signer("MM").key_id
    exchange(settings.signing_folder / "MM.pem", "MM", town.clock.now())
    assert hand.give(envelope).receipt == first, "in the overlap it is the same one"
    end_earlier(settings.signing_folder / "MM.pem", "MM", town.clock.now())
    again = hand.give(envelope).receipt
    with reading(house.db) as session:
        desk = house.system_desk(session, "TH")
        digest = hand.previous
        assert receipts.accept(desk, first, "MM", envelope.header["id"], digest) is None
        session.rollback()
    said, before = json.loads(again["content"]), json.loads(first["content"])
    assert before["key"] == old != said["key"] and said["outcome"] == before["outcome"]
    signature = bytes.fromhex(again["signature"])
    assert house.signing.verifies("MM", again["content"].encode(), signature, said["key"], town.clock.now())


def test_old_backups_and_tombstones_are_believed_after_an_exchange(
    town: Town, settings: Settings, tmp_path: Path
) -> None:
    house, clock = town.house, town.clock
    target = tmp_path / "backups"
    target.mkdir(mode=0o700)
    for country in ("MM", "TH"):
        house.signing.signer(country)
    signed_by = house.signing.countries[0]
    old = house.signing.signer(signed_by)
    store = Store(house.db, house.keys, house.signing, clock)
    made = making.make(store, settings, target)
    grave = body_of(erasure="e", country=signed_by, keys=["k"], person="p", erased_at=clock.now().isoformat())
    bury(tmp_path / "erased", "e", grave, old.sign(grave))
    file = settings.signing_folder / f"{signed_by}.pem"
    exchange(file, signed_by, clock.now())
    clock.set(clock.now() + OVERLAP)
    end_earlier(file, signed_by, clock.now())
    work = settings.var / "tmp"
    for each in made.files:
        assert restoring.prove(each, house.keys, house.signing, work).told.signed_by == old.key_id
    assert len(buried([tmp_path / "erased"], house.signing)) == 1
    # One that says it was made after the key was retired is none of ours.
    class Stolen:
        countries = (signed_by,)

        def signer(self, _country: str) -> Any:
            return old

    forged = making.make(replace(store, signing=Stolen()), settings, target)  # type: ignore[arg-type]
    for each in forged.files:
        with pytest.raises(BundleBroken, match="had been retired before it was made"):
            restoring.prove(each, house.keys, house.signing, work)
    late = body_of(erasure="f", country=signed_by, keys=["k"], person="p", erased_at=clock.now().isoformat())
    bury(tmp_path / "erased", "f", late, old.sign(late))
    with pytest.raises(TombstoneBroken, match=r"f\.json is not signed"):
        buried([tmp_path / "erased"], house.signing)


def test_a_checkpoint_key_goes_on_signing_elsewhere_for_nothing(town: Town, settings: Settings) -> None:
    house, file = town.house, settings.checkpoint_key_file
    assert house.witness is not None
    old = house.witness.signer
    seal_now(house)
    rotate_checkpoint_key(house, file, agreed(town, "rotate_checkpoint_key"))
    with pytest.raises(Conflict, match="too young"):
        retire_checkpoint_keys(house, file)
    town.clock.set(town.clock.now() + OVERLAP)
    assert retire_checkpoint_keys(house, file) == (key_id_of(old.public),)
    assert retire_checkpoint_keys(house, file) == ()
    seal_now(house)
    with reading(house.db) as session:
        assert check_witnessed(session, known_publics(file)).fault is None
    seal_now(replace(house, witness=replace(house.witness, key=old)))
    with reading(house.db) as session:
        fault = check_witnessed(session, known_publics(file)).fault
    assert fault is not None and "checkpoint 3 is signed with a key that had been retired before" in fault
    assert house.witness.signer.key_id != old.key_id


def test_a_lost_signing_key_is_named_and_uses_no_approval_up(town: Town, settings: Settings) -> None:
    house = town.house
    house.signing.signer("TH")
    approval = agreed(town, "rotate_signing_key")
    with pytest.raises(KeyMissing, match="holds no signing key of LA"):
        rotate_signing_key(house, "LA", approval)
    file = settings.signing_folder / "TH.pem"
    content = file.read_bytes()
    file.write_bytes(b"no key")
    with pytest.raises(KeyMissing, match=r"TH\.pem cannot be read"):
        rotate_signing_key(house, "TH", approval)
    file.write_bytes(content)
    assert rotate_signing_key(house, "TH", approval) == house.signing.signer("TH").key_id
    with pytest.raises(Conflict, match="used already"):
        rotate_signing_key(house, "TH", approval)
    settings.checkpoint_key_file.write_bytes(b"")
    with pytest.raises(KeyMissing, match=r"checkpoint\.pem cannot be read"):
        exchange(settings.checkpoint_key_file, CHECKPOINTS, town.clock.now())
