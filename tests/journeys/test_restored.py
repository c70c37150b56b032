"""One of two installations goes back to a backup: what it forgot comes back from the other; nothing counts twice."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select

from app.access.desk import House
from app.casework import epochs, replays
from app.casework.facts import referral_facts_from
from app.casework.held import REFERRAL
from app.casework.messages import TABLE as MESSAGE
from app.casework.receipts import TABLE as RECEIPT
from app.exchange import replaying
from app.exchange.parcels import pack, unpack
from app.exchange.remote import Routed
from app.models.base import Base, new_id
from app.models.notice import Notice
from app.worker import Worker
from tests.factories.pages import browser_at
from tests.inspect import reading, tampering
from tests.journeys import paths, proof
from tests.journeys.apart import Apart
from tests.journeys.paths import Crossing
from tests.journeys.proof import OUTBOX
from tests.journeys.test_on_a_stick import ByStick

Rows = dict[str, list[Any]]
SHARED = (
    "state", "custody", "end_asked", "identity_disclosed", "child", "schedule", "handover", "receipt", "visits",
)  # fmt: skip


def backup(house: House) -> Rows:
    """Every row of an installation. The backup itself is tested elsewhere; here it matters what it does not hold."""
    with reading(house.db) as session:
        return {
            table.name: [dict(row._mapping) for row in session.execute(select(table))]
            for table in Base.metadata.sorted_tables
        }


def restore(apart: Apart, house: House, rows: Rows, made_at: Any) -> None:
    """Bring these rows back in the place of all others, and begin an epoch, as `waymark restore` does."""
    with tampering(house.db) as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(delete(table))
        for table in Base.metadata.sorted_tables:
            if rows[table.name]:
                session.execute(insert(table), rows[table.name])
        epochs.begin(session, house.clock.now(), new_id(), made_at)
    for hand in apart.cast.values():
        hand._token, hand._since = "", None
    for hand in apart.far.cast.values():
        hand._token, hand._since = "", None


def alone(house: House, lane: str) -> bool:
    """Let one side do one thing in a lane; whether there was anything."""
    line = Routed(house)
    done = Worker(house, line).one(lane)
    line.close()
    return done


def waiting(session: Any) -> list[str]:
    """Why what is on its way has not arrived."""
    tried = select(OUTBOX.c.last_error).where(OUTBOX.c.done_at.is_(None), OUTBOX.c.last_error.is_not(None))
    return list(session.execute(tried).scalars())


def of(apart: Apart, country: str) -> House:
    """The house of a country."""
    return apart.houses[0] if country == "TH" else apart.houses[1]


def agree(apart: Apart) -> None:
    """Both sides keep the same messages and receipts, to the byte, once; the same state, and one custody."""
    told: dict[str, Any] = {}
    for house, country in zip(apart.houses, ("TH", "MM"), strict=True):
        with reading(house.db) as session:
            rows = session.execute(select(MESSAGE)).all()
            receipts = session.execute(select(RECEIPT)).all()
            copies = session.execute(select(REFERRAL)).all()
        numbers = [(row.shared_id, json.loads(row.header)["from"], row.seq) for row in rows]
        assert len(set(numbers)) == len(numbers), "a number was used twice"
        told[country] = {
            "messages": {row.message_id: (row.header, row.digest, row.signature) for row in rows},
            "receipts": {(row.message_id, row.level): (row.content, row.signature) for row in receipts},
            "facts": {row.shared_id: _shared(row.facts) for row in copies if row.state != "draft"},
        }
        proof.chains_hold(house)
        proof.facts_follow_from_history(house)
    for part in ("messages", "receipts", "facts"):
        assert told["TH"][part] == told["MM"][part], part
    assert told["TH"]["messages"].keys() == {message for message, level in told["TH"]["receipts"] if level == "stored"}
    assert all(len(countries) == 1 for countries in apart.holders().values())


def _shared(facts: Any) -> dict[str, Any]:
    found = referral_facts_from(facts)
    # Who signed is told by name at home, and by country abroad.
    return {name: _bare(getattr(found, name)) for name in SHARED}


def _bare(value: Any) -> Any:
    if value is None or isinstance(value, str | int | bool | frozenset):
        return value
    return {name: getattr(value, name) for name in value.__slots__ if name not in ("by", "actor", "officer")}


def replayed(apart: Apart, country: str) -> Any:
    """What came back in the newest epoch of a country, or None."""
    with reading(of(apart, country).db) as session:
        return session.execute(select(replays.TABLE)).one_or_none()


def course(apart: Apart, country: str) -> tuple[Crossing, Crossing]:
    """A backup of one side; then a hand-over with both signatures, another referral that goes on; then the restore."""
    first, second = paths.scheduled(apart), paths.acknowledged(apart)
    rows, made_at = backup(of(apart, country)), apart.clock.now()
    apart.clock.advance(timedelta(hours=1))
    paths.cross(apart, first)
    apart["th.manager"].take(second.sent, "disclose_identity")
    apart.post()
    apart["mm.social"].take(second.arrived, "start_tracing")
    apart.post()
    assert apart.holders()[first.shared_id] == ["MM"]
    restore(apart, of(apart, country), rows, made_at)
    return first, second


@pytest.mark.parametrize("country", ["TH", "MM"])
def test_what_was_forgotten_comes_back(apart: Apart, country: str) -> None:
    first, second = course(apart, country)
    back = {"TH": first.sent, "MM": first.arrived}[country]
    focal = apart[f"{country.lower()}.focal"]
    assert focal.look(back)["state"] == "handover_scheduled", "the hand-over is forgotten"
    apart.post()
    agree(apart)
    assert apart.holders()[first.shared_id] == ["MM"]
    assert focal.look(back)["state"] == "received"
    done = replayed(apart, country)
    assert (done.theirs, done.ours, done.lost) == (2, 2, 0)

    # And everything goes on to the end.
    home = paths.settle(apart, first)
    assert apart["mm.manager"].look(home)["care"] == "reintegrating"
    assert apart["th.manager"].look(first.case)["care"] == "handed_over"
    apart.days(14)
    apart["mm.social"].take(second.arrived, "report_assessment", paths.filled())
    apart.post()
    agree(apart)
    for house in apart.houses:
        proof.nothing_waits(house)


class ByStickAgain(ByStick):
    """Two installations between which only a stick goes; the first journey brings back what was forgotten."""

    def carry(self) -> Any:
        """As ever; whoever went back to a backup tells it with the first stick and is answered with the next."""
        here, there = self.houses
        first = unpack(there, pack(here, "TH", "MM").content)
        second = unpack(here, pack(there, "MM", "TH", first).content)
        third = unpack(there, pack(here, "TH", "MM", second).content)
        fourth = unpack(here, pack(there, "MM", "TH", third).content)
        unpack(there, pack(here, "TH", "MM", fourth).content)
        return first, fourth


@pytest.mark.parametrize("country", ["TH", "MM"])
def test_a_stick_brings_it_back_as_well(apart: Apart, country: str) -> None:
    first, _ = course(apart, country)
    stick = ByStickAgain(apart.app, apart.client, apart.clock, apart.cast, far=apart.far, addresses={})
    stick.carry()
    stick.post()
    agree(apart)
    assert apart.holders()[first.shared_id] == ["MM"]
    paths.settle(stick, first)
    agree(apart)


def test_without_the_replay_numbers_would_be_used_twice(apart: Apart, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = course(apart, "TH")
    monkeypatch.setattr(replays, "awaited", lambda *_: None)
    apart["th.manager"].take(second.sent, "disclose_identity")
    while alone(apart.house, "MM"):
        pass
    with reading(apart.house.db) as session:
        assert waiting(session) == ["gap"], "over there the number belongs to another message"
    with pytest.raises(AssertionError):
        agree(apart)


def test_until_it_has_come_back_nothing_is_said_and_nothing_taken(apart: Apart) -> None:
    first, second = course(apart, "TH")
    # Nobody has asked yet. Whatever would take a number is refused, with the reason; reading goes on.
    manager = apart["th.manager"]
    body = manager.step_body(second.sent, "disclose_identity")
    answer = manager.knock(f"{second.sent.path}/steps/disclose_identity", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "awaits_replay")
    assert "Waits to hear" in browser_at(apart, apart["th.focal"]).get("/admin/links").text
    # Myanmar goes on; what it sends is not taken in before the rest, and waits over there.
    here, there = apart.houses
    home = paths.receiving_case(apart, first)
    paths.name_manager(apart, home, "mm.focal", "mm.manager")
    apart["mm.manager"].record(home, "reintegration_plan")
    apart["mm.manager"].take(first.arrived, "start_reintegration")
    assert alone(there, "TH") is False
    with reading(there.db) as session:
        assert waiting(session) == ["awaits_replay"]
    apart.post()
    agree(apart)
    assert apart["th.manager"].look(first.sent)["state"] == "in_reintegration"


def test_a_referral_that_was_written_after_the_backup_is_told_to_somebody(apart: Apart) -> None:
    case = paths.ready_to_refer(apart)
    here = apart.houses[0]
    rows, made_at = backup(here), apart.clock.now()
    apart.clock.advance(timedelta(hours=1))
    crossing = paths.send(apart, case, paths.draft(apart, case))
    restore(apart, here, rows, made_at)
    assert alone(here, "MM") is True
    done = replayed(apart, "TH")
    assert (done.theirs, done.ours, done.lost) == (0, 0, 1)
    with reading(here.db) as session:
        kinds = session.execute(select(Notice.kind).where(Notice.user_id == apart["th.focal"].id)).scalars()
        assert {"replay_done", "replay_lost"} <= set(kinds)
    assert apart["mm.focal"].look(crossing.arrived)["state"] == "sent"


def test_an_operator_can_end_the_waiting(apart: Apart) -> None:
    """The partner may be gone for good, or know no epochs: then nothing would ever go to it again."""
    case = paths.ready_to_refer(apart)
    here = apart.houses[0]
    restore(apart, here, backup(here), apart.clock.now())
    sent = paths.draft(apart, case)
    body = apart["th.manager"].step_body(sent, "send")
    answer = apart["th.manager"].knock(f"{sent.path}/steps/send", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "awaits_replay")
    assert replaying.forgo(here, "TH", "MM") is True
    assert replaying.forgo(here, "TH", "MM") is False
    paths.send(apart, case, sent)
    agree(apart)
