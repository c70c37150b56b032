"""A border post without a network: letters go on a stick, and answers back; nothing is lost or done twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.access.desk import House
from app.exchange import parcels
from app.exchange.parcels import ParcelUnfit, Unpacked, pack, unpack
from app.exchange.remote import PartnerAway
from app.worker import Worker
from tests.conftest import Grounds
from tests.gates.test_hostile_letters import counts
from tests.inspect import reading
from tests.journeys import paths, proof
from tests.journeys.apart import Apart, apart_on
from tests.journeys.proof import OUTBOX


class Nothing:
    """The line that is not there."""

    def hand_over(self, envelope: Any) -> dict[str, Any]:
        """Nobody answers."""
        raise PartnerAway()

    def bring_receipt(self, *_: Any) -> None:
        """Nobody answers."""
        raise PartnerAway()

    def announce(self, *_: Any) -> bytes:
        """Nobody answers."""
        raise PartnerAway()

    def close(self) -> None:
        """Nothing is open."""


class ByStick(Apart):
    """Two installations between which somebody carries a stick."""

    def post(self) -> int:
        """Let each do what it can alone, and carry the stick to and fro until nothing waits."""
        done = 0
        for _ in range(4):
            done += sum(self._alone(house) for house in self.houses)
            there, back = self.carry()
            done += there.taken + back.taken
            assert there.refused == back.refused == []
        done += sum(self._alone(house) for house in self.houses)
        assert all(len(countries) == 1 for countries in self.holders().values()), self.holders()
        return done

    def _alone(self, house: House) -> int:
        worker, done = Worker(house, Nothing()), 0
        # What has its receipt by now is done; the rest finds nobody, and waits.
        for lane in ("", *house.partners.countries):
            while worker.one(lane):
                self.clock.advance(timedelta(seconds=1))
                done += 1
        return done

    def carry(self) -> tuple[Unpacked, Unpacked]:
        """Thailand to Myanmar with what waits, and back with the answers."""
        here, there = self.houses
        first = unpack(there, pack(here, "TH", "MM").content)
        second = unpack(here, pack(there, "MM", "TH", first).content)
        # The answers to what came back go with the next stick; here at once.
        unpack(there, pack(here, "TH", "MM", second).content)
        return first, second


@pytest.fixture(params=("sqlite", "postgresql"))
def apart(request: pytest.FixtureRequest, grounds: Grounds) -> Iterator[ByStick]:
    """Both countries; no line between them."""
    with apart_on(grounds, request.param) as opened:
        yield ByStick(opened.app, opened.client, opened.clock, opened.cast, far=opened.far, addresses={})


def test_a_person_goes_home_with_a_stick(apart: ByStick) -> None:
    crossing = paths.scheduled(apart)
    paths.cross(apart, crossing)
    assert apart.holders()[crossing.shared_id] == ["MM"]
    paths.settle(apart, crossing)
    for house in apart.houses:
        proof.chains_hold(house)
        proof.facts_follow_from_history(house)
        with reading(house.db) as session:
            assert session.execute(select(OUTBOX.c.effect).where(OUTBOX.c.done_at.is_(None))).all() == []


def test_a_stick_that_is_lost_or_read_twice_changes_nothing(apart: ByStick) -> None:
    here, there = apart.houses
    case = paths.ready_to_refer(apart)
    sent = paths.draft(apart, case)
    apart["th.manager"].take(sent, "send")
    apart._alone(here)
    lost = pack(here, "TH", "MM")
    assert lost.letters == 1
    second = pack(here, "TH", "MM")
    first = unpack(there, second.content)
    assert (first.taken, first.refused) == (1, [])
    before = counts(there)
    again = unpack(there, second.content)
    assert (again.taken, again.answers) == (1, first.answers)
    # The stick that was lost turns up.
    assert unpack(there, lost.content).answers == first.answers
    assert counts(there) == before
    back = pack(there, "MM", "TH", first).content
    assert unpack(here, back).kept == 1 and unpack(here, back).kept == 1
    apart._alone(here)
    assert pack(here, "TH", "MM").letters == 0
    crossing = paths.arrived(apart, case, sent)
    apart["mm.focal"].take(crossing.arrived, "decline", given={"reason": "not_our_national"})
    apart.post()
    assert apart["th.manager"].look(sent)["state"] == "declined"


def _changed(name: str, value: Any) -> Callable[[bytes], bytes]:
    return lambda content: json.dumps(json.loads(content) | {name: value}).encode()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda content: content[:-200], "damaged"),
        (lambda content: b"", "damaged"),
        (lambda content: b"[]", "damaged"),
        (_changed("letters", []), "damaged, cut off"),
        (_changed("letters", [1]), "no parcel"),
        (_changed("receipts", ["x"]), "no parcel"),
        (_changed("answers", [{"message": "x"}]), "damaged, cut off"),
        (_changed("made", "2026-11-01T00:00:00"), "no parcel"),
        (_changed("made", "2026-11-01T00:00:00+00:00"), "damaged, cut off"),
        (_changed("to", "TH"), "no line of ours"),
        (_changed("from", "LA"), "no line of ours"),
        (_changed("format", "waymark-parcel-9"), "no parcel"),
        (_changed("signature", "zz"), "no parcel"),
    ],
)
def test_a_damaged_parcel_is_named_and_not_opened(
    stick: tuple[ByStick, bytes], change: Callable[[bytes], bytes], sentence: str
) -> None:
    apart, content = stick
    there = apart.houses[1]
    before = counts(there)
    with pytest.raises(ParcelUnfit, match=sentence):
        unpack(there, change(content))
    assert counts(there) == before


@pytest.fixture(scope="module")
def stick(grounds: Grounds) -> Iterator[tuple[ByStick, bytes]]:
    """A parcel with an offer in it, not opened yet."""
    with apart_on(grounds, "sqlite") as opened:
        apart = ByStick(opened.app, opened.client, opened.clock, opened.cast, far=opened.far, addresses={})
        apart["th.manager"].take(paths.draft(apart, paths.ready_to_refer(apart)), "send")
        yield apart, pack(apart.house, "TH", "MM").content


def test_who_is_no_partner_or_suspended_gets_no_parcel(stick: tuple[ByStick, bytes]) -> None:
    apart, content = stick
    here, there = apart.houses
    for line in (("TH", "LA"), ("MM", "TH"), ("TH", "TH")):
        with pytest.raises(ParcelUnfit, match="no line"):
            pack(here, *line)
    for house, other in ((here, "MM"), (there, "TH")):
        house.partners.suspend(other, house.clock.now(), "The keys were stolen.")
    try:
        with pytest.raises(ParcelUnfit, match="suspended"):
            pack(here, "TH", "MM")
        with pytest.raises(ParcelUnfit, match="suspended"):
            unpack(there, content)
    finally:
        here.partners.resume("MM")
        there.partners.resume("TH")


def test_an_old_parcel_is_written_once_more(stick: tuple[ByStick, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    apart, content = stick
    monkeypatch.setattr(parcels, "CARRIED", timedelta(minutes=-1))
    with pytest.raises(ParcelUnfit, match="too old"):
        unpack(apart.houses[1], content)


def test_a_letter_that_is_refused_is_told_with_its_code(stick: tuple[ByStick, bytes]) -> None:
    apart, content = stick
    here, there = apart.houses
    twice = json.loads(content)
    twice["letters"] = ["bm8=", *twice["letters"]]
    parts = {name: value for name, value in twice.items() if name != "signature"}
    twice["signature"] = here.signing.signer("TH").sign(parcels._digest(parts)).hex()
    done = unpack(there, json.dumps(twice).encode())
    assert (done.taken, done.refused) == (1, ["letter_unreadable"])
