"""Mail says that there is something new and nothing else; a server that is away loses none and is asked again."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import select, update

from app.access.mailing import tell_by_mail
from app.access.notices import tell
from app.kit.mail import Mail, NotSent
from app.models.notice import Notice
from app.models.user import User
from app.worker import Worker
from tests.app.access.world import World, one_engine, world
from tests.inspect import reading, writing

__all__ = ["world"]


class Listener(socketserver.ThreadingTCPServer):
    """A mail server of the simplest kind; what it took, and for whom."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.took: list[tuple[str, EmailMessage]] = []
        self.heard: list[str] = []
        self.full = False


class Conversation(socketserver.StreamRequestHandler):
    server: Listener

    def handle(self) -> None:
        self._say("220 ready")
        recipient = ""
        while line := self.rfile.readline().decode().strip():
            self.server.heard.append(line)
            word = line.split()[0].upper()
            if word == "RCPT":
                recipient = line.partition("<")[2].partition(">")[0]
                self._say("452 full" if self.server.full else "250 ok")
            elif word == "DATA":
                self._say("354 go on")
                text = b"".join(iter(self.rfile.readline, b".\r\n"))
                message = email.message_from_bytes(text, policy=email.policy.default)
                assert isinstance(message, EmailMessage)
                self.server.took.append((recipient, message))
                self._say("250 taken")
            elif word == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def mail_of(listener: Listener, security: str = "plain") -> Mail:
    return Mail("127.0.0.1", listener.server_address[1], security, "work@house.example", "https://house.example")


def leave(world: World, login: str, number: int = 1) -> None:
    with world.house.db.write() as session:
        desk = world.house.system_desk(session, "TH")
        for _ in range(number):
            tell(desk, [world.users[login]], "referral_declined", "referral", "TH-2017-7F3K2QAB", {"reason": "full"})


def give_address(world: World, login: str, language: str = "en") -> None:
    with writing(world.house.db) as session:
        values = {"email": f"{login}@house.example", "language": language}
        session.execute(update(User).where(User.id == world.users[login]).values(**values))


def untold(world: World) -> int:
    with reading(world.house.db) as session:
        return session.execute(select(Notice.mailed_at)).scalars().all().count(None)


def test_a_mail_says_how_many_and_where_and_nothing_else(world: World, listener: Listener) -> None:
    house = replace(world.house, mail=mail_of(listener))
    give_address(world, "worker")
    leave(world, "worker", 2)
    leave(world, "visitor")
    Worker(house).watch()
    assert [to for to, _ in listener.took] == ["worker@house.example"]
    message = listener.took[0][1]
    assert message["Subject"] == "You have 2 new items" and message["From"] == "work@house.example"
    body = "\n".join(message.get_content().splitlines())
    assert body == "You have 2 new items.\n\nSign in to see it: https://house.example"
    assert "TH-2017" not in message.as_string() and "Waymark" not in message.as_string()
    assert "ehlo house.example" in listener.heard
    # Told once; what comes soon after waits for the pause, and then is told alone.
    leave(world, "worker")
    assert tell_by_mail(house) == 0 and untold(world) == 2
    world.clock.advance(timedelta(minutes=15, seconds=1))
    assert tell_by_mail(house) == 1 and listener.took[1][1]["Subject"] == "You have 1 new item"


@one_engine
def test_what_was_read_is_old_or_has_no_address_is_not_told(world: World, listener: Listener) -> None:
    house = replace(world.house, mail=mail_of(listener))
    give_address(world, "worker")
    leave(world, "worker")
    world.clock.advance(timedelta(days=7))
    assert tell_by_mail(house) == 0
    leave(world, "worker")
    with writing(world.house.db) as session:
        session.execute(update(Notice).values(read_at=world.clock.now()))
    assert tell_by_mail(house) == 0
    leave(world, "worker")
    assert tell_by_mail(world.house) == 0
    with writing(world.house.db) as session:
        session.execute(update(User).values(active=False))
    assert tell_by_mail(house) == 0 and listener.took == []


def test_a_server_that_does_not_take_it_is_asked_again(world: World, listener: Listener) -> None:
    house = replace(world.house, mail=mail_of(listener))
    give_address(world, "worker")
    leave(world, "worker")
    listener.full = True
    assert tell_by_mail(house) == 0 and untold(world) == 1
    listener.full = False
    assert tell_by_mail(house) == 1 and untold(world) == 0


@one_engine
def test_no_mail_goes_in_clear_to_a_server_without_tls(world: World, listener: Listener) -> None:
    for security in ("starttls", "tls"):
        with pytest.raises(NotSent) as told:
            replace(mail_of(listener, security)).send("worker@house.example", "x", "y", world.clock)
        assert "house.example" not in str(told.value)
    assert listener.took == []
    away = Mail("127.0.0.1", 9, "plain", "work@house.example", "https://house.example", "work", "secret")
    with pytest.raises(NotSent):
        away.send("worker@house.example", "x", "y", world.clock)
    assert "secret" not in repr(away)
