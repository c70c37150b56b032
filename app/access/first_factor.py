"""The first factor, the same for both doors: a name and a password, compared without telling who exists."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import and_, select, update
from sqlalchemy.orm import Session

from app.access import attempts
from app.access.desk import House
from app.kit.errors import Unauthorised
from app.models.office import Office
from app.models.user import User
from workflows.facts import Actor

_LOGIN: Final = re.compile(r"[\w.@+-]{1,64}")
ACCOUNT: Final = (
    select(
        User.id.label("user_id"), User.login, User.password_hash, User.active, User.token_version,
        Office.code, Office.organisation, Office.country,
    ).join(Office, Office.id == User.office_id)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """An account as it was when its first factor was shown, and the costlier hash its password is due, if any."""

    actor: Actor
    login: str
    address: str
    password_hash: str
    token_version: int
    fresh_hash: str | None = None

    @property
    def user_id(self) -> str:
        """The id of the account."""
        return self.actor.id


def login_name(typed: str) -> str:
    """The one form of a login name that is stored and compared: compatible letters, lower case, trimmed."""
    return unicodedata.normalize("NFKC", typed).strip().casefold()


def well_formed(login: str) -> bool:
    """Whether ``login`` (as `login_name` gives it) can be the name of an account at all."""
    return _LOGIN.fullmatch(login) is not None


def show(house: House, login: str, password: str, address: str) -> Known:
    """The account whose name and password these are; ``address`` is the caller's network address.

    Raises Unauthorised, the same for an unknown account, a disabled one and a wrong password and after the same
    work, or TooMany. The password is compared after the transaction that counts the attempt, never while a
    transaction holds the writer's lock.
    """
    name = login_name(login)
    with house.db.write() as session:
        attempts.count(session, name, address, house.clock.now())
        account = find(session, name)
    stored = account.password_hash if account is not None and account.active else None
    if not house.passwords.matches(stored, password) or account is None:
        raise not_known()
    fresh = house.passwords.hash(password) if house.passwords.stale(account.password_hash) else None
    return known(account, address, fresh)


def find(session: Session, name: str) -> Any:
    """The account row of a login name, None if there is none such."""
    if not well_formed(name):
        return None
    return session.execute(ACCOUNT.where(User.login == name)).one_or_none()


def known(account: Any, address: str, fresh_hash: str | None = None) -> Known:
    """The account of an `ACCOUNT` row, as later steps of a sign-in need it."""
    return Known(
        actor_of(account), account.login, address, account.password_hash, account.token_version, fresh_hash
    )


def must_be_unchanged(session: Session, known: Known) -> None:
    """Lock the account of ``known``; Unauthorised if it was disabled or given another password meanwhile."""
    unchanged = and_(
        User.id == known.user_id,
        User.active.is_(True),
        User.password_hash == known.password_hash,
        User.token_version == known.token_version,
    )
    if session.execute(select(User.id).where(unchanged).with_for_update()).one_or_none() is None:
        raise not_known()
    if known.fresh_hash is not None:
        session.execute(update(User).where(User.id == known.user_id).values(password_hash=known.fresh_hash))


def actor_of(account: Any) -> Actor:
    """The actor of an `ACCOUNT` row, for the book of looks; it holds no role yet."""
    return Actor(account.user_id, frozenset(), account.code, account.organisation, account.country)


def not_known() -> Unauthorised:
    """The one refusal of a first factor."""
    return Unauthorised("This name and password do not open an account.", code="sign_in_failed", title="Not signed in.")
