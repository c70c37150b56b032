"""G27: production with any one unsafe setting does not start, and says which variable to mend; the safe one starts."""

from __future__ import annotations

import base64
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from pydantic import ValidationError

import app.main
import app.settings
from app.access import unsafe_start
from app.access.unsafe_start import UnsafeStart
from app.kit.vault import Vault
from app.serving.web import run
from app.settings import Settings, keys, unsafe
from app.settings import stores as settings_of_stores
from tests.postgres import OWNER, Cluster

FEWEST = 15
PASSWORD = "nine-lanterns-42"
REMOTE = "postgresql://waymark_app:{}@db.example/waymark"


@dataclass
class Installation:
    """A production installation that is safe, to be spoilt in one place."""

    folder: Path
    values: dict[str, Any] = field(default_factory=dict)

    def file(self, name: str) -> Path:
        """One of its files, such as keys/kek."""
        return self.folder / "var" / name

    def start(self) -> FastAPI:
        """Start the program as the server does."""
        return app.main.create_app(Settings(**self.values))


@pytest.fixture
def safe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """Everything production asks for, on SQLite."""
    for name in [name for name in os.environ if name.startswith("WAYMARK_") or name == "DATABASE_URL"]:
        monkeypatch.delenv(name)
    made = Settings(environment="demo", var=tmp_path / "var")
    Vault.open(made).signing.signer("TH")
    Vault.open(made).signing.signer("MM")
    for name in ("backup", "checkpoints"):
        (tmp_path / name).mkdir(mode=0o700)
    (tmp_path / "var" / "waymark.db").touch(mode=0o600)
    values = {
        "environment": "production", "var": tmp_path / "var", "allowed_hosts": ("waymark.example",),
        "public_url": "https://waymark.example", "backup_target": tmp_path / "backup",
        "checkpoint_target": tmp_path / "checkpoints",
    }  # fmt: skip
    return Installation(tmp_path, values)


def changed(**values: Any) -> Callable[[Installation, pytest.MonkeyPatch], None]:
    return lambda place, _patch: place.values.update(values)


def inside(**files: bytes | int) -> Callable[[Installation, pytest.MonkeyPatch], None]:
    """Other bytes in a file of var (keys__kek), or another mode for it."""

    def spoil(place: Installation, _patch: pytest.MonkeyPatch) -> None:
        for name, content in files.items():
            file = place.file(name.replace("__", "/").replace("_pem", ".pem").replace("_db", ".db"))
            if isinstance(content, int):
                file.chmod(content)
            else:
                file.write_bytes(content)

    return spoil


def key(raw: bytes) -> bytes:
    return b"1 " + base64.b64encode(raw) + b"\n"


def one_key_twice(place: Installation, _patch: pytest.MonkeyPatch) -> None:
    place.file("keys/token").write_bytes(place.file("keys/kek").read_bytes())


def one_signing_key_twice(place: Installation, _patch: pytest.MonkeyPatch) -> None:
    place.file("keys/signing/MM.pem").write_bytes(place.file("keys/signing/TH.pem").read_bytes())


def a_folder_inside_var(place: Installation, _patch: pytest.MonkeyPatch) -> None:
    place.file("backup").mkdir(mode=0o700)
    place.values["backup_target"] = place.file("backup")


def a_folder_for_everybody(place: Installation, _patch: pytest.MonkeyPatch) -> None:
    (place.folder / "checkpoints").chmod(0o755)


def a_rule_book_for_everybody(place: Installation, _patch: pytest.MonkeyPatch) -> None:
    folder = place.folder / "policies"
    folder.mkdir()
    folder.chmod(0o777)
    place.values["policies_folder"] = folder


def a_mail_password_for_everybody(place: Installation, _patch: pytest.MonkeyPatch) -> None:
    file = place.folder / "mail"
    file.write_text("nine-lanterns", encoding="utf-8")
    file.chmod(0o644)
    place.values |= {
        "smtp_host": "mail.example", "smtp_sender": "work@waymark.example", "smtp_user": "work",
        "smtp_password_file": file,
    }  # fmt: skip


def a_store_key_for_everybody(place: Installation, _patch: pytest.MonkeyPatch) -> None:
    file = place.folder / "store-key"
    file.write_text('access_key = "a"\nsecret_key = "nine-lanterns"\n', encoding="utf-8")
    file.chmod(0o644)
    place.values |= {"checkpoint_store": "https://store.example/bucket", "checkpoint_store_key_file": file}


def a_store_without_its_package(place: Installation, patch: pytest.MonkeyPatch) -> None:
    changed(**STORE)(place, patch)
    patch.setattr(settings_of_stores, "find_spec", lambda _name: None)


