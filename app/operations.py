"""What an operator does from the command line: keys, offices kept like the policies, first accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.access import rows
from app.access.desk import SYSTEM, Desk, House
from app.accounts import service
from app.accounts.schemas import AccountIn
from app.kit import migrate as tables
from app.kit.db import Database
from app.kit.errors import Conflict, Invalid
from app.kit.vault import Vault
from app.models.base import new_id
from app.models.office import Office
from app.models.person import DataKey
from app.settings import Settings
from policies.model import Policies, PolicyOffice
from workflows.facts import Actor

_OFFICES: Any = Office.__table__


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


@dataclass(frozen=True, slots=True)
class KeysMade:
    """The files that were made, and the id of each country's signing key for comparing by telephone."""

    files: tuple[Path, ...]
    signing: dict[str, str]


def make_keys(settings: Settings, countries: Sequence[str], policies: Policies) -> KeysMade:
    """Make the keys that are missing, mode 0600, for the countries this installation holds; none is replaced.

    ``settings``: only the places are read. Raises Invalid for a country without a policy, Conflict when the
    database already holds data under a key-encryption key that is not at its place: a new one could not open it.
    """
    unknown = sorted(set(countries) - set(policies.countries))
    if unknown:
        raise Invalid(f"There are no policies for {', '.join(unknown)}.", code="country_unknown")
    if not settings.kek_file.is_file() and _holds_sealed_data(settings.database_url):
        raise Conflict(
            f"The database holds sealed data, and there is no key at {settings.kek_file}. Bring that key back from "
            "its copy; a new one cannot open anything.",
            code="key_lost",
        )
    wanted = (settings.kek_file, settings.token_key_file, *(settings.signing_folder / f"{c}.pem" for c in countries))
    missing = tuple(file for file in wanted if not file.exists())
    vault = Vault.open(settings.model_copy(update={"environment": "demo"}))
    return KeysMade(missing, {country: vault.signing.signer(country).key_id for country in countries})


def _holds_sealed_data(url: str) -> bool:
    if tables.current(url) is None:
        return False
    database = Database(url)
    with database.read() as session:
        rows.enter_everything(session)
        found = session.execute(select(DataKey.id).limit(1)).first() is not None
    database.dispose()
    return found
