"""Two installations of their own: two programs, two databases, two sets of keys, and a real line between them."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from app.access.desk import House
from app.exchange import cards, enrolling
from app.exchange.remote import Routed
from app.kit.clock import SettableClock
from app.settings import Settings
from app.worker import Worker
from tests.conftest import START, Grounds
from tests.journeys import custody
from tests.journeys.hands import Hand
from tests.journeys.scene import SECOND, Scene, open_scene


@dataclass
class Apart(Scene):
    """Thailand's installation, which is looked at where a story says nothing else, and Myanmar's beside it."""

    far: Scene = field(kw_only=True)
    # Country -> where its installation answers.
    addresses: dict[str, str] = field(kw_only=True)

    def __getitem__(self, name: str) -> Hand:
        """A hand by its name, at the door of its own country's installation."""
        return (self.far if name.startswith("mm.") else self).cast[name]

    @property
    def houses(self) -> tuple[House, House]:
        """What both programs hold: Thailand's, Myanmar's."""
        return self.house, self.far.house

    def post(self) -> int:
        """Let both carry out what waits until nothing is left; after each transaction somebody has custody."""
        lines = [Routed(house) for house in self.houses]
        workers = [Worker(house, line) for house, line in zip(self.houses, lines, strict=True)]
        done = 0
        while any(_one(worker, house) for worker, house in zip(workers, self.houses, strict=True)):
            self.clock.advance(SECOND)
            done += 1
            assert all(self.holders().values()), self.holders()
        for line in lines:
            line.close()
        assert all(len(countries) == 1 for countries in self.holders().values()), self.holders()
        return done

    def holders(self) -> dict[str, list[str]]:
        """Shared id of each referral -> the countries that say in their own installation that they are responsible."""
        found: dict[str, list[str]] = {}
        for house, country in zip(self.houses, ("TH", "MM"), strict=True):
            for shared_id, countries in custody.holders(house).items():
                assert set(countries) <= {country}, "an installation keeps another country's copy"
                found.setdefault(shared_id, []).extend(countries)
        return found


@contextmanager
def apart_on(grounds: Grounds, engine: str, clock: SettableClock | None = None) -> Iterator[Apart]:
    """Both programs over fresh databases of that engine; the clock stands at START if left out."""
    with (
        grounds(engine) as near,
        grounds(engine) as far,
        open_apart(near, far, clock or SettableClock(START)) as opened,
    ):
        yield opened


def _one(worker: Worker, house: House) -> bool:
    return any(worker.one(lane) for lane in ("", *house.partners.countries))


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The address at which a program answers, in a thread of its own."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [found]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{port}"
        server.should_exit = True
        thread.join()


def introduce(house: House, address: str, country: str, to: House, **more: Any) -> None:
    """Give the card of a country to another installation, with its print read out."""
    card = cards.read(cards.make(house, country, address))
    enrolling.add(to, card, cards.spoken(card.fingerprint), **more)


@contextmanager
def open_apart(
    near: tuple[str, Path], far: tuple[str, Path], clock: SettableClock, policies: Mapping[str, Path] | None = None
) -> Iterator[Apart]:
    """Both programs over their (migrated) databases, each with a folder of its own, known to one another.

    policies: country -> the folder of policies that its installation reads instead of the package's own.
    """
    with ExitStack() as stack:
        scenes, addresses = [], {}
        for country, (url, folder) in zip(("TH", "MM"), (near, far), strict=True):
            rules = (policies or {}).get(country)
            settings = Settings(environment="demo", var=folder / "var", database_url=url, policies_folder=rules)
            scene = stack.enter_context(open_scene(settings, clock))
            addresses[country] = stack.enter_context(served(scene.app))
            scenes.append(scene)
        here, there = scenes
        introduce(here.house, addresses["TH"], "TH", to=there.house)
        introduce(there.house, addresses["MM"], "MM", to=here.house)
        yield Apart(here.app, here.client, clock, here.cast, far=there, addresses=addresses)