def an_old_starlette(_place: Installation, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(unsafe, "version", lambda _name: "1.2.9")


def telemetry(_place: Installation, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "https://collector.example")


STORE = {
    "checkpoint_store": "https://store.example/bucket", "checkpoint_store_access_key": "a",
    "checkpoint_store_secret_key": "nine-lanterns",
}  # fmt: skip
Spoil = Callable[[Installation, pytest.MonkeyPatch], None]
# What is unsafe -> the variable the refusal must name, and how the installation is spoilt.
UNSAFE: dict[str, tuple[str, Spoil]] = {
    "hosts empty": ("WAYMARK_ALLOWED_HOSTS", changed(allowed_hosts=())),
    "any host": ("WAYMARK_ALLOWED_HOSTS", changed(allowed_hosts=("*",))),
    "any host of a domain": ("WAYMARK_ALLOWED_HOSTS", changed(allowed_hosts=("waymark.example", "*.example"))),
    "no public address": ("WAYMARK_PUBLIC_URL", changed(public_url="")),
    "plain http": ("WAYMARK_PUBLIC_URL", changed(public_url="http://waymark.example")),
    "another host": ("WAYMARK_PUBLIC_URL", changed(public_url="https://elsewhere.example")),
    "a password in the address": ("WAYMARK_PUBLIC_URL", changed(public_url="https://a:b@waymark.example")),
    "open to the network": ("WAYMARK_TRUSTED_PROXIES", changed(host="0.0.0.0")),
    "open to the network, IPv6": ("WAYMARK_HOST", changed(host="::")),
    "every proxy": ("WAYMARK_TRUSTED_PROXIES", changed(host="0.0.0.0", trusted_proxies=("*",))),
    "every proxy by number": ("WAYMARK_TRUSTED_PROXIES", changed(trusted_proxies=("0.0.0.0/0",))),
    "a proxy by name": ("WAYMARK_TRUSTED_PROXIES", changed(trusted_proxies=("proxy.internal",))),
    "debug": ("WAYMARK_DEBUG", changed(debug=True)),
    "open description": ("WAYMARK_OPEN_DOCS", changed(open_docs=True)),
    "no keys": ("WAYMARK_KEK_FILE", changed(kek_file=Path("none"))),
    "no token keys": ("WAYMARK_TOKEN_KEY_FILE", changed(token_key_file=Path("none"))),
    "no signing keys": ("WAYMARK_SIGNING_FOLDER", changed(signing_folder=Path("none"))),
    "no checkpoint key": ("WAYMARK_CHECKPOINT_KEY_FILE", changed(checkpoint_key_file=Path("none"))),
    "checkpoint key for everybody": ("WAYMARK_CHECKPOINT_KEY_FILE", inside(keys__checkpoint_pem=0o604)),
    "checkpoint key that is none": ("WAYMARK_CHECKPOINT_KEY_FILE", inside(keys__checkpoint_pem=b"nothing")),
    "empty key file": ("WAYMARK_TOKEN_KEY_FILE", inside(keys__token=b"")),
    "short key": ("WAYMARK_TOKEN_KEY_FILE", inside(keys__token=b"1 c2hvcnQ=\n")),
    "key that is JSON": ("WAYMARK_KEK_FILE", inside(keys__kek=key(b'["aa","bb","cc","dd","ee","ff"] '))),
    "key somebody typed": ("WAYMARK_TOKEN_KEY_FILE", inside(keys__token=key(b"Correct-horse_battery+staple=12!"))),
    "key from an example": ("WAYMARK_KEK_FILE", inside(keys__kek=key(bytes(range(100, 132))))),
    "keys for everybody": ("WAYMARK_KEK_FILE", inside(keys__kek=0o644)),
    "signing key for everybody": ("WAYMARK_SIGNING_FOLDER", inside(keys__signing__TH_pem=0o604)),
    "one key for two purposes": ("WAYMARK_TOKEN_KEY_FILE", one_key_twice),
    "one key for two countries": ("WAYMARK_SIGNING_FOLDER", one_signing_key_twice),
    "a signing key that is none": ("WAYMARK_SIGNING_FOLDER", inside(keys__signing__TH_pem=b"no key")),
    "database for everybody": ("DATABASE_URL", inside(waymark_db=0o644)),
    "user as password": ("DATABASE_URL", changed(database_url=REMOTE.format("waymark_app") + "?sslmode=require")),
    "well-known password": ("DATABASE_URL", changed(database_url=REMOTE.format("postgres") + "?sslmode=require")),
    "short password": ("DATABASE_URL", changed(database_url=REMOTE.format("k2-Qz") + "?sslmode=require")),
    "database in clear": ("DATABASE_URL", changed(database_url=REMOTE.format(PASSWORD))),
    "no backups": ("WAYMARK_BACKUP_TARGET", changed(backup_target=None)),
    "no folder for backups": ("WAYMARK_BACKUP_TARGET", changed(backup_target=Path("none"))),
    "backups beside the data": ("WAYMARK_BACKUP_TARGET", a_folder_inside_var),
    "no checkpoints": ("WAYMARK_CHECKPOINT_TARGET", changed(checkpoint_target=None)),
    "checkpoints for everybody": ("WAYMARK_CHECKPOINT_TARGET", a_folder_for_everybody),
    "a store in clear": (
        "WAYMARK_CHECKPOINT_STORE", changed(**{**STORE, "checkpoint_store": "http://store.example/bucket"})
    ),
    "a key for the store that is not there": (
        "WAYMARK_CHECKPOINT_STORE_KEY_FILE",
        changed(checkpoint_store=STORE["checkpoint_store"], checkpoint_store_key_file=Path("none")),
    ),
    "a key for the store for everybody": ("WAYMARK_CHECKPOINT_STORE_KEY_FILE", a_store_key_for_everybody),
    "a store without its package": ("WAYMARK_CHECKPOINT_STORE", a_store_without_its_package),
    "rules for everybody": ("WAYMARK_POLICIES_FOLDER", a_rule_book_for_everybody),
    "mail in clear": (
        "WAYMARK_SMTP_SECURITY",
        changed(smtp_host="mail.example", smtp_sender="work@waymark.example", smtp_security="plain"),
    ),
    "mail password for everybody": ("WAYMARK_SMTP_PASSWORD_FILE", a_mail_password_for_everybody),
    "old starlette": ("starlette", an_old_starlette),
    "telemetry": ("OTEL_EXPORTER_OTLP_ENDPOINT", telemetry),
}


class Reached(Exception):
    """The start went past every check."""


@pytest.fixture
def no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop a start where the house would be opened: what is asked here is only whether it gets there."""

    def reached(*_: object) -> None:
        raise Reached

    monkeypatch.setattr(app.main, "open_house", reached)


def refusal_of(place: Installation) -> str | None:
    """What the refused start says, None if it started."""
    try:
        place.start()
    except (ValidationError, UnsafeStart) as refusal:
        return str(refusal)
    except Reached:
        return None
    return None


@pytest.mark.parametrize("name", UNSAFE)
@pytest.mark.usefixtures("no_further")
def test_an_unsafe_start_is_refused_and_names_its_variable(
    safe: Installation, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    assert refusal_of(safe) is None
    variable, spoil = UNSAFE[name]
    # The machine of a test has no such database, and what is asked is what its address says.
    monkeypatch.setattr(unsafe_start, "_role", lambda _url: [])
    spoil(safe, monkeypatch)
    said = refusal_of(safe)
    assert said is not None and "production does not start" in said and variable in said, said
    assert not any(secret in said for secret in (PASSWORD, "k2-Qz", "c2hvcnQ=", "nine-lanterns"))
    # The mutant: the same start with the checks taken out.
    for module in (unsafe, keys):
        monkeypatch.setattr(module, "found", lambda _settings: [])
    monkeypatch.setattr(unsafe, "hosts", lambda _settings: [])
    monkeypatch.setattr(keys, "places", lambda _settings: [])
    assert refusal_of(safe) is None
    print(f"GATE g27 started=0 limit=0 n={len(UNSAFE)} mutant=1 case={name!r}")


def test_the_table_is_long_enough() -> None:
    assert len(UNSAFE) >= FEWEST
    assert len({variable for variable, _ in UNSAFE.values()}) >= 12


def test_everything_unsafe_is_told_at_once(safe: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "https://collector.example")
    monkeypatch.setattr(unsafe, "version", lambda _name: "1.2.9")
    inside(keys__kek=key(bytes(range(100, 132))), keys__token=0o644)(safe, monkeypatch)
    changed(
        allowed_hosts=("*",), public_url="http://a:b@other.example", host="0.0.0.0", debug=True, open_docs=True,
        backup_target=None, checkpoint_target=Path("none"), database_url=REMOTE.format("waymark_app"),
    )(safe, monkeypatch)  # fmt: skip
    said = refusal_of(safe) or ""
    names = (
        "WAYMARK_ALLOWED_HOSTS", "WAYMARK_PUBLIC_URL", "WAYMARK_HOST", "WAYMARK_DEBUG", "WAYMARK_OPEN_DOCS",
        "WAYMARK_BACKUP_TARGET", "WAYMARK_CHECKPOINT_TARGET", "DATABASE_URL", "WAYMARK_KEK_FILE",
        "WAYMARK_TOKEN_KEY_FILE", "starlette", "OTEL_EXPORTER_OTLP_ENDPOINT",
    )  # fmt: skip
    assert [name for name in names if name not in said] == []
    assert said.count(";") >= FEWEST - 1, said


def test_the_safe_start_starts_and_keeps_its_description_to_itself(safe: Installation) -> None:
    program = safe.start()
    paths = {route.path for route in program.state.routes}
    assert "/api/v1/me" in paths and "/health" in paths
    assert not paths & {"/api/v1/docs", "/api/v1/openapi.json"}
    behind = {**safe.values, "host": "0.0.0.0", "trusted_proxies": ("10.0.0.0/8", "192.0.2.7")}
    assert refusal_of(Installation(safe.folder, behind)) is None
    stored = {**safe.values, **STORE, "checkpoint_target": None}
    assert refusal_of(Installation(safe.folder, stored)) is None
    program.state.house.db.dispose()


def test_the_real_command_does_not_serve(safe: Installation) -> None:
    """One start in a process of its own: exit code 1, a sentence, no trace, and nothing listens."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WAYMARK_")} | {
        "WAYMARK_VAR": str(safe.folder / "var"), "WAYMARK_ALLOWED_HOSTS": "waymark.example",
        "WAYMARK_PUBLIC_URL": "http://waymark.example", "WAYMARK_HOST": "0.0.0.0", "WAYMARK_PORT": "0",
    }  # fmt: skip
    environment.pop("DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-c", "from app.cli import main; main()", "serve"],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 1 and "Traceback" not in done.stderr and "listens" not in done.stderr
    for name in ("WAYMARK_PUBLIC_URL", "WAYMARK_HOST", "WAYMARK_BACKUP_TARGET", "WAYMARK_CHECKPOINT_TARGET"):
        assert name in done.stderr


