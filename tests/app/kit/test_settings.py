"""Settings and keys at start: the demonstration helps itself, production refuses what is not safe."""

from __future__ import annotations

import base64
import logging
import secrets
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.kit.signing import SigningKeys, own_signer
from app.kit.vault import KeyMissing, Vault
from app.settings import Settings


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"WAYMARK_{name.upper()}", raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def safe(tmp_path: Path) -> dict[str, object]:
    """Everything production asks for."""
    for name in ("kek", "token"):
        path = tmp_path / name
        path.write_text(f"1 {base64.b64encode(secrets.token_bytes(32)).decode()}\n")
        path.chmod(0o600)
    SigningKeys.from_folder(tmp_path / "signing", create=True).signer("TH")
    own_signer(tmp_path / "checkpoint.pem", create=True)
    return {
        "environment": "production",
        "database_url": "postgresql://waymark:s3cret@db.example/waymark",
        "kek_file": tmp_path / "kek",
        "token_key_file": tmp_path / "token",
        "signing_folder": tmp_path / "signing",
        "checkpoint_key_file": tmp_path / "checkpoint.pem",
        "allowed_hosts": ("waymark.example",),
    }


def test_the_demonstration_needs_nothing() -> None:
    settings = Settings(environment="demo")
    assert settings.database_url == "sqlite:///var/waymark.db"
    assert settings.kek_file == Path("var/keys/kek")
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    vault = Vault.open(settings)
    assert settings.kek_file.stat().st_mode & 0o777 == 0o600
    assert settings.token_key_file.stat().st_mode & 0o777 == 0o600
    assert list(vault.token_keys) == [1]
    assert Vault.open(settings).token_keys == vault.token_keys
    assert str(vault.token_keys[1]) not in repr(vault)


def test_everything_can_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYMARK_ENVIRONMENT", "demo")
    monkeypatch.setenv("WAYMARK_VAR", "elsewhere")
    monkeypatch.setenv("WAYMARK_PORT", "9000")
    monkeypatch.setenv("WAYMARK_ALLOWED_HOSTS", "a.example, b.example")
    settings = Settings()
    assert settings.database_url == "sqlite:///elsewhere/waymark.db"
    assert settings.signing_folder == Path("elsewhere/keys/signing")
    assert settings.port == 9000
    assert settings.allowed_hosts == ("a.example", "b.example")


def test_both_names_of_the_database_work_and_ours_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://other/one")
    assert Settings(environment="demo").database_url == "postgres://other/one"
    monkeypatch.setenv("WAYMARK_DATABASE_URL", "sqlite:///two.db")
    assert Settings(environment="demo").database_url == "sqlite:///two.db"
    assert Settings(environment="demo", database_url="sqlite:///three.db").database_url == "sqlite:///three.db"


def test_production_is_the_default_and_starts_when_all_is_safe(safe: dict[str, object]) -> None:
    assert "s3cret" not in repr(Settings(**safe))
    assert Vault.open(Settings(**safe)).signing.countries == ("TH",)
    del safe["environment"]
    assert Settings(**safe).environment == "production"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"allowed_hosts": ("*",)}, r"holds a \*"),
        ({"allowed_hosts": ("*.example",)}, r"holds a \*"),
        ({"allowed_hosts": ()}, "is empty"),
        ({"kek_file": Path("none")}, "WAYMARK_KEK_FILE: there is nothing at none"),
        ({"token_key_file": Path("none")}, "WAYMARK_TOKEN_KEY_FILE: there is nothing"),
        ({"signing_folder": Path("none")}, "WAYMARK_SIGNING_FOLDER: there is nothing"),
        ({"token_key_file": "KEK"}, "are one file"),
        ({"environment": "staging"}, "environment"),
        ({"port": 70000}, "port"),
    ],
)
def test_production_refuses(safe: dict[str, object], change: dict[str, object], expected: str) -> None:
    if change.get("token_key_file") == "KEK":
        change = {"token_key_file": safe["kek_file"]}
    with pytest.raises(ValidationError, match=expected) as caught:
        Settings(**{**safe, **change})
    assert "s3cret" not in str(caught.value)


def test_production_without_any_setting_names_everything_that_is_missing() -> None:
    with pytest.raises(ValidationError) as caught:
        Settings()
    for name in ("KEK_FILE", "TOKEN_KEY_FILE", "SIGNING_FOLDER"):
        assert f"WAYMARK_{name}" in str(caught.value)
    assert not Path("var").exists()


def test_keys_that_everybody_can_read_are_refused(safe: dict[str, object], tmp_path: Path) -> None:
    (tmp_path / "signing" / "TH.pem").chmod(0o644)
    with pytest.raises(ValidationError, match=r"may read .*TH\.pem; chmod"):
        Settings(**safe)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "1 ",
        "1 c2hvcnQ=",
        '{"keys":[]}',
        "1 " + base64.b64encode(b'["aa","bb","cc","dd","ee","ff"] ').decode(),
    ],
)
def test_production_does_not_open_weak_keys(safe: dict[str, object], tmp_path: Path, content: str) -> None:
    for name in ("kek", "token"):
        good = (tmp_path / name).read_text()
        (tmp_path / name).write_text(content)
        with pytest.raises(KeyMissing):
            Vault.open(Settings(**safe))
        (tmp_path / name).write_text(good)


def test_one_key_for_two_purposes_is_refused(safe: dict[str, object], tmp_path: Path) -> None:
    (tmp_path / "token").write_text((tmp_path / "kek").read_text())
    with pytest.raises(KeyMissing, match="each purpose needs its own"):
        Vault.open(Settings(**safe))


def test_sqlite_in_production_is_allowed_with_a_warning(
    safe: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        settings = Settings(**{**safe, "database_url": "sqlite:///waymark.db"})
    assert "one machine and one process" in caplog.text
    assert len(settings.cautions) == 1
    assert Settings(**safe).cautions == ()


def test_the_address_of_the_database_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "url"
    file.write_text("postgresql://waymark_app:nine-lanterns@db.internal/waymark\n")
    file.chmod(0o640)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("WAYMARK_DATABASE_URL", raising=False)
    monkeypatch.setenv("WAYMARK_ENVIRONMENT", "demo")
    monkeypatch.setenv("WAYMARK_DATABASE_URL_FILE", str(file))
    found = Settings()
    assert found.database_url == found.owner_database_url == file.read_text().strip()
    assert "nine-lanterns" not in repr(found)
    owner = tmp_path / "owner"
    owner.write_text("postgresql://waymark_owner@db.internal/waymark")
    owner.chmod(0o600)
    monkeypatch.setenv("WAYMARK_OWNER_DATABASE_URL_FILE", str(owner))
    assert Settings().owner_database_url == owner.read_text()
    monkeypatch.setenv("DATABASE_URL", "postgresql://other@db.internal/waymark")
    with pytest.raises(ValidationError, match="say it twice") as twice:
        Settings()
    assert "nine-lanterns" not in str(twice.value)
    monkeypatch.delenv("DATABASE_URL")
    for spoil, words in (
        (lambda: file.chmod(0o644), "everybody on this machine may read"), (lambda: file.write_text(" "), "is empty"),
        (file.unlink, "there is nothing at"),
    ):  # fmt: skip
        file.chmod(0o640)
        spoil()
        with pytest.raises(ValidationError, match=words):
            Settings()
