"""G22, the keys that partners seal with: exchanged while letters travel both ways, none refused, none lost."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest
from sqlalchemy import func, select

from app.access.desk import House
from app.casework import messages
from app.exchange import cards, enrolling, letters
from app.exchange.remote import INBOX, HttpTransport
from app.kit import hpke
from app.kit.clock import SettableClock
from app.kit.keyfile import add_version
from app.main import open_house
from app.models.access_log import AccessEntry
from app.settings import Settings
from tests.app.exchange.wire import Hand
from tests.app.keys.test_signing_keys import Load
from tests.conftest import START, Grounds
from tests.inspect import reading
from tests.journeys import proof
from tests.journeys.apart import Apart, introduce, open_apart

OTHER: Final = {"TH": "MM", "MM": "TH"}
OFFICES: Final = {"TH": "th-datip", "MM": "mm-dor"}
OFFER: Final[dict[str, Any]] = {"about": {}, "consents": [], "child": False}
SOME: Final = 5
DYING: Final = """
import os, pathlib, signal, sys
from app.kit import keyfile
after, act, file = sys.argv[1:]
real = getattr(keyfile, after)
def dying(*arguments):
    real(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(keyfile, after, dying)
getattr(keyfile, act)(pathlib.Path(file), "exchange key")
"""


class Busy(Load):
    """Letters without pause."""

    def goes_on(self, wait: float = 120.0) -> None:
        """Wait until either side has delivered some more."""
        for _ in range(SOME):
            super().goes_on(wait)


@dataclass
class Line:
    """Two installations that write to each other without pause, and what an operator does on either side."""

    apart: Apart
    settings: dict[str, Settings]
    # Who wrote -> the ids of the messages that were answered with a receipt.
    sent: dict[str, list[str]] = field(default_factory=lambda: {"TH": [], "MM": []})

    def house(self, country: str) -> House:
        """What the serving program of a country holds."""
        return self.apart.houses[country == "MM"]

    def written(self, country: str) -> Any:
        """A new message of this country, which opens a conversation of its own."""
        to = OTHER[country]
        hand = Hand(self.house(country), country, to)
        offices = {"from_office": OFFICES[country], "to_office": OFFICES[to]}
        return hand.envelope("send", OFFER, reference=f"{country}-{to}-2026-ABCDEF", **offices)

    def speaks(self, country: str, way: HttpTransport) -> None:
        """One message over the line; whoever fails here has failed to deliver a letter."""
        envelope = self.written(country)
        receipt = way.hand_over(envelope)
        assert json.loads(receipt["content"])["message"] == envelope.header["id"]
        self.sent[country].append(envelope.header["id"])

    @contextmanager
    def load(self) -> Iterator[Busy]:
        """Both sides at work."""
        work = Busy()
        with ExitStack() as stack:
            acts = {}
            for country in OTHER:
                way = HttpTransport(self.house(country))
                stack.callback(way.close)
                acts[country] = partial(self.speaks, country, way)
            stack.enter_context(work.of(**acts))
            yield work

    def operator(self, country: str) -> House:
        """Another program over the same files and tables, as a command is."""
        return open_house(self.settings[country], self.apart.clock)

    def new_card(self, country: str) -> None:
        """Give the card as it is now to the other side, where nobody is asked for a print: the known key signed it."""
        own, far = self.operator(country), self.operator(OTHER[country])
        card = cards.read(cards.make(own, country, self.apart.addresses[country]))
        enrolling.add(far, card, "")
        own.db.dispose()
        far.db.dispose()

    def rotate(self, country: str, *, retire: bool = False) -> Any:
        """As `waymark partner rotate` does."""
        house = self.operator(country)
        try:
            return enrolling.retire_keys(house, country) if retire else enrolling.rotate_key(house, country)
        finally:
            house.db.dispose()

    def killed(self, country: str, act: str, after: str) -> bool:
        """A process that does to the key file what the command does, killed with signal 9 after one of its writes."""
        file = self.house(country).exchange.file_of(country)
        done = subprocess.run([sys.executable, "-c", DYING, after, act, str(file)], timeout=120, check=False)
        return done.returncode == -signal.SIGKILL

    def brings(self, content: bytes, to: str) -> int:
        """A letter that was written earlier arrives now; the status."""
        with httpx2.Client(timeout=30, trust_env=False) as client:
            headers = {"Content-Type": "application/json"}
            return client.post(f"{self.apart.addresses[to]}{INBOX}", content=content, headers=headers).status_code

    def letter(self, country: str) -> tuple[str, bytes]:
        """A message as a letter, sealed with the key that the other side is known by just now; its id."""
        house, envelope = self.house(country), self.written(country)
        partner = house.partners.of(OTHER[country])
        assert partner is not None
        signer = house.signing.signer(country)
        return envelope.header["id"], letters.write(envelope, partner.seals_with, signer, house.clock.now())

    def lost(self) -> int:
        """How many messages that got a receipt the other side does not hold."""
        missing = 0
        for country, ids in self.sent.items():
            with reading(self.house(OTHER[country]).db) as session:
                held = messages.TABLE.c.direction == "in"
                there = set(session.execute(select(messages.TABLE.c.message_id).where(held)).scalars())
            missing += len(set(ids) - there)
        return missing

    def refusals(self) -> int:
        """How many letters the books of looks of both say were refused."""
        found = 0
        for country in OTHER:
            with reading(self.house(country).db) as session:
                said = AccessEntry.__table__.c.action == "letter_refused"
                query = select(func.count()).select_from(AccessEntry).where(said)
                found += int(session.execute(query).scalar_one())
        return found


@pytest.fixture(params=("sqlite", "postgresql"))
def line(request: pytest.FixtureRequest, grounds: Grounds) -> Iterator[Line]:
    """Thailand and Myanmar on a line."""
    with (
        grounds(request.param) as near,
        grounds(request.param) as far,
        open_apart(near, far, SettableClock(START)) as opened,
    ):
        here, there = opened.houses
        for own, country, to in ((here, "TH", there), (there, "MM", here)):
            # A quota is no part of this; more is written here in minutes than in an hour of a corridor.
            introduce(own, opened.addresses[country], country, to=to, per_hour=100_000)
        places = {"TH": near, "MM": far}
        yield Line(
            opened,
            {
                country: Settings(environment="demo", var=folder / "var", database_url=url)
                for country, (url, folder) in places.items()
            },
        )


def test_the_keys_to_seal_with_are_exchanged_on_both_sides_while_letters_travel(line: Line) -> None:
    """A new key, the card that tells it, the end of the old one, on either side; and a letter long on its way."""
    accepted, ids = 0, set()
    with line.load() as load:
        load.goes_on()
        for country, writer in OTHER.items():
            ids.add(line.house(country).exchange.newest(country))
            late_id, late = line.letter(writer)
            stolen = line.letter(writer)[1]
            ids.add(line.rotate(country))
            load.goes_on()
            line.new_card(country)
            load.goes_on()
            assert line.brings(late, country) == 200
            line.sent[writer].append(late_id)
            # Whatever was being written when the card came has arrived.
            load.goes_on()
            assert line.rotate(country, retire=True) == (1,)
            load.goes_on()
            accepted += line.brings(stolen, country) == 200
    assert load.failed == []
    refused, lost = line.refusals(), line.lost()
    assert (accepted, refused, lost, len(ids)) == (0, 2, 0, 4)
    assert min(map(len, line.sent.values())) >= 10
    for house in line.apart.houses:
        proof.chains_hold(house)
    print(
        f"GATE g22-sealing failed={len(load.failed)} limit=0 n={sum(load.done.values())} lost={lost} keys={len(ids)}"
        f" retired_accepted={accepted}"
    )


def test_a_program_that_opens_with_the_newest_key_alone_turns_it_red(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mutant: the old key does not open letters that are on their way."""
    read = hpke._read
    monkeypatch.setattr(hpke, "_read", lambda versions: read({max(versions): versions[max(versions)]}))
    with line.load() as load:
        load.goes_on()
        line.rotate("TH")
        load.goes_on()
        # And it is the partner's card that heals it.
        line.new_card("TH")
        load.goes_on()
    assert load.failed and {each.partition("(")[0] for each in load.failed} == {"MM: PartnerRefused"}
    assert line.refusals() == len(load.failed) and line.lost() == 0


def test_killed_while_the_key_is_exchanged_the_same_command_finishes_it(line: Line) -> None:
    """kill -9 after each write of either command, while letters travel: none fails, none is lost."""
    killed = 0
    with line.load() as load:
        for act in ("add_version", "retire_versions"):
            for point in ("_draft", "same_owner", "keep_names"):
                killed += line.killed("TH", act, point)
                load.goes_on()
            line.rotate("TH", retire=act == "retire_versions")
            load.goes_on()
            line.new_card("TH")
            load.goes_on()
    assert killed == 6 and load.failed == [] and line.refusals() == line.lost() == 0
    keys = line.house("TH").exchange
    partner = line.house("MM").partners.of("TH")
    assert partner is not None and partner.exchange[-1].key_id == keys.newest("TH") and len(keys._of("TH")) == 1
    print(f"GATE g22-sealing-kill failed=0 limit=0 n={sum(load.done.values())} killed={killed} lost=0")


def test_a_changed_file_is_news_to_all_that_open_at_that_moment(tmp_path: Path) -> None:
    """Two letters in the same moment: whoever comes second waits for the first to read the file."""
    keys = hpke.ExchangeKeys(tmp_path, create=True)
    keys.public("TH")
    for _ in range(5):

        add_version(keys.file_of("TH"), hpke.EXCHANGE_KEY)
        fresh = hpke.ExchangeKeys(tmp_path)
        sealed, key_id = hpke.seal_to(fresh.public("TH"), b"x", b"h"), fresh.newest("TH")
        ready, opened = threading.Barrier(8), []

        def open_it(ready: Any = ready, opened: Any = opened, key_id: str = key_id, sealed: bytes = sealed) -> None:
            ready.wait(30)
            opened.append(keys.open("TH", key_id, sealed, b"h"))

        threads = [threading.Thread(target=open_it) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert opened == [b"x"] * 8
