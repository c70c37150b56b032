"""Installations in which one thing is broken: each really is, and says what the doctor has to name."""

from __future__ import annotations

import base64
import json
import os
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import psycopg
import pytest
from sqlalchemy import select

import policies.load
from app.doctor import commands, database
from app.keys import rewrapping
from app.kit import migrate
from app.kit.bundle import DATA, KEYS, kept, name_of
from app.kit.clock import SettableClock
from app.kit.db import Database
from app.kit.partners import Partners
from app.kit.signing import SigningKeys
from app.models.base import new_id
from app.models.office import Office
from app.models.outbox import OutboxRow
from app.models.task import Task
from tests.gates.ward import PASSWORD, Installation, answering, mounted
from tests.inspect import reading
from tests.postgres import OWNER, SERVING, binaries

Patch = pytest.MonkeyPatch
Spoil = Callable[[Installation, Patch], None]
BOTH: Final = ("sqlite", "postgresql")
SQLITE: Final = ("sqlite",)
POSTGRESQL: Final = ("postgresql",)


@dataclass(frozen=True)
class Ailment:
    """One broken installation. ``named``: what the doctor names, each with what it is about, and nothing else.

    ``mend``: words of the mend; ``check``: the check that finds it, which the mutant lacks; ``code``: the exit code.
    """

    spoil: Spoil
    named: frozenset[tuple[str, str]]
    mend: str
    check: str
    engines: tuple[str, ...] = BOTH
    code: int = 2


def one(
    name: str, about: str, mend: str, check: str, spoil: Spoil, engines: tuple[str, ...] = BOTH, code: int = 2
) -> Ailment:
    return Ailment(spoil, frozenset({(name, about)}), mend, check, engines, code)


def variables(**values: str) -> Spoil:
    """Other variables: WAYMARK_ and the name in capitals."""

    def spoil(_it: Installation, patch: Patch) -> None:
        for name, value in values.items():
            patch.setenv(f"WAYMARK_{name.upper()}", value)

    return spoil


def statements(*sql: str, sqlite: tuple[str, ...] = ()) -> Spoil:
    """Statements past the program; others for SQLite where it has other words."""

    def spoil(it: Installation, _patch: Patch) -> None:
        it.sql(*(sqlite if sqlite and it.engine == "sqlite" else sql))

    return spoil


def files(act: Callable[[Installation], object]) -> Spoil:
    return lambda it, _patch: act(it) and None


# ---------------------------------------------------------------------------------------------- keys


def another_kek(it: Installation, _patch: Patch) -> None:
    fresh = base64.b64encode(secrets.token_bytes(32)).decode()
    (it.key_folder / "kek").write_text(f"1 {fresh}\n", encoding="ascii")


def kek_taken_away_too_early(it: Installation, _patch: Patch) -> None:
    """Exchanged as it should be, and the old one removed by hand although backups need it."""
    place = it.settings.kek
    place.add_version()
    owner = Database(it.owner_url)
    assert not rewrapping.rewrap(owner, place.ring()).unreadable
    owner.dispose()
    file = it.key_folder / "kek"
    file.write_text(f"{file.read_text().splitlines()[-1]}\n", encoding="ascii")


def no_such_module(it: Installation, patch: Patch) -> None:
    file = it.key_folder / "module.toml"
    file.write_text('token = "x"\n', encoding="ascii")
    file.chmod(0o600)
    variables(key_service="nowhere", key_service_file=str(file))(it, patch)


def myanmar_lost_its_key(it: Installation, _patch: Patch) -> None:
    for file in (it.key_folder / "signing").glob("MM.*"):
        file.unlink()


# ------------------------------------------------------------------------------------------ database


def moved_away(it: Installation, patch: Patch) -> None:
    if it.engine == "sqlite":
        (it.var / "waymark.db").rename(it.var / "elsewhere.db")
        return
    nowhere = it.folder / "no-server"
    nowhere.mkdir(exist_ok=True)
    patch.setenv("DATABASE_URL", f"postgresql://{SERVING}:{PASSWORD}@/waymark?host={nowhere}")


def wrong_password(it: Installation, patch: Patch) -> None:
    assert it.cluster is not None
    rules = it.cluster.folder / "data" / "pg_hba.conf"
    before = rules.read_text()
    it.cluster.command("DROP ROLE IF EXISTS waymark_locked")
    it.cluster.command("CREATE ROLE waymark_locked LOGIN PASSWORD 'seven-herons-at-dusk'")
    rules.write_text(f"local all waymark_locked scram-sha-256\n{before}")
    it.cluster.command("SELECT pg_reload_conf()")
    it.undo.append(lambda: (rules.write_text(before), it.cluster and it.cluster.command("SELECT pg_reload_conf()")))
    patch.setenv("DATABASE_URL", f"postgresql://waymark_locked:{PASSWORD}@/{it.database}?host={it.cluster.folder}")


