"""What an operator does from the command line: offices kept like the policies, first accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.access.desk import SYSTEM, Desk, House
from app.accounts import service
from app.accounts.schemas import AccountIn
from app.kit.errors import Invalid
from app.models.base import new_id
from app.models.office import Office
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
