"""What an operator does from the command line: keys, offices kept like the policies, first accounts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app.access import rows
from app.access.desk import SYSTEM, Desk, House
from app.access.log import Detail, noted
from app.access.tokens import LEEWAY_SECONDS, LIFETIME_SECONDS
from app.accounts import service
from app.accounts.schemas import AccountIn
from app.casework import burying, identity, name_index
from app.keys import rewrapping
from app.keys.agreed import carry_out
from app.keys.service import ROTATE_KEK, ROTATE_TOKEN_KEY
from app.kit import migrate as tables
from app.kit.address import SQLITE
from app.kit.bundle import DATA, KEYS, kept, versions_needed
from app.kit.db import Database
from app.kit.errors import Conflict, Invalid
from app.kit.hpke import ExchangeKeys
from app.kit.keyfile import TOKEN_KEY, add_version, changed_at, retire_versions
from app.kit.keyservice import KekPlace
from app.kit.vault import Vault
from app.models.base import new_id
from app.models.name_index import NameKey
from app.models.office import Office
from app.models.person import DataKey
from app.settings import Settings
from policies.model import Policies, PolicyOffice
from workflows.facts import Actor

_OFFICES: Any = Office.__table__
_INDEXED_AT_ONCE = 200
# Longer than any request or effect works: afterwards nobody still stores a key under the version before.
KEK_WAIT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class OfficesSynced:
    """Codes of offices that were added or brought up to date, how many were right already, and strays.

    strays: offices of the database that the policies no longer name; they stay, for cases belong to them.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: int
    strays: tuple[str, ...]


def sync_offices(session: Session, policies: Policies) -> OfficesSynced:
    """Bring the office table in line with the offices of the policies; a second run changes nothing."""
    known = {row.code: row for row in session.execute(select(_OFFICES))}
    wanted = {office.code: office for country in policies.countries.values() for office in country.offices}
    added, changed = [], []
    for code, office in wanted.items():
        values = _values(office)
        row = known.get(code)
        if row is None:
            session.execute(insert(_OFFICES), {"id": new_id(), "code": code, **values})
            added.append(code)
        elif any(getattr(row, name) != value for name, value in values.items()):
            session.execute(update(_OFFICES).where(_OFFICES.c.id == row.id).values(values))
            changed.append(code)
    strays = tuple(sorted(set(known) - set(wanted)))
    return OfficesSynced(tuple(added), tuple(changed), len(wanted) - len(added) - len(changed), strays)


def create_user(house: House, account: AccountIn) -> None:
    """Open an account from the machine itself, before anybody can sign in; noted in the book of looks.

    Raises Invalid for a bad password, an unknown office or role, Conflict when the login name is taken.
    """
    password = account.password.get_secret_value()
    fresh = service.hashed(house.passwords, password, account.login, account.display_name)
    with house.db.write() as session:
        place = select(_OFFICES.c.country, _OFFICES.c.organisation, _OFFICES.c.id)
        office = session.execute(place.where(_OFFICES.c.code == account.office)).one_or_none()
        if office is None:
            raise Invalid(
                f"There is no office '{account.office}'. `waymark offices sync` brings in those of the policies.",
                code="office_unknown",
            )
        # Who runs commands on this machine holds its keys; the desk still reaches no case content.
        actor = Actor(
            SYSTEM, frozenset({"administrator"}), account.office, office.organisation, office.country, system=True
        )
        desk = Desk(
            session, actor, house.clock.now(), house.policies, house.keys, house.signing, "command-line",
            office_id=office.id,
        )  # fmt: skip
        service.open_account(desk, account, fresh)


def _values(office: PolicyOffice) -> dict[str, Any]:
    return {
        "country": office.country,
        "organisation": office.organisation,
        "name": office.name,
        "kind": office.kind,
        "level": office.level,
        "national_focal_point": office.national_focal_point,
    }


def rebuild_name_index(house: House, *, again: bool = False) -> Iterator[int]:
    """Write in the names of everybody who is not in the blind index, some at a time; after each how many were so far.

    What is written stays written: a run that was stopped goes on where it was. ``again``: everybody anew, as if nobody
    were in it. Raises KeyMissing naming a person whose key or identity does not open.
    """
    if again:
        with house.db.write() as session:
            rows.enter_everything(session)
            session.execute(delete(NameKey))
            name_index.somebody_is_missing(session)
    done = 0
    for country in sorted(house.policies.countries):
        while True:
            with house.db.write() as session:
                desk = house.system_desk(session, country, "rebuild-index")
                wrote = identity.index_again(desk, _INDEXED_AT_ONCE)
                if not wrote:
                    name_index.everybody_is_in(desk)
            if not wrote:
                break
            done += wrote
            yield done


def finish_erasures(house: House, owner_url: str) -> int:
    """Bring tombstones to their folders and have the tables they left be written anew; how many erasures were finished.

    ``owner_url``: of the owner of PostgreSQL's tables, who alone may do so; each table is locked while it is written.
    Raises Conflict if it is somebody else's. `burying.still_due` tells what has to be done again.
    """
    if house.db.dialect == SQLITE:
        return burying.bury_all(house)
    owner = Database(owner_url)
    try:
        with owner.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            return burying.bury_all(house, connection)
    finally:
        owner.dispose()


@dataclass(frozen=True, slots=True)
class KeysMade:
    """The files that were made, the id of each country's signing key for comparing by telephone, and the public key
    of checkpoints in hex, which auditors keep."""

    files: tuple[Path, ...]
    signing: dict[str, str]
    checkpoints: str


