"""A filled world is one that the program takes for its own: its own verifier proves it, its own doors show it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import func, select, text, update

from app.access.desk import House
from app.cases import finding
from app.casework import identity, name_index
from app.casework.held import CASE, FACTS, KEY, PERSON, REFERRAL
from app.kit import migrate
from app.kit.clock import SettableClock
from app.models.history import HistoryEntry
from app.models.identity import PersonIdentity
from app.models.name_index import NameKey
from app.models.user import User
from app.oversight.proving import open_seals
from app.oversight.rebuild import rebuild_facts
from app.oversight.verify import verify_all
from app.settings import Settings
from benchmarks.small_house import NotUsable
from benchmarks.world.calendar import shares
from benchmarks.world.filling import Filled, fill, grown
from benchmarks.world.making import Maker
from benchmarks.world.mould import Target
from benchmarks.world.names import Names
from benchmarks.world.nursery import Nursery
from benchmarks.world.places import SHELTERS
from benchmarks.world.references import References
from benchmarks.world.slots import NoRule
from tests.factories.staff import Worker, desk_of
from tests.factories.towns import API, Town, open_town
from tests.inspect import reading, tampering
from tests.postgres import OWNER
from workflows.referral import Referral

ROOT: Final = Path(__file__).resolve().parents[2]
CASES: Final = 120
PASSWORD: Final = "vodi-kanu-tebo-lisa"
SCRIPTS: Final = {
    "Thai": "[\u0e00-\u0e7f]", "Lao": "[\u0e80-\u0eff]", "Burmese": "[\u1000-\u109f]", "Khmer": "[\u1780-\u17ff]",
    "Chinese": "[\u3400-\u9fff]", "Latin": "^[A-Za-z -]+$",
}  # fmt: skip


@pytest.fixture(scope="module")
def small() -> Iterator[Nursery]:
    """Everything is grown once, for all tests of this file."""
    with grown(CASES) as nursery:
        yield nursery


@pytest.fixture
def town(settings: Settings, clock: SettableClock) -> Iterator[Town]:
    """The running program over an empty store, on each engine; its own staff of two countries is there already."""
    with open_town(settings, clock) as opened:
        yield opened


def filled(town: Town, small: Nursery, **more: Any) -> Filled:
    """The store of a town, filled the way the command fills one."""
    url = town.house.db.engine.url
    owner = url.set(username=OWNER).render_as_string(hide_password=False) if town.house.db.dialect != "sqlite" else ""
    wanted = {"seed": 9, "password": PASSWORD, "until": town.clock.now(), "owner_url": owner}
    return fill(town.house, small, CASES, **(wanted | more))


def test_the_program_proves_what_was_filled_and_finds_what_was_altered(
    town: Town, small: Nursery, settings: Settings
) -> None:
    told = filled(town, small)
    house = town.house
    assert told.counts["case_file"] == CASES and _count(house, CASE) == CASES
    assert _count(house, HistoryEntry.__table__) == told.counts["history_entry"] > 8 * CASES
    with reading(house.db) as session:
        proof = verify_all(session)
    assert proof.sound and proof.verified == proof.entries == told.counts["history_entry"]
    assert rebuild_facts(house) == []
    assert open_seals(settings).broken == []
    assert _unforced(house) == []
    with pytest.raises(NotUsable, match=f"the store holds {CASES} cases"):
        filled(town, small)
    assert _count(house, CASE) == CASES

    entry = HistoryEntry.__table__
    with tampering(house.db) as session:
        row = session.execute(select(entry).where(entry.c.subject == "referral", entry.c.seq == 2).limit(1)).one()
        other = row.canonical.replace(b'"seq":2', b'"seq":3')
        mine = (entry.c.subject_id == row.subject_id, entry.c.seq == 2)
        session.execute(update(entry).where(*mine).values(canonical=other))
        session.execute(update(FACTS).where(FACTS.c.case_id == _a_case(session)).values(nationality="ID"))
    with reading(house.db) as session:
        assert verify_all(session).fault == f"referral {row.subject_id}: entry 2 does not continue the chain"
    with tampering(house.db) as session:
        session.execute(update(entry).where(*mine).values(canonical=row.canonical))
    assert [sorted(each.rebuilt) for each in rebuild_facts(house)] == [["column nationality"]]


def test_names_inbox_caseload_and_timeline_answer_to_those_who_may_sign_in(town: Town, small: Nursery) -> None:
    people = filled(town, small).people
    house = town.house
    by_id = {each.actor.id: each for each in people.everybody()}
    searched = set()
    for row, known in _people(house):
        name = f"{known['given_names']} {known['family_name']}"
        script = next((each for each, letters in SCRIPTS.items() if re.search(letters, name)), None)
        account = by_id.get(row.created_by)
        if script is None or script in searched or account is None:
            continue
        searched.add(script)
        with desk_of(house, _worker(account)) as desk:
            found = finding.by_name(desk, name, "Somebody of this name called.")
        assert row.reference in {each.reference for each in found}, f"{script}: {name}"
        with house.db.write() as session:
            # What stands in the index is what the program writes there itself.
            desk = house.system_desk(session, row.country)
            before = _digests(session, row.person_id)
            name_index.keep(desk, row.person_id, known)
            assert _digests(session, row.person_id) == before != []
    assert searched == set(SCRIPTS)

    focal = _signed_in(town, people.posts["mm-dor", "national_focal_point"][0].login)
    inbox = town.client.get(f"{API}/referrals?box=inbox", headers=focal).json()["items"]
    assert inbox and {each["from_country"] for each in inbox} == {"TH"}
    told = town.client.get(f"{API}/referrals/{inbox[0]['id']}/timeline", headers=focal).json()
    assert told["items"]
    worker = _signed_in(town, people.posts["th-shelter-tak", "social_worker"][0].login)
    mine = town.client.get(f"{API}/cases?mine=true", headers=worker).json()["items"]
    assert mine
    timeline = town.client.get(f"{API}/cases/{mine[0]['id']}/timeline", headers=worker)
    assert timeline.status_code == 200 and timeline.json()["items"]
    tasks = town.client.get(f"{API}/tasks", headers=worker)
    assert tasks.status_code == 200 and tasks.json()["items"]


def test_referrals_stand_in_every_state_and_both_copies_agree(small: Nursery) -> None:
    stated: dict[str, set[str]] = {}
    for pattern in small.patterns:
        copies = pattern.rows.get("referral", [])
        assert len({row["state"] for row in copies}) <= 1, pattern.name
        stated.setdefault(pattern.name.split(" ")[0], set()).update(row["state"] for row in copies)
    assert stated["TH-MM"] == {state.value for state in Referral}


@pytest.mark.parametrize(("said", "fault"), [("ab" * 32, "digest abababab"), (b"sealed", "task.sources")])
def test_nothing_is_copied_of_which_nobody_said_how(small: Nursery, said: Any, fault: str) -> None:
    house = small.house
    signers = {country: house.signing.signer(country) for country in SHELTERS}
    target = Target(small.people, house.keys, signers, References(1), Names({}), small.trained)
    pattern = next(each for each in small.patterns if "task" in each.rows)
    Maker(small, pattern, target).make()
    tasks = [{**row, "sources": said} for row in pattern.rows["task"]]
    with pytest.raises(NoRule, match=fault):
        Maker(small, replace(pattern, rows={**pattern.rows, "task": tasks}), target).make()


@pytest.mark.parametrize("cases", [1, 2, 7, 999, 1_000_000])
def test_a_world_has_as_many_cases_as_were_asked_for(small: Nursery, cases: int) -> None:
    found = shares(small.patterns, cases)
    assert sum(count * each.cases for count, each in zip(found, small.patterns, strict=True)) == cases
    assert min(found) >= 0 and (cases < 1_000_000 or min(found) > 0)


def test_no_two_references_are_alike() -> None:
    references = References(3)
    assert len({references.next("TH", 2017) for _ in range(20_000)}) == 20_000


def test_what_is_cut_off_leaves_an_empty_store(town: Town, small: Nursery) -> None:
    def cut_off(done: int, _of: int, _began: float) -> None:
        assert done
        raise KeyboardInterrupt

    accounts = _count(town.house, User.__table__)
    with pytest.raises(KeyboardInterrupt):
        filled(town, small, progress=cut_off)
    assert _count(town.house, CASE) == 0 and _count(town.house, User.__table__) == accounts
    assert _unforced(town.house) == []


def test_the_same_seed_makes_the_same_world(small: Nursery, clock: SettableClock, tmp_path: Path) -> None:
    worlds = []
    for number, seed in enumerate((5, 5, 6)):
        with _empty(tmp_path / str(number), clock) as opened:
            filled(opened, small, seed=seed)
            with reading(opened.house.db) as session:
                rows = session.execute(select(CASE.c.id, CASE.c.reference, CASE.c.opened_at).order_by(CASE.c.id)).all()
                copies = session.execute(select(REFERRAL.c.id, REFERRAL.c.facts).order_by(REFERRAL.c.id)).all()
            worlds.append((rows, copies, sorted(str(known) for _, known in _people(opened.house))))
    assert worlds[0] == worlds[1] != worlds[2]


def test_the_command_fills_proves_and_refuses_a_second_time(tmp_path: Path) -> None:
    asked = ("--cases", "12", "--engine", "sqlite", "--keep", str(tmp_path / "kept"), "--until", "2026-11-20")
    first = _command(*asked)
    assert first.returncode == 0, first.stderr
    assert "12 cases in " in first.stdout and "MB of memory" in first.stdout and "0 differ" in first.stdout
    assert "[##############################] 12 of 12 cases, 0 s left" in first.stderr
    kept = json.loads((tmp_path / "kept" / "world.json").read_text())
    logins = {each["login"] for each in kept["accounts"]}
    assert {"th-shelter-tak.social_worker1", "mm-dor.national_focal_point1"} <= logins
    second = _command(*asked)
    assert second.returncode == 2 and second.stdout == ""
    assert second.stderr.strip() == "the store holds 12 cases; a world needs an empty one, and nothing was changed"


def _command(*arguments: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.world", *arguments], cwd=ROOT, env=clean, capture_output=True, text=True,
        timeout=300, check=False,
    )  # fmt: skip


def _count(house: House, table: Any) -> int:
    with reading(house.db) as session:
        return int(session.execute(select(func.count()).select_from(table)).scalar_one())


def _a_case(session: Any) -> str:
    return str(session.execute(select(CASE.c.id).order_by(CASE.c.id).limit(1)).scalar_one())


def _unforced(house: House) -> list[str]:
    """The tables of PostgreSQL whose owner passes row security."""
    if house.db.dialect == "sqlite":
        return []
    query = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relrowsecurity AND NOT relforcerowsecurity"
    with reading(house.db) as session:
        return list(session.execute(text(query)).scalars())


def _people(house: House) -> list[tuple[Any, dict[str, Any]]]:
    """Every case with what is known of its person."""
    who: Any = PersonIdentity.__table__
    query = (
        select(CASE.c.reference, CASE.c.country, CASE.c.created_by, CASE.c.person_id, KEY.c.wrapped, who.c.sealed)
        .join(PERSON, PERSON.c.id == CASE.c.person_id)
        .join(KEY, KEY.c.id == PERSON.c.key_id)
        .join(who, who.c.person_id == PERSON.c.id)
        .order_by(CASE.c.id)
    )
    with reading(house.db) as session:
        rows = session.execute(query).all()
    opened = [
        json.loads(house.keys.open(house.keys.unwrap(row.wrapped), row.sealed, identity._place(row.person_id)))
        for row in rows
    ]
    return list(zip(rows, opened, strict=True))


def _digests(session: Any, person_id: str) -> list[str]:
    table: Any = NameKey.__table__
    query = select(table.c.digest).where(table.c.person_id == person_id).order_by(table.c.digest)
    return list(session.execute(query).scalars())


def _worker(account: Any) -> Worker:
    actor = account.actor
    return Worker(
        actor.id, account.login, actor.office, account.office_id, actor.organisation, actor.country, actor.roles
    )


def _signed_in(town: Town, login: str) -> dict[str, str]:
    """The headers of somebody who has just signed in with the password of the world."""
    answer = town.client.post(f"{API}/auth/token", data={"username": login, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def _empty(folder: Path, clock: SettableClock) -> Any:
    """A town over an empty SQLite store in a folder of its own."""
    folder.mkdir()
    url = f"sqlite:///{folder / 'world.db'}"
    migrate.upgrade(url)
    return open_town(Settings(environment="demo", var=folder / "var", database_url=url), clock)
