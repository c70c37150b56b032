"""The demonstration of two installations: played, served, and ended; a port that is taken is a sentence."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from app.access import rows
from app.access.desk import Desk
from app.casework.colleagues import colleague
from app.casework.held import CASE, REFERRAL
from app.cli import app
from app.demo import pair
from app.demo.build import LAST_DAY, last_moment
from app.demo.figures import sample
from app.demo.pair import AT_HOME
from app.demo.pair_serve import once
from app.demo.place import logging_in, settings_of
from app.kit.clock import SettableClock
from app.kit.db import Database
from app.main import open_house
from app.models.office import Office
from app.models.user import User
from app.referrals.day_schemas import DayOut
from app.referrals.days import day
from app.serving.sockets import PortTaken, listening

# Everybody who was returned, one of each kind, and one person in a shelter.
PEOPLE = 9


@dataclass(frozen=True)
class Played:
    """Where both lie, and what was told."""

    var: Path
    text: str

    @property
    def folder(self) -> Path:
        """The folder of both."""
        return self.var / "demo-two"

    def database(self, name: str) -> Database:
        """The database of one of the two; the caller disposes of it."""
        return Database(settings_of(self.folder / name).database_url)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Both, built and reported once."""
    var = tmp_path_factory.mktemp("two")
    told: list[str] = []
    assert once(var / "demo-two", sample(PEOPLE), told.append), "\n".join(told)
    return Played(var, "\n".join(told))


def test_the_main_job_runs_across_both(played: Played) -> None:
    assert "DIFFERENT" not in played.text and "Every figure is the one wanted" in played.text
    assert played.text.count(" by the print ") == 5
    (letters,) = re.findall(r"(\d+) letters were sent, and each came in once", played.text)
    assert int(letters) > 100
    assert "Facts rebuilt from history and records equal the stored ones, in both installations." in played.text


def test_each_keeps_its_own_people_cases_and_keys(played: Played) -> None:
    for name, countries in AT_HOME.items():
        database = played.database(name)
        with database.read() as session:
            assert set(session.execute(select(CASE.c.country).distinct()).scalars()) <= set(countries)
            copies = set(session.execute(select(REFERRAL.c.country).distinct()).scalars())
            logins = set(session.execute(select(User.login)).scalars())
        database.dispose()
        assert copies and copies <= set(countries)
        assert {login[:2].upper() for login in logins} == set(countries)
        keys = {file.stem for file in (played.folder / name / "keys" / "signing").glob("*.pem")}
        assert keys == set(countries)
    partners = {file.stem for file in (played.folder / "thailand" / "partners").glob("*.json")}
    assert partners == set(AT_HOME["origin"])


def test_a_person_is_handed_over_at_a_post_without_network(played: Played) -> None:
    for sentence in ("waymark exchange export TH MM", "signs the receipt: from this moment MM is responsible"):
        assert sentence in played.text
    assert len(list((played.folder / "post").glob("*.parcel"))) == 2
    found = {}
    for name in AT_HOME:
        database = played.database(name)
        with database.read() as session:
            query = select(REFERRAL.c.shared_id, REFERRAL.c.custody).where(REFERRAL.c.state == "received")
            found[name] = dict(session.execute(query).all())
            assert session.execute(select(func.count()).select_from(CASE)).scalar_one() > 0
        database.dispose()
    assert re.findall(r"reads out the code (\w{3}-\w{3}); .* types it in, and it fits", played.text)
    assert played.text.count(" and it fits") == 2
    assert found["thailand"] == found["origin"] and set(found["origin"].values()) == {"receiver"}


def test_both_desks_of_the_post_say_the_same_of_the_day(played: Played) -> None:
    days = []
    for name, login in (("thailand", "th-border-mae-sot"), ("origin", "mm-border-myawaddy")):
        with logging_in(played.folder / name):
            house = open_house(settings_of(played.folder / name), SettableClock(last_moment()))
        with house.db.write() as session:
            rows.enter_everything(session)
            query = select(User.id).join(Office, Office.id == User.office_id).where(Office.code == login)
            who = colleague(house.system_desk(session, login[:2].upper()), session.execute(query).scalars().first())
            assert who is not None
            desk = Desk(
                session, who.actor, last_moment(), house.policies, house.keys, house.signing, "test",
                office_id=who.office_id,
            )  # fmt: skip
            days.append([day(desk, LAST_DAY + timedelta(days=more)) for more in (0, 5, 6)])
        house.db.dispose()
    assert [len(each.items) >= 1 for each in days[0]] == [True, True, True]
    assert [_said(each) for each in days[0]] == [_said(each) for each in days[1]]
    (group,) = days[0][0].groups
    assert (group.expected, group.received, group.called_off) == (2, 1, 1)


def _said(found: DayOut) -> list[tuple[str, str, str, str]]:
    return [(each.reference, each.group, each.state, each.reason) for each in found.items]


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody else listens on."""
    other = listening("127.0.0.1", 0)
    other.listen()
    yield int(other.getsockname()[1])
    other.close()


def test_a_port_in_use_is_a_sentence_before_anything_is_built(taken: int, tmp_path: Path) -> None:
    with pytest.raises(PortTaken, match="choose another"), pair.ports(taken - 1):
        pass
    said = CliRunner().invoke(app, ["demo", "--two-instances", "--port", str(taken), "--var", str(tmp_path)])
    assert said.exit_code == 1 and f"port {taken} on 127.0.0.1 cannot be used" in said.output
    assert list(tmp_path.iterdir()) == []


def test_both_are_served_and_end_together(played: Played) -> None:
    # Whoever runs the tests in the background of a shell has Ctrl-C ignored, and so would the program.
    listens = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    program = listens + "from app.cli import main; main()"
    run = [sys.executable, "-c", program, "demo", "--two-instances", "--port", "0"]
    served = subprocess.Popen(
        [*run, "--var", str(played.var)], stdout=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    try:
        assert served.stdout is not None
        told = []
        for line in served.stdout:
            told.append(line)
            if "The border post:" in line:
                break
        addresses = re.findall(r"(http://127\.0\.0\.1:\d+)/sign-in", "".join(told))
        assert len(set(addresses)) == 2
        for address in addresses:
            _answers(address)
        # A terminal sends Ctrl-C to everybody at once.
        os.killpg(served.pid, signal.SIGINT)
        assert served.wait(60) == 0
        for address in addresses:
            with pytest.raises(urllib.error.URLError):
                urllib.request.urlopen(f"{address}/health", timeout=2)
    finally:
        if served.poll() is None:
            os.killpg(served.pid, signal.SIGKILL)
            served.wait()
        if served.stdout is not None:
            served.stdout.close()


def _answers(address: str) -> None:
    """Wait until a program answers at an address: it has just been started."""
    for _ in range(1500):
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=2) as answer:
                assert answer.status == 200
                return
        except OSError:
            # Refused, or accepted and too busy to answer: a time that is over while reading is no URLError.
            time.sleep(0.2)
    raise AssertionError(f"nobody answers at {address}")
