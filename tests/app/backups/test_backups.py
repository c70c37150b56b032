"""Backups of both engines: made while people work, proven, brought back, and killed at every point."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update
from typer.testing import CliRunner

from app import cli
from app.access.desk import House
from app.backups import making, on_postgresql, on_sqlite, restoring
from app.backups.contents import DATA_KEY
from app.backups.making import Store
from app.backups.on_postgresql import ProgramMissing
from app.casework import epochs
from app.casework.checkpoints import CHECKPOINT, EVERY, latest_compact
from app.casework.held import CASE
from app.kit import bundle, migrate
from app.kit.bundle import DATA, KEYS, BackupRefused, BundleBroken, kept
from app.kit.clock import Clock, SettableClock
from app.kit.crypto import KeyMissing, KeyRing
from app.kit.db import Database
from app.kit.places import Folder, Witness
from app.kit.signing import SigningKeys, own_signer
from app.oversight.restored import Lost
from app.oversight.sealing import round_of
from app.oversight.verify import verify_all
from app.oversight.witnessed import check_witnessed, has_witness
from app.settings import Settings
from tests.conftest import Makers
from tests.factories import cases
from tests.factories.houses import make_house, put_offices
from tests.factories.staff import hire_staff
from tests.inspect import reading, tampering
from tests.postgres import OWNER, SERVING

# One of the person whose case it is, and one of the country for the index of names.
KEYS_HELD = 2


@dataclass
class Home:
    """An installation with a case in it, and a folder for its backups."""

    settings: Settings
    house: House
    target: Path

    @property
    def store(self) -> Store:
        return Store(self.house.db, self.house.keys, self.house.signing, self.house.clock)

    def backup(self, **more: Any) -> tuple[Path, Path]:
        """The files of data and of keys."""
        data, keys = sorted(making.make(self.store, self.settings, self.target, **more).files)
        return data, keys


@pytest.fixture
def home(settings: Settings, database: Database, clock: SettableClock, tmp_path: Path) -> Home:
    keys = KeyRing.from_file(settings.kek_file, create=True)
    signing = SigningKeys.from_folder(settings.signing_folder, create=True)
    signing.signer("TH")
    house = make_house(database, clock, keys, signing)
    put_offices(house)
    cases.bring_case(house, hire_staff(house), "screening")
    target = tmp_path / "backups"
    target.mkdir(mode=0o700)
    return Home(settings, house, target)


@pytest.fixture
def empty(home: Home, databases: Makers, tmp_path: Path) -> Iterator[Settings]:
    """Another installation with the same keys and an empty store."""
    with databases.url(migrated=False) as url:
        yield Settings(
            environment="demo", var=tmp_path / "other",
            owner_database_url=url, database_url=url.replace(OWNER, SERVING),
            kek_file=home.settings.kek_file, signing_folder=home.settings.signing_folder,
            token_key_file=home.settings.token_key_file,
        )  # fmt: skip


def bring_back(home: Home, to: Settings, data: Path, keys: Path, ring: KeyRing | None = None) -> restoring.Restored:
    return restoring.restore(to, ring or home.house.keys, home.house.signing, Clock(), data, keys)


def picture(database: Database, *, without: tuple[str, ...] = ("epoch", "access_entry")) -> dict[str, list[str]]:
    """Every row of every table but those a restore adds to."""
    from app.models.base import Base

    with reading(database) as session:
        return {
            table.name: sorted(repr(tuple(row)) for row in session.execute(select(table)))
            for table in Base.metadata.sorted_tables
            if table.name not in without
        }


def opened(to: Settings) -> Database:
    return Database(to.database_url)


def test_what_comes_back_is_what_was_and_a_new_epoch_begins(home: Home, empty: Settings) -> None:
    data, keys = home.backup()
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in (data, keys))
    assert restoring.prove(data, home.house.keys, home.house.signing, empty.var).rows > 50
    assert restoring.prove(keys, home.house.keys, home.house.signing, empty.var).rows == KEYS_HELD
    done = bring_back(home, empty, data, keys)
    assert done.epoch == 2 and "1 chains" in done.chains
    back = opened(empty)
    assert picture(back) == picture(home.house.db)
    with reading(back) as session:
        assert verify_all(session).sound
        looks = session.execute(text("SELECT detail FROM access_entry WHERE action = 'backup_restored'")).all()
        assert len(looks) == len(home.house.signing.countries) and json.loads(looks[0].detail)["epoch"] == 2
        if back.dialect == "postgresql":
            unheld = "SELECT count(*) FROM pg_class WHERE relrowsecurity AND NOT relforcerowsecurity"
            assert session.execute(text(unheld)).scalar_one() == 0, "row security holds the owner again"
    # A backup of what was restored carries its epochs on, and a second restore is refused.
    with pytest.raises(BackupRefused, match="not empty"):
        bring_back(home, empty, data, keys)
    with tampering(back) as session:
        session.execute(text("UPDATE epoch SET backup_at = began_at"))
    with reading(back) as session:
        assert "epoch 2" in (verify_all(session).fault or "")
    back.dispose()


def test_a_restored_store_goes_on_counting_epochs(home: Home, empty: Settings, databases: Makers) -> None:
    first = bring_back(home, empty, *home.backup())
    back = opened(empty)
    again = home.target.parent / "again"
    again.mkdir()
    made = making.make(Store(back, home.house.keys, home.house.signing, Clock()), empty, again)
    back.dispose()
    with databases.url(migrated=False) as url:
        third = empty.model_copy(
            update={"owner_database_url": url, "database_url": url.replace(OWNER, SERVING)}
        )
        data, keys = sorted(made.files)
        second = bring_back(home, third, data, keys)
        there = opened(third)
        with reading(there) as session:
            assert [row.number for row in epochs.kept(session)] == [2, 3]
            assert epochs.fault(session) is None
        there.dispose()
    assert (first.epoch, second.epoch) == (2, 3)


def test_what_a_restore_took_away_is_told_and_only_a_known_restore_explains_it(
    home: Home, empty: Settings, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    clock = home.house.clock
    assert isinstance(clock, SettableClock)
    witness = Witness(own_signer(tmp_path / "checkpoint.pem", create=True), (Folder(elsewhere),))
    trusted, staff = {witness.signer.public: None}, hire_staff(home.house)
    house = replace(home.house, witness=witness)

    def sealed(at: House) -> None:
        clock.set(clock.now() + EVERY)
        cases.bring_case(at, staff, "screening")
        assert round_of(at) == 1

    sealed(house)
    clock.set(clock.now() + timedelta(minutes=5))
    data, keys = home.backup()
    sealed(house)
    sealed(house)
    with reading(house.db) as session:
        partner = latest_compact(session)
    assert partner is not None
    clock.set(clock.now() + timedelta(hours=1))
    restoring.restore(empty, home.house.keys, home.house.signing, clock, data, keys)
    back = replace(house, db=opened(empty))
    for _ in range(3):
        sealed(back)
    # The numbers come again, and nothing that was kept elsewhere is written over.
    assert len(list(elsewhere.iterdir())) == 3 + 3 and len(list(elsewhere.glob("*-0000000002*"))) == 2
    with reading(back.db) as session:
        unknown = check_witnessed(session, trusted, witness.places).fault or ""
        assert "checkpoint 2 is in the folder" in unknown and "epoch 2 began at" in unknown, unknown
        assert unknown.endswith("--restored 2")
        known = check_witnessed(session, trusted, witness.places, restored=2)
        assert known.fault is None and known.checkpoints == 4
        assert len(known.notes) == 1 and known.notes[0].startswith("checkpoints 2 to 3 are not here: epoch 2 began")
        assert "--restored 2" in (has_witness(session, partner.encode(), Lost(session, trusted, 1)) or "")
        lost = Lost(session, trusted, 2)
        assert has_witness(session, partner.encode(), lost) is None
        assert list(lost.sentences())[0].startswith("checkpoint 3 is not here: epoch 2")
        # What nobody signed, and what is older than the backup, no restore explains.
        forged = json.dumps({**json.loads(partner), "signature": "00" * 64}).encode()
        assert "were taken away" in (has_witness(session, forged, lost) or "")
        assert "were taken away" in (has_witness(session, partner.encode(), Lost(session, {bytes(32): None}, 2)) or "")
    with tampering(back.db) as session:
        session.execute(delete(CHECKPOINT).where(CHECKPOINT.c.number == 4))
    with reading(back.db) as session:
        fault = check_witnessed(session, trusted, witness.places, restored=2).fault or ""
        assert "checkpoint 4 is in the folder" in fault and fault.endswith("newer ones were taken away")
    back.db.dispose()


def test_neither_file_gives_a_key_away(home: Home) -> None:
    with reading(home.house.db) as session:
        every = session.execute(select(DATA_KEY.c.wrapped)).scalars().all()
        references = [each.encode() for each in session.execute(select(CASE.c.reference)).scalars()]
    assert len(every) == KEYS_HELD and references
    data, keys = home.backup()
    content: list[bytes] = []
    bundle.read(data, home.house.keys, home.house.signing, content.append)
    inside = b"".join(content)
    forms = [form for each in every for form in (each, each.hex().encode(), base64.b64encode(each))]
    assert not any(form in inside for form in forms), "the data hold no key of a person, not in a free page either"
    # Neither a reference nor a name of a table is readable without the key. Whole references only: what is encrypted
    # holds any three letters by chance now and then.
    for file in (data, keys):
        sealed = file.read_bytes()
        assert not any(each in sealed for each in (*references, b"case_file"))


def test_whoever_was_erased_stays_unreadable_in_an_old_backup(home: Home, empty: Settings) -> None:
    old, _ = home.backup()
    with tampering(home.house.db) as session:
        session.execute(update(DATA_KEY).values(wrapped=b""))
    home.house.clock.advance(timedelta(hours=1))  # type: ignore[attr-defined]
    making.make(home.store, home.settings, home.target, parts=(KEYS,))
    done = bring_back(home, empty, old, restoring.keys_beside(old))
    assert done.destroyed == KEYS_HELD
    back = opened(empty)
    with reading(back) as session:
        assert set(session.execute(select(DATA_KEY.c.wrapped)).scalars()) == {b""}
    back.dispose()


def test_keys_older_than_the_data_are_named(home: Home, empty: Settings) -> None:
    _, keys = home.backup()
    old = keys.rename(home.target / keys.name.replace("-keys", "-old-keys"))
    cases.bring_case(home.house, hire_staff(home.house, "MM"), "screening")
    home.house.clock.advance(timedelta(hours=1))  # type: ignore[attr-defined]
    data, _ = home.backup()
    with pytest.raises(BundleBroken, match=f"lacks {KEYS_HELD} of the data keys"):
        bring_back(home, empty, data, old)
    with pytest.raises(BundleBroken, match="holds keys, not data"):
        bring_back(home, empty, old, old)


def spots(content: bytes) -> dict[str, int]:
    """One byte of each kind of byte a backup has."""
    first = len(bundle.MAGIC)
    header = int.from_bytes(content[first : first + 4], "big")
    parts = first + 4 + header
    part = int.from_bytes(content[parts : parts + 4], "big")
    return {
        "first line": 3, "length of the header": first + 3, "header": first + 10,
        "id in the header": content.index(b'"id":"') + 8, "wrapped key": content.index(b'"wrapped":"') + 30,
        "signer": content.index(b'"signed_by":"') + 14, "length of a part": parts + 1, "nonce of a part": parts + 8,
        "part": parts + part // 2, "end of a part": parts + 3 + part, "manifest": len(content) - 64 - 40,
        "signature": len(content) - 10,
    }  # fmt: skip


def test_every_kind_of_damage_is_named_and_nothing_is_written(home: Home, empty: Settings) -> None:
    data, keys = home.backup()
    whole = data.read_bytes()
    damaged = {
        name: whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for name, at in spots(whole).items()
    }
    damaged |= {"cut": whole[:-1], "cut in half": whole[: len(whole) // 2], "longer": whole + b"\0", "empty": b""}
    for name, content in damaged.items():
        data.write_bytes(content)
        with pytest.raises((BundleBroken, KeyMissing), match=data.name):
            restoring.prove(data, home.house.keys, home.house.signing, empty.var)
        with pytest.raises((BundleBroken, KeyMissing), match=data.name):
            bring_back(home, empty, data, keys)
        assert name
    data.write_bytes(whole)
    assert bring_back(home, empty, data, keys).epoch == 2, "the empty store was left empty by every refusal"


def test_a_lost_or_other_key_is_named(home: Home, empty: Settings, tmp_path: Path) -> None:
    data, keys = home.backup()
    other = KeyRing.from_file(tmp_path / "another", create=True)
    with pytest.raises(KeyMissing, match=r"version 1 of the key-encryption key does not open"):
        bring_back(home, empty, data, keys, other)
    newer = KeyRing({2: os.urandom(32)}, 2)
    with pytest.raises(KeyMissing, match="version 1 of the key-encryption key is missing"):
        bring_back(home, empty, data, keys, newer)
    stranger = SigningKeys.from_folder(tmp_path / "signers", create=True)
    stranger.signer("TH")
    with pytest.raises(BundleBroken, match="none of this installation's signing keys"):
        restoring.restore(empty, home.house.keys, stranger, Clock(), data, keys)


def test_what_is_too_old_goes_and_the_keys_go_sooner(home: Home) -> None:
    home.backup()
    home.house.clock.advance(timedelta(days=10))  # type: ignore[attr-defined]
    made = making.make(home.store, home.settings, home.target)
    assert [file.name[-12:] for file in made.gone] == ["-keys.backup"]
    assert len(kept(home.target, DATA)) == 2 and len(kept(home.target, KEYS)) == 1
    with pytest.raises(BackupRefused, match="of this second"):
        making.make(home.store, home.settings, home.target)
    assert sorted(file.suffix for file in home.target.iterdir()) == [".backup"] * 3, "no draft is left"


def test_a_missing_program_says_what_to_install(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    if home.house.db.dialect == "sqlite":
        return
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ProgramMissing, match="apt-get install postgresql-client"):
        home.backup()
    assert not kept(home.target, DATA)


def test_a_store_that_is_damaged_is_not_backed_up(home: Home) -> None:
    if home.house.db.dialect == "postgresql":
        return
    file = Path(home.house.db.engine.url.database or "")
    home.house.db.dispose()
    with contextlib.closing(sqlite3.connect(file)) as quiet:
        quiet.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(file.read_bytes())
    for at in range(len(content) // 2, len(content) // 2 + 20_000):
        content[at] ^= 0xFF
    file.write_bytes(content)
    with pytest.raises(BundleBroken, match="the store holds a damaged database"):
        home.backup()


def killed(act: Callable[[], object], owner: Any, name: str, *, after: bool = True, call: int = 1) -> None:
    """Do ``act`` in a process of its own that is killed by signal 9 around its ``call``-th use of ``owner.name``."""
    child = os.fork()
    if child == 0:
        real, left = getattr(owner, name), [call]

        def dying(*arguments: Any, **more: Any) -> Any:
            left[0] -= 1
            if left[0] == 0 and not after:
                os.kill(os.getpid(), signal.SIGKILL)
            answer = real(*arguments, **more)
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return answer

        try:
            setattr(owner, name, dying)
            act()
        finally:
            os._exit(7)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, (name, status)


def test_a_backup_that_is_killed_leaves_nothing_that_counts(home: Home) -> None:
    def back_up() -> None:
        # The connections of the parent are not the child's.
        own = Store(Database(home.settings.database_url), home.house.keys, home.house.signing, home.house.clock)
        making.make(own, home.settings, home.target)

    home.house.db.dispose()
    for call, keys_there in ((1, 0), (2, 1)):
        killed(back_up, bundle.Writer, "finish", call=call)
        assert len(kept(home.target, DATA)) == 0, "no backup of data is there before it is whole"
        assert len(kept(home.target, KEYS)) == keys_there
        assert any(file.name.startswith(".waymark-draft-") for file in home.target.iterdir())
        home.house.clock.advance(timedelta(hours=1))  # type: ignore[attr-defined]
    data, _ = sorted(making.make(home.store, home.settings, home.target).files)
    assert not any(file.name.startswith(".") for file in home.target.iterdir())
    assert restoring.prove(data, home.house.keys, home.house.signing, home.settings.var).rows > 50


DEATHS = {
    "sqlite": ((on_sqlite, "fill_keys", True), (on_sqlite, "place", False), (epochs, "begin", True)),
    "postgresql": (
        (on_postgresql, "mark", True), (on_postgresql.Restoring, "finish", True), (epochs, "begin", True),
        (on_postgresql, "unmark", True),
    ),
}  # fmt: skip


def test_a_restore_that_is_killed_is_run_again(home: Home, empty: Settings, engine_kind: str) -> None:
    data, keys = home.backup()
    wanted = picture(home.house.db)
    home.house.db.dispose()
    for owner, name, after in DEATHS[engine_kind]:
        killed(lambda: bring_back(home, empty, data, keys), owner, name, after=after)
        at = migrate.current(empty.database_url)
        # No program serves such tables: there are none, or they carry a revision that is no program's.
        assert at is None or migrate.unfinished(at) == migrate.head() or name == "mark", (name, at)
    assert bring_back(home, empty, data, keys).epoch == 2
    back = opened(empty)
    assert picture(back) == wanted
    with reading(back) as session:
        assert [row.number for row in epochs.kept(session)] == [2]
    back.dispose()
    folder = on_sqlite.file_of(empty.database_url).parent if engine_kind == "sqlite" else None
    assert folder is None or not list(folder.glob("*.restoring*")), "no draft is left"


def test_the_commands_tell_what_they_did(home: Home, empty: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(settings: Settings, *arguments: str) -> Any:
        places = {
            "ENVIRONMENT": "demo", "VAR": settings.var, "DATABASE_URL": settings.database_url,
            "OWNER_DATABASE_URL": settings.owner_database_url, "KEK_FILE": settings.kek_file,
            "SIGNING_FOLDER": settings.signing_folder, "TOKEN_KEY_FILE": settings.token_key_file,
        }  # fmt: skip
        for name, value in places.items():
            monkeypatch.setenv(f"WAYMARK_{name}", str(value))
        return CliRunner().invoke(cli.app, list(arguments))

    monkeypatch.delenv("DATABASE_URL", raising=False)
    made = run(home.settings, "backup", "--to", str(home.target))
    assert made.exit_code == 0 and made.output.count("made ") == 2 and f"{KEYS_HELD} data keys backed up" in made.output
    data = kept(home.target, DATA).newest
    assert data is not None
    assert "sound" in run(home.settings, "backup", "verify", str(data)).output
    back = run(empty, "restore", str(data))
    assert back.exit_code == 0 and "Epoch 2 has begun" in back.output, back.output
    assert run(empty, "audit", "verify").output.startswith("1 chains")
    refused = run(empty, "restore", str(data))
    assert refused.exit_code == 1 and "not empty" in refused.output
    data.write_bytes(data.read_bytes()[:-1])
    spoilt = run(home.settings, "backup", "verify", str(data))
    assert spoilt.exit_code == 1 and "ends too early, in its signature" in spoilt.output
