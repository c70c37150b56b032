"""Key-encryption keys in a security module: nothing leaves it, and everything that is stored goes through it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pkcs11 import Attribute, ObjectClass
from pkcs11.exceptions import AttributeSensitive
from sqlalchemy import select

from app.backups import making, restoring
from app.backups.making import Store
from app.keys.rewrapping import left, rewrap
from app.kit.clock import Clock, SettableClock
from app.kit.crypto import KeyRing
from app.kit.keyfile import KeyMissing
from app.kit.keyservice import KekPlace, KeyServiceAway, named
from app.kit.pkcs11 import Pkcs11, opened
from app.main import open_house
from app.models.person import DataKey
from app.operations import make_keys, retire_kek, rotate_kek
from app.settings import Settings
from app.upkeep.standing import machine
from policies.load import load_policies
from tests.factories import cases
from tests.factories.approvals import decide, second_administrator
from tests.factories.staff import Worker
from tests.factories.towns import Town, open_town
from tests.inspect import reading
from tests.softhsm import PIN, softhsm

on_sqlite = pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
ASK = {"operation": "rotate_kek", "note": "From the file into the security module."}


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Path]]:
    """Fresh tokens. SoftHSM looks for them once in a process, so all are made before the first is used."""
    with softhsm(tmp_path_factory.mktemp("hsm")) as module:
        yield [module.token(f"t{number}") for number in range(20)]


@pytest.fixture
def token(tokens: list[Path]) -> Path:
    """A fresh token: the file that tells how to reach it."""
    return tokens.pop()


def at(settings: Settings, token: Path) -> Settings:
    return settings.model_copy(update={"key_service": "pkcs11", "key_service_file": token})


def test_a_key_is_made_inside_and_used_there(token: Path, tmp_path: Path) -> None:
    place = KekPlace(tmp_path / "none", opened(token))
    assert not place.there()
    with pytest.raises(KeyMissing, match="keys create"):
        place.ring()
    ring = place.ring(create=True)
    plain, wrapped = ring.new_data_key()
    assert ring.unwrap(wrapped) == plain and len(wrapped) == 65 and KeyRing.version_of(wrapped) == 1
    # Another process finds the same key; a new version is taken up by whoever runs already.
    assert KekPlace(tmp_path / "none", opened(token)).ring().unwrap(wrapped) == plain
    assert place.add_version() == 2
    again = ring.rewrap(wrapped)
    assert KeyRing.version_of(again) == 2 and ring.unwrap(again) == plain and ring.versions == (1, 2)
    assert place.versions() == (1, 2) and place.changed_at().year >= 2026
    changed = bytearray(wrapped)
    changed[-1] ^= 1
    with pytest.raises(KeyMissing, match="version 1 of the key-encryption key does not open"):
        ring.unwrap(bytes(changed))
    assert ring.unwrap(wrapped) == plain, "a broken seal breaks nothing else"
    assert place.retire() == (1,) and place.versions() == (2,) and place.retire() == ()
    with pytest.raises(KeyMissing, match="version 1"):
        KekPlace(tmp_path / "none", opened(token)).ring().unwrap(wrapped)
    assert PIN not in repr(opened(token))


def test_no_key_can_be_taken_out(token: Path) -> None:
    service = opened(token)
    service.add(1)
    service.add(1)
    key = service._session.get_key(object_class=ObjectClass.SECRET_KEY, id=(1).to_bytes(4, "big"))
    assert key[Attribute.SENSITIVE] and not key[Attribute.EXTRACTABLE]
    with pytest.raises(AttributeSensitive):
        key[Attribute.VALUE]


def test_many_threads_use_one_token(token: Path, tmp_path: Path) -> None:
    ring = KekPlace(tmp_path / "none", opened(token)).ring(create=True)
    wrong: list[object] = []

    def work() -> None:
        for _ in range(40):
            plain, wrapped = ring.new_data_key()
            if ring.unwrap(wrapped) != plain:
                wrong.append(wrapped)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not wrong


def test_a_session_that_was_lost_is_opened_anew(token: Path, tmp_path: Path) -> None:
    service = opened(token)
    ring = KekPlace(tmp_path / "none", service).ring(create=True)
    plain, wrapped = ring.new_data_key()
    service._session.close()
    assert ring.unwrap(wrapped) == plain


def _wrong_pin(token: Path) -> None:
    Path(token.with_suffix(".pin")).write_text("0000")


def _no_pin(token: Path) -> None:
    Path(token.with_suffix(".pin")).unlink()


def _no_token(token: Path) -> None:
    token.write_text(token.read_text().replace('token = "t', 'token = "x'))


def _no_module(token: Path) -> None:
    token.write_text(token.read_text().replace("libsofthsm2", "libnothing"))


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (_wrong_pin, "does not answer: PinIncorrect"),
        (_no_pin, "the file of the PIN"),
        (_no_token, "does not answer: NoSuchToken"),
        (_no_module, "does not answer: PKCS11Error"),
    ],
)
def test_a_service_that_does_not_answer_is_named(token: Path, break_it: Callable[[Path], None], said: str) -> None:
    break_it(token)
    with pytest.raises(KeyServiceAway, match=said) as fault:
        opened(token).keys()
    assert PIN not in str(fault.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [("module = ", "cannot be read as TOML"), ('module = "x"\n', "token is missing, pin_file is missing"),
     ('module="x"\ntoken="y"\npin_file="z"\npin="1"\n', "pin is not known")],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_told(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "service.toml"
    file.write_text(text)
    with pytest.raises(KeyMissing, match=said):
        named("pkcs11", file)
    with pytest.raises(KeyMissing, match=r"no installed package offers the key service abacus \(there are: pkcs11\)"):
        named("abacus", file)
    assert isinstance(named("pkcs11", _written(tmp_path)), Pkcs11)


def _written(folder: Path) -> Path:
    file = folder / "good.toml"
    file.write_text('module = "x"\ntoken = "y"\npin_file = "z"\n')
    return file


@on_sqlite
def test_an_installation_goes_from_the_file_into_the_module(
    settings: Settings, clock: SettableClock, token: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_town(settings, clock) as town:
        case_id = cases.bring_case(town.house, town.th, "screening")
        before = town.th["social_worker"]
        assert read(town, before, case_id) == 200
    moved = at(settings, token)
    # The file still opens what it wraps; the first key of the module is its next version.
    assert moved.kek.versions() == (1,) and KeyRing.version_of(moved.kek.ring().new_data_key()[1]) == 1
    with open_town(moved, clock) as town:
        approval = agreed(town)
        assert rotate_kek(town.house, moved.kek, approval) == 2
        ring = moved.kek.ring()
        assert not rewrap(town.house.db, ring).unreadable and left(town.house.db, ring) == 0
        with reading(town.house.db) as session:
            kept = session.execute(select(DataKey.wrapped)).scalars().all()
        assert kept and {KeyRing.version_of(each) for each in kept} == {2}
        now = moved.kek.changed_at()
        monkeypatch.setattr(type(clock), "now", lambda _self: now.replace(year=now.year + 1))
        assert retire_kek(town.house, town.house.db, moved.kek, None) == (1,)
        monkeypatch.undo()
        assert not settings.kek_file.exists()
        other = cases.bring_case(town.house, town.th, "screening")
        assert read(town, before, case_id) == read(town, town.th["social_worker"], other) == 200
        assert machine(town.house, moved).keys[0].numbers == (2,)
    with pytest.raises(KeyMissing, match="is missing"):
        open_house(settings.model_copy(update={"environment": "production"}))


@on_sqlite
def test_a_backup_opens_with_the_module_alone(
    settings: Settings, clock: SettableClock, token: Path, tmp_path: Path
) -> None:
    inside = at(settings, token)
    with open_town(inside, clock) as town:
        cases.bring_case(town.house, town.th, "screening")
        assert not settings.kek_file.exists()
        (tmp_path / "backups").mkdir()
        house = town.house
        house.signing.signer("TH")
        made = making.make(Store(house.db, house.keys, house.signing, Clock()), inside, tmp_path / "backups")
        for file in made.files:
            assert restoring.prove(file, inside.kek.ring(), house.signing, tmp_path / "work")
            with pytest.raises(KeyMissing, match="version 1"):
                restoring.prove(file, KeyRing({1: os.urandom(32)}, 1), house.signing, tmp_path / "work")


def test_production_says_what_is_wrong_with_it(tmp_path: Path, token: Path) -> None:
    places = Settings(environment="demo", var=tmp_path / "var", key_service="pkcs11", key_service_file=token)
    made = make_keys(places, ["TH"], load_policies(places.policies_folder))
    assert places.kek_file not in made.files and places.kek.versions() == (1,)
    asked = places.model_copy(update={"environment": "production"})
    assert not [each for each in asked.unsafe() if "KEY_SERVICE" in each or "KEK_FILE" in each]
    token.chmod(0o644)
    _no_token(token)
    told = [each for each in asked.unsafe() if "KEY_SERVICE" in each]
    assert len(told) == 2 and "chmod it to 600" in told[0] and "NoSuchToken" in told[1]
    with pytest.raises(ValueError, match="belong together"):
        Settings(environment="demo", var=tmp_path, key_service="pkcs11")


def agreed(town: Town) -> str:
    second = second_administrator(town)
    approval = str(town.post(town.th["administrator"], "/keys/rotations", ASK).json()["id"])
    assert decide(town, second, approval).json()["state"] == "agreed"
    return approval


def read(town: Town, who: Worker, case_id: str) -> Any:
    return town.get(who, f"/cases/{case_id}/records").status_code