def served_by(role: str, *more: str) -> Spoil:
    def spoil(it: Installation, patch: Patch) -> None:
        assert it.cluster is not None
        for each in more:
            it.cluster.command(each)
        patch.setenv("DATABASE_URL", f"postgresql://{role}:{PASSWORD}@/{it.database}?host={it.cluster.folder}")

    return spoil


def of_its_own(words: str) -> Spoil:
    """Something about the one database, where {} stands for its name."""
    return lambda it, _patch: it.sql(words.format(f'"{it.database}"'))


def emptied(it: Installation, patch: Patch) -> None:
    if it.cluster is None:
        (it.var / "waymark.db").unlink()
        (it.var / "waymark.db").touch(mode=0o600)
        return
    empty = it.cluster.clone("template1")
    it.undo.append(lambda: it.cluster and it.cluster.drop(empty))
    patch.setenv("DATABASE_URL", it.cluster.url(empty).replace(f"{SERVING}@", f"{SERVING}:{PASSWORD}@"))


def older_tables(it: Installation, _patch: Patch) -> None:
    migrate.downgrade(it.owner_url, "-1")


def no_wal(it: Installation, _patch: Patch) -> None:
    it.sql("PRAGMA journal_mode = DELETE")


def damaged(it: Installation, _patch: Patch) -> None:
    file = it.var / "waymark.db"
    content = file.read_bytes()
    file.write_bytes(b"\x00" * 4096 + content[4096:])


def somebody_forgot_a_transaction(it: Installation, patch: Patch) -> None:
    """Opened a moment ago: what counts as long is shortened, since nobody can open one an hour ago."""
    patch.setattr(database, "OLD", timedelta(0))
    line = psycopg.connect(f"host={it.cluster and it.cluster.folder} user={SERVING} dbname={it.database}")
    line.execute("SELECT 1")
    it.undo.append(line.close)


# -------------------------------------------------------------------------------------- clocks, disks


def server_ahead(it: Installation, _patch: Patch) -> None:
    """A server whose clock is seven minutes ahead: its function of the time stands behind one that says so."""
    it.sql(
        "CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS"
        " $$SELECT pg_catalog.clock_timestamp() + interval '7 minutes'$$",
        f'ALTER ROLE {SERVING} IN DATABASE "{it.database}" SET search_path = public, pg_catalog',
    )


def set_back(it: Installation, patch: Patch) -> None:
    back = SettableClock(datetime.now(UTC) - timedelta(hours=3))
    patch.setattr(commands, "Clock", lambda: back)


def disk_of_var_fills(it: Installation, _patch: Patch) -> None:
    mounted(it, it.var, 60)
    with (it.var / "tmp-of-somebody").open("wb") as file:
        file.write(bytes(40_000_000))


def backups_beside_the_data(it: Installation, patch: Patch) -> None:
    beside = it.folder / "backups-here"
    shutil.copytree(it.backups, beside)
    it.undo.append(lambda: shutil.rmtree(beside))
    patch.setenv("WAYMARK_BACKUP_TARGET", str(beside))


def backup_of_four_days_ago(it: Installation, _patch: Patch) -> None:
    ((_, newest),) = kept(it.backups, DATA)
    newest.rename(it.backups / name_of(datetime.now(UTC) - timedelta(days=4), DATA))


def without_keys_backup(it: Installation, _patch: Patch) -> None:
    for _, file in kept(it.backups, KEYS):
        file.unlink()


# ---------------------------------------------------------------------------------- programs, policies


def programs(**sayings: str | None) -> Spoil:
    """A PATH with the programs of PostgreSQL alone; of one nothing (None), or another that says what it is."""

    def spoil(it: Installation, patch: Patch) -> None:
        folder = it.folder / "programs"
        folder.mkdir()
        it.undo.append(lambda: shutil.rmtree(folder))
        for name in ("pg_dump", "pg_restore"):
            place = folder / name
            if name not in sayings:
                place.symlink_to(binaries() / name)
            elif (said := sayings[name]) is not None:
                place.write_text(f"#!/bin/sh\necho '{said}'\n", encoding="ascii")
                place.chmod(0o755)
        patch.setenv("PATH", str(folder))

    return spoil