def make_keys(settings: Settings, countries: Sequence[str], policies: Policies) -> KeysMade:
    """Make the keys that are missing, mode 0600, for the countries this installation holds; none is replaced.

    ``settings``: only the places are read. Raises Invalid for a country without a policy, Conflict when the
    database already holds data under a key-encryption key that is not at its place: a new one could not open it.
    """
    unknown = sorted(set(countries) - set(policies.countries))
    if unknown:
        raise Invalid(f"There are no policies for {', '.join(unknown)}.", code="country_unknown")
    if not settings.kek.there() and _holds_sealed_data(settings.database_url):
        where = f"the key service {settings.key_service}" if settings.key_service else str(settings.kek_file)
        raise Conflict(
            f"The database holds sealed data, and there is no key at {where}. Bring that key back from "
            "its copy; a new one cannot open anything.",
            code="key_lost",
        )
    wanted = (
        *(() if settings.key_service else (settings.kek_file,)), settings.token_key_file, settings.checkpoint_key_file,
        *(settings.signing_folder / f"{c}.{kind}" for c in countries for kind in ("pem", "exchange")),
    )  # fmt: skip
    missing = tuple(file for file in wanted if not file.exists())
    vault = Vault.open(settings.model_copy(update={"environment": "demo"}))
    for country in countries:
        ExchangeKeys(settings.signing_folder, create=True).public(country)
    signing = {country: vault.signing.signer(country).key_id for country in countries}
    return KeysMade(missing, signing, vault.checkpoints.public.hex())


def _holds_sealed_data(url: str) -> bool:
    if tables.current(url) is None:
        return False
    database = Database(url)
    with database.read() as session:
        rows.enter_everything(session)
        found = session.execute(select(DataKey.id).limit(1)).first() is not None
    database.dispose()
    return found


def rotate_token_key(house: House, place: Path, approval_id: str) -> int:
    """Make a new token key, current from now on, as two persons agreed under ``approval_id``; its number.

    ``place``: the token key file. The approval is used up in the same transaction. Raises Conflict if there is none
    such, it does not hold, or it was used already, and KeyMissing if the file cannot be read.
    """
    return carry_out(house, partial(add_version, place, TOKEN_KEY), approval_id, ROTATE_TOKEN_KEY)


def rotate_kek(house: House, place: KekPlace, approval_id: str) -> int:
    """Make a new key-encryption key, current from now on; its number. As `rotate_token_key`.

    What older ones wrap stays readable, and is wrapped anew by `app.keys.rewrapping.rewrap`.
    """
    return carry_out(house, place.add_version, approval_id, ROTATE_KEK)


def retire_kek(house: House, owner: Database, place: KekPlace, backups: Path | None) -> tuple[int, ...]:
    """Take the older key-encryption keys out of their place, once nothing needs them; the numbers that went.

    ``owner``: the database as the owner of its tables. ``backups``: the folder whose backups must stay readable.
    Raises Conflict while a stored key or a backup is under an older one, or a request could still be storing one.
    """
    age = house.clock.now() - place.changed_at()
    if age < KEK_WAIT:
        minutes = int((KEK_WAIT - age).total_seconds() // 60) + 1
        raise Conflict(
            f"The newest key-encryption key is too young: a request may still store a key under the one before. Wait"
            f" {minutes} minutes.", code="too_early",
        )  # fmt: skip
    # Read anew: a program that runs takes a newer version up only when it next wraps a key.
    ring = place.ring()
    left = rewrapping.left(owner, ring)
    if left:
        raise Conflict(
            f"{left} data keys are still wrapped under an older key-encryption key: run `waymark keys rewrap` first.",
            code="key_in_use",
        )
    if backups is not None:
        files = (file for kind in (DATA, KEYS) for _, file in kept(backups, kind))
        old = sorted(name for number, names in versions_needed(files).items() if number != ring.current
                     for name in names)  # fmt: skip
        if old:
            raise Conflict(
                f"{len(old)} backups in {backups} open with an older key-encryption key only, the newest is {old[-1]}:"
                " wait until they have gone, or remove them.",
                code="key_in_use",
            )
    gone = place.retire()
    if gone:
        with house.db.write() as session:
            rows.enter_everything(session)
            for country in house.signing.countries:
                operator = Actor(SYSTEM, frozenset(), "", "", country, system=True)
                detail: Detail = {"versions": [str(version) for version in gone]}
                noted(session, operator, house.clock.now(), "keys_retired", "key", "kek", detail)
    return gone


def retire_token_keys(house: House, place: Path, *, at_once: bool = False) -> tuple[int, ...]:
    """Take the older token keys out of the file, once no token made with them lives; the numbers that went.

    ``at_once``: do not wait; whoever holds a token of an older key signs in again. Raises Conflict if it is too early.
    """
    wait = timedelta(seconds=LIFETIME_SECONDS + LEEWAY_SECONDS)
    age = house.clock.now() - changed_at(place)
    if age < wait and not at_once:
        left = int((wait - age).total_seconds() // 60) + 1
        raise Conflict(
            f"The file was changed {int(age.total_seconds() // 60)} minutes ago, and tokens live 15 minutes. Wait"
            f" {left} minutes more, or say --at-once: then people sign in again.",
            code="too_early",
        )
    gone = retire_versions(place, TOKEN_KEY)
    if gone:
        with house.db.write() as session:
            rows.enter_everything(session)
            operator = Actor(SYSTEM, frozenset(), "", "", "", system=True)
            detail: Detail = {"versions": [str(version) for version in gone], "at_once": at_once}
            noted(session, operator, house.clock.now(), "keys_retired", "key", "token", detail)
    return gone
