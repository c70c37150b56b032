"""Two installations of the demonstration: where they lie, how they come to know each other, and the play across."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import Final

import uvicorn
from fastapi import FastAPI

from app.access.desk import House
from app.demo import bridge_post
from app.demo.apart import ApartStage
from app.demo.build import first_moment, play_all
from app.demo.figures import Figures
from app.demo.place import NOTE, PASSWORD, logging_in, settings_of
from app.demo.play import Progress
from app.demo.world import Cast, new_password, settle
from app.exchange import cards, enrolling
from app.kit import migrate
from app.kit.clock import SettableClock
from app.kit.keyfile import write_private
from app.main import create_app, open_house
from app.serving.sockets import listening

Tell = Callable[[str], None]
HOST: Final = "127.0.0.1"
# Folder -> the countries that are at home in that installation. Several may share one, each seeing only its own side.
AT_HOME: Final[dict[str, tuple[str, ...]]] = {"thailand": ("TH",), "origin": ("MM", "LA", "KH", "VN")}
# The play sends the letters of two years in some minutes; the partners have agreed to that.
PER_HOUR: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Installation:
    """One of the two: its name, where it lies, who is at home there, what its program holds, and where it answers."""

    name: str
    folder: Path
    countries: tuple[str, ...]
    house: House
    port: int

    @property
    def address(self) -> str:
        """Where it answers, for people and for partners."""
        return f"http://{HOST}:{self.port}"


@contextmanager
def ports(first: int) -> Iterator[tuple[socket, ...]]:
    """Two listening sockets, at ``first`` and the port after it; 0: any free ones. Raises PortTaken for either."""
    with ExitStack() as stack:
        taken = []
        for number in range(len(AT_HOME)):
            taken.append(listening(HOST, first + number if first else 0))
            stack.callback(taken[-1].close)
        yield tuple(taken)


def introduce(pair: Sequence[Installation], tell: Tell) -> None:
    """Give each the cards of the other's countries and compare the prints, as two operators do on the telephone.

    It is what `waymark partner card` and `waymark partner add` do, with the demonstration's own clock.
    """
    for giver, taker in (pair, tuple(reversed(pair))):
        for country in giver.countries:
            content = cards.make(giver.house, country, giver.address)
            card = giver.folder / f"{country}.card"
            card.write_bytes(content)
            heard = cards.spoken(cards.read(content).fingerprint)
            enrolling.add(taker.house, cards.read(card.read_bytes()), heard, PER_HOUR)
            tell(f"  {taker.name} knows {country} at {giver.address} by the print {heard}")


def build(
    folder: Path, figures: Figures, on: Sequence[socket], tell: Tell, progress: Progress | None = None
) -> ApartStage:
    """Build both in ``folder``, play two years across the line between them, and hand one person over at a post.

    Raises StoryFault when the program does not let a story happen. The caller closes the databases.
    """
    clock = SettableClock(first_moment())
    password = new_password()
    with ExitStack() as stack:
        pair = []
        for (name, countries), line in zip(AT_HOME.items(), on, strict=True):
            pair.append(_made(folder / name, name, countries, line, clock))
            stack.enter_context(_answering(create_app(settings_of(folder / name, port=pair[-1].port), clock), line))
        tell("Two installations, each with a database and keys of its own:")
        introduce(pair, tell)
        stage = ApartStage(
            {country: each.house for each in pair for country in each.countries}, clock, _cast(pair, password)
        )
        stack.callback(stage.hang_up)
        post = bridge_post.people(stage)
        play_all(stage, figures, progress, [bridge_post.story(each) for each in post])
        stage.carry()
        for sentence in bridge_post.hand_over(stage, post[0], post[1], folder / "post"):
            tell(f"  {sentence}")
    for each in pair:
        write_private(each.folder / PASSWORD, f"{password}\n".encode())
    write_private(folder / NOTE, json.dumps({"whole": figures.whole, "people": figures.people}).encode())
    return stage


def build_whole(
    folder: Path, figures: Figures, on: Sequence[socket], tell: Tell, progress: Progress | None = None
) -> None:
    """Build beside ``folder`` and put it there only when it is complete."""
    draft = folder.with_name(f"{folder.name}.building-{os.getpid()}")
    try:
        with logging_in(draft):
            stage = build(draft, figures, on, tell, progress)
            for house in stage.houses:
                house.db.dispose()
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _made(
    folder: Path, name: str, countries: tuple[str, ...], on: socket, clock: SettableClock
) -> Installation:
    folder.mkdir(mode=0o700)
    port = int(on.getsockname()[1])
    settings = settings_of(folder, port=port)
    migrate.upgrade(settings.database_url)
    made = Installation(name, folder, countries, open_house(settings, clock), port)
    for country in countries:
        made.house.signing.signer(country)
    return made


def _cast(pair: Sequence[Installation], password: str) -> Cast:
    """Everybody, each with an account in their own country's installation only."""
    whole = Cast()
    for each in pair:
        house = each.house
        with house.db.write() as session:
            cast = settle(session, house.policies, house.passwords, password, house.clock.now(), each.countries)
        whole.actors.update(cast.actors)
        whole.posts.update(cast.posts)
        whole.offices.update({
            code: row for code, row in cast.offices.items() if house.policies.office(code).country in each.countries
        })  # fmt: skip
    return whole


@contextmanager
def _answering(program: FastAPI, on: socket) -> Iterator[None]:
    """The program answers at a socket, in a thread of its own: by the clock of the play."""
    # A copy, since the server closes what it was given, and the same port serves people afterwards.
    server = uvicorn.Server(
        uvicorn.Config(program, log_config=None, access_log=False, lifespan="off", server_header=False, ws="none")
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [on.dup()]}, name="line")
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        thread.join()