def policies_with_a_fault(it: Installation, patch: Patch) -> None:
    folder = it.folder / "policies"
    shutil.copytree(policies.load.HERE, folder, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    it.undo.append(lambda: shutil.rmtree(folder))
    folder.chmod(0o755)
    file = folder / "countries" / "th.yaml"
    file.write_text(file.read_text().replace("code: TH\n", "code: TH\nsurprise: 1\n", 1))
    patch.setenv("WAYMARK_POLICIES_FOLDER", str(folder))


# ------------------------------------------------------------------------------------------- the work


def effect(ago: timedelta, **values: Any) -> Spoil:
    def spoil(it: Installation, _patch: Patch) -> None:
        at = datetime.now(UTC) - ago
        row = {
            "id": new_id(), "country": "TH", "to_country": None, "line": f"x:{new_id()}", "seq": 1,
            "effect": "open_task", "payload": "{}", "created_at": at, "next_at": at, "attempts": 0,
            "last_error": None, "done_at": None,
        }  # fmt: skip
        it.put(OutboxRow, **{**row, **values})

    return spoil


def letter(error: str) -> Spoil:
    """One to Laos that has waited for an hour and is tried again later."""
    soon = datetime.now(UTC) + timedelta(days=1)
    return effect(
        timedelta(hours=1), to_country="LA", effect="deliver_receipt", next_at=soon, attempts=9, last_error=error
    )


def unrung_deadline(it: Installation, _patch: Patch) -> None:
    now, house = datetime.now(UTC), it.house()
    with reading(house.db) as session:
        office = session.execute(select(Office.id).where(Office.code == "th-datip")).scalar_one()
    house.db.dispose()
    it.put(
        Task, id=new_id(), country="TH", office_id=office, kind="decide", role="supervisor", clock="decision",
        basis="law", sources="", opened_at=now - timedelta(days=2), due_at=now - timedelta(hours=1), state="open",
        escalation=0,
    )  # fmt: skip


def checkpoint_gone(it: Installation, _patch: Patch) -> None:
    (newest,) = it.checkpoints.glob("checkpoint-*.json")
    newest.unlink()


def _ago(it: Installation, minutes: int) -> str:
    moment = datetime.now(UTC) - timedelta(minutes=minutes)
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f") if it.engine == "sqlite" else moment.isoformat()


def checkpoint_of(minutes: int, *more: str) -> Spoil:
    def spoil(it: Installation, _patch: Patch) -> None:
        changes = ", ".join([f"made_at = '{_ago(it, minutes)}'", *more])
        it.sql(*_without_triggers(it), f"UPDATE checkpoint SET {changes}")

    return spoil


def _without_triggers(it: Installation) -> list[str]:
    """Triggers that keep checkpoints as they are; on PostgreSQL they are not asked in this session."""
    if it.cluster is not None:
        return []
    import sqlite3

    with sqlite3.connect(it.var / "waymark.db") as opened:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'checkpoint'"
        names = [name for (name,) in opened.execute(query)]
    opened.close()
    return [f'DROP TRIGGER "{name}"' for name in names]


# ------------------------------------------------------------------------------------------- partners


def laos_at(address: str) -> Spoil:
    """The partner's card said another address, where something else is, or nothing."""

    def spoil(it: Installation, _patch: Patch) -> None:
        partners = Partners(it.var / "partners")
        known = partners.of("LA")
        assert known is not None
        partners.keep(replace(known, address=address))

    return spoil


def laos_is(status: int, ahead: timedelta = timedelta(0)) -> Spoil:
    def spoil(it: Installation, patch: Patch) -> None:
        door = answering(status, ahead)
        laos_at(door.__enter__())(it, patch)
        it.undo.append(lambda: door.__exit__(None, None, None))

    return spoil


def another_key_of_laos(it: Installation, _patch: Patch) -> None:
    """The book of the partner's keys holds another key than the one it signs with."""
    other = SigningKeys.from_folder(it.folder / "other-keys", create=True)
    it.undo.append(lambda: shutil.rmtree(it.folder / "other-keys"))
    partners = Partners(it.var / "partners")
    known = partners.of("LA")
    assert known is not None
    other.signer("LA")
    partners.keep(replace(known, signing=other.known("LA")))


def damaged_partner(it: Installation, _patch: Patch) -> None:
    file = it.var / "partners" / "LA.json"
    said = json.loads(file.read_text())
    file.write_text(json.dumps({**said, "exchange": []}))


AILMENTS: Final[dict[str, Ailment]] = {
    # Settings.
    "plain http": one("settings.unsafe", "WAYMARK_PUBLIC_URL", "use https://", "settings",
                      variables(public_url="http://waymark.example")),
    "a port that is none": one("settings.unreadable", "WAYMARK_PORT", "correct the variable", "variables",
                               variables(port="eighty")),
    "half a mail server": one("settings.unreadable", "WAYMARK_SMTP_HOST", "correct the variable", "variables",
                              variables(smtp_host="mail.example")),
    "no folder for backups": one("settings.unsafe", "WAYMARK_BACKUP_TARGET", "make it", "settings",
                                 files(lambda it: shutil.rmtree(it.backups) or True)),
    "backups cannot be written": one("settings.unsafe", "WAYMARK_BACKUP_TARGET", "give it to the account", "settings",
                                     lambda it, _: mounted(it, it.backups, 2000, "ro")),
    "no folder for checkpoints": one("settings.unsafe", "WAYMARK_CHECKPOINT_TARGET", "make it", "settings",
                                     files(lambda it: shutil.rmtree(it.checkpoints) or True)),
    "policies with a fault": one("policies.broken", "", "waymark policies check", "policies", policies_with_a_fault),
    # Keys.
    "no key-encryption key": one("keys.unsafe", "WAYMARK_KEK_FILE", "bring the file back from its own copy", "keys",
                                 files(lambda it: (it.key_folder / "kek").unlink())),
    "a key for everybody": one("keys.unsafe", "WAYMARK_TOKEN_KEY_FILE", "chmod it to 600", "keys",
                               files(lambda it: (it.key_folder / "token").chmod(0o644))),
    "another key-encryption key": one("keys.do_not_open", "", "bring the key-encryption key back", "stored keys",
                                      another_kek),
    "a key that backups need": one("backups.locked", "1", "bring that version back", "keys of backups",
                                   kek_taken_away_too_early),
    "a security module that is not there": one("keys.unsafe", "WAYMARK_KEY_SERVICE", "correct the variable", "keys",
                                               no_such_module),
    "a country without its key": one("keys.country", "MM", "waymark keys create --country MM", "signing keys",
                                     myanmar_lost_its_key),
    "no key to be written to": one("keys.exchange", "TH", "waymark keys create --country TH", "keys",
                                   files(lambda it: (it.key_folder / "signing" / "TH.exchange").unlink())),
    # The database.
    "no database file": one("database.missing", "", "waymark migrate", "database", moved_away, SQLITE),
    "no database server": one("database.away", "", "see that the server runs", "database", moved_away, POSTGRESQL),
    "a damaged file": one("database.away", "", "waymark restore", "database", damaged, SQLITE),
    "a wrong password": one("database.refuses", "", "see role, password and database", "database", wrong_password,
                            POSTGRESQL),
    "no such database": one("database.refuses", "", "see role, password and database", "database",
                            lambda it, patch: patch.setenv("DATABASE_URL", f"{os.environ['DATABASE_URL']}".replace(
                                f"/{it.database}?", "/nowhere?")), POSTGRESQL),
    "served by the owner": one("database.role", "", "postgres-roles.sql", "database role", served_by(OWNER),
                               POSTGRESQL),
    "a role past row security": one(
        "database.role", "", "postgres-roles.sql", "database role",
        served_by("waymark_past", "DROP ROLE IF EXISTS waymark_past",
                  f"CREATE ROLE waymark_past LOGIN BYPASSRLS IN ROLE {SERVING}"), POSTGRESQL,
    ),
    "row security switched off": one("database.role", "", "postgres-roles.sql", "database role",
                                     statements('ALTER TABLE case_file DISABLE ROW LEVEL SECURITY'), POSTGRESQL),
    "commits that do not wait": one(
        "database.durability", "synchronous_commit", "ALTER ROLE", "database durability",
        of_its_own(f"ALTER ROLE {SERVING} IN DATABASE {{}} SET synchronous_commit = off"), POSTGRESQL,
    ),
    "no write-ahead log": one("database.durability", "journal_mode", "SQLite can lock it", "database durability",
                              no_wal, SQLITE),
    "few connections": one("database.connections", "", "max_connections", "database server",
                           of_its_own("ALTER DATABASE {} CONNECTION LIMIT 6"), POSTGRESQL, 1),
    "a forgotten transaction": one("database.transactions", "", "pg_terminate_backend", "database server",
                                   somebody_forgot_a_transaction, POSTGRESQL, 1),
    # The tables.
    "no tables": one("tables.none", "", "waymark migrate", "tables", emptied),
    "tables not migrated": one("tables.behind", "", "waymark migrate", "tables", older_tables),
    "tables newer than the program": one("tables.ahead", "", "install the version", "tables",
                                         statements("UPDATE alembic_version SET version_num = '999'")),
    "tables at two revisions": one("tables.ahead", "", "install the version", "tables",
                                   statements("INSERT INTO alembic_version VALUES ('017')")),
    "a restore that was cut off": one(
        "tables.restoring", "", "run the same `waymark restore`", "tables",
        statements("UPDATE alembic_version SET version_num = 'restoring:041'"),
    ),
    "a table that is gone": one("tables.lacking", "", "waymark restore", "tables",
                                statements("DROP TABLE released_table CASCADE", sqlite=("DROP TABLE released_table",))),
    "no right to read": one("tables.rights", "", "WAYMARK_APP_ROLE", "tables",
                            statements(f"REVOKE SELECT ON task FROM {SERVING}"), POSTGRESQL),
    # Clocks and disks.
    "the server's clock": one("clock.database", "", "time service", "clock of the database", server_ahead, POSTGRESQL,
                              1),
    "this machine's clock": Ailment(
        set_back, frozenset({("clock.machine", ""), ("partners.clock", "LA")}), "set the clock right",
        "clock of this machine", SQLITE,
    ),
    "this machine's clock, beside a server": Ailment(
        set_back, frozenset({("clock.machine", ""), ("clock.database", ""), ("partners.clock", "LA")}),
        "set the clock right", "clock of this machine", POSTGRESQL,
    ),
    "a disk that is full": one("disk.full", "WAYMARK_VAR", "make room", "disks", disk_of_var_fills),
    "a disk that is nearly full": one("disk.low", "WAYMARK_BACKUP_TARGET", "make room", "disks",
                                      lambda it, _: mounted(it, it.backups, 300), BOTH, 1),
    "backups beside the data": one("disk.shared", "WAYMARK_BACKUP_TARGET", "another disk", "disks",
                                   backups_beside_the_data, BOTH, 1),
    # Backups and their programs.
    "an old backup": one("backups.late", "data", "waymark backup", "backups", backup_of_four_days_ago, BOTH, 1),
    "no backup of keys": one("backups.none", "keys", "waymark backup", "backups", without_keys_backup, BOTH, 1),
    "no pg_dump": one("programs.missing", "pg_dump", "postgresql-client", "programs of PostgreSQL",
                      programs(pg_dump=None), POSTGRESQL),
    "an old pg_restore": one("programs.old", "pg_restore", "or newer", "programs of PostgreSQL",
                             programs(pg_restore="pg_restore (PostgreSQL) 12.4"), POSTGRESQL),
    # What goes on by itself.
    "no worker": one("worker.rests", "", "waymark worker", "worker", effect(timedelta(minutes=20))),
    "deadlines that do not ring": one("worker.rests", "", "waymark worker", "worker", unrung_deadline),
    "an effect that fails": one(
        "worker.fails", "", "effect_postponed", "effects",
        effect(timedelta(hours=1), next_at=datetime.now(UTC) + timedelta(days=1), attempts=7, last_error="KeyError"),
        BOTH, 1,
    ),
    "an old checkpoint": one("checkpoints.late", "", "worker runs", "checkpoints", checkpoint_of(90), BOTH, 1),
    "a checkpoint that stays": Ailment(
        checkpoint_of(8, "left_at = NULL", "left_for = NULL"), frozenset({("checkpoints.stay", "*")}),
        "checkpoint_stays", "checkpoints", BOTH, 1,
    ),
    "a checkpoint that is gone": Ailment(
        checkpoint_gone, frozenset({("checkpoints.gone", "*")}), "waymark audit verify", "checkpoints"
    ),
    # Partners.
    "a partner that does not answer": one("partners.away", "LA", "ring LA", "partners' answers",
                                          laos_at("http://127.0.0.1:9"), BOTH, 1),
    "a partner whose program is down": one("partners.away", "LA", "ring LA", "partners' answers", laos_is(502), BOTH,
                                           1),
    "something else at a partner's address": one("partners.stranger", "LA", "a new card", "partners' answers",
                                                 laos_is(200), BOTH, 1),
    "a partner's clock": one("partners.clock", "LA", "time service", "partners' answers",
                             laos_is(405, timedelta(hours=2)), BOTH, 1),
    "another key of a partner": one("partners.key", "LA", "waymark partner card", "partners", another_key_of_laos),
    "a partner that cannot open": one("partners.key", "LA", "waymark partner card", "letters",
                                      letter("not_sealed_for_us")),
    "letters that wait": one("partners.late", "LA", "waymark exchange export", "letters", letter("quota_reached"),
                             BOTH, 1),
    "a partner's damaged file": one("partners.file", "LA", "waymark partner add", "partners", damaged_partner),
}  # fmt: skip