def test_only_a_declared_proxy_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[uvicorn.Config] = []
    monkeypatch.setattr(uvicorn.Server, "run", lambda self, sockets=None: seen.append(self.config))
    for proxies in ((), ("192.0.2.7", "10.0.0.0/8")):
        with socket.socket() as on:
            run(FastAPI(), on, worker=False, proxies=proxies)
    assert [config.proxy_headers for config in seen] == [False, True]
    assert [list(config.forwarded_allow_ips) for config in seen] == [[], ["192.0.2.7", "10.0.0.0/8"]]


ROLES = {
    "superuser": ("is a superuser", 'CREATE ROLE "{0}" LOGIN SUPERUSER'),
    "passes row security": ("BYPASSRLS", 'CREATE ROLE "{0}" LOGIN BYPASSRLS'),
    "owns the tables": ("owns 1 tables", 'CREATE ROLE "{0}" LOGIN'),
    "can become a superuser": ("is a superuser", 'CREATE ROLE "{0}" LOGIN; GRANT waymark_tests TO "{0}"'),
    "owns the database": ("owns the database", 'CREATE ROLE "{0}" LOGIN'),
    "an ordinary role": ("", 'CREATE ROLE "{0}" LOGIN'),
}


@pytest.mark.parametrize("name", ROLES)
@pytest.mark.usefixtures("no_further")
def test_a_role_that_passes_row_security_does_not_start(safe: Installation, postgres: Cluster, name: str) -> None:
    words, statement = ROLES[name]
    role = "g27_" + name.replace(" ", "_")
    for each in statement.format(role).split("; "):
        postgres.command(each)
    try:
        with postgres.database() as url:
            database = url.split("/@/")[-1].split("@/")[1].split("?")[0]
            if name == "owns the database":
                postgres.command(f'ALTER DATABASE "{database}" OWNER TO "{role}"')
            if name == "owns the tables":
                postgres.command(f'CREATE TABLE mine (id int); ALTER TABLE mine OWNER TO "{role}"', database)
            safe.values["database_url"] = re.sub(r"//\w+@", f"//{role}@", url)
            said = refusal_of(safe)
            if name == "owns the database":
                postgres.command(f'ALTER DATABASE "{database}" OWNER TO {OWNER}')
    finally:
        postgres.command(f'DROP ROLE "{role}"')
    if words:
        assert said is not None and "DATABASE_URL" in said and words in said, said
    else:
        assert said is None
    print(f"GATE g27-role started={int(said is None)} limit={int(not words)} n={len(ROLES)} case={name!r}")


def test_a_database_that_does_not_answer_is_a_sentence(safe: Installation, tmp_path: Path) -> None:
    safe.values["database_url"] = f"postgresql://waymark_app@/x?host={tmp_path}&connect_timeout=2"
    said = refusal_of(safe) or ""
    assert "the database cannot be used" in said and str(app.settings.Settings) not in said
