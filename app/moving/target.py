"""The new store: what must be true of it before anything is copied, and how its tables are held meanwhile."""

from __future__ import annotations

from time import sleep

from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.access import rows
from app.backups.on_postgresql import hold_owner
from app.kit import migrate
from app.kit.address import POSTGRESQL, address_of
from app.kit.db import Database
from app.kit.errors import Busy
from app.kit.moved import place_of
from app.moving.comparing import tables
from app.moving.refused import MoveRefused

__all__ = ["closed", "emptied", "full", "known", "must_be_ready", "opened", "place", "rows_there"]

_LOOKS, _BETWEEN_LOOKS = 10, 0.2
_ROLES = "script/postgres-roles.sql makes the database and both roles"
_WHO = text(
    "SELECT current_user AS name, r.rolsuper OR r.rolbypassrls AS mighty, current_setting('server_encoding') letters,"
    " has_schema_privilege(current_user, current_schema(), 'CREATE') AS creates,"
    " EXISTS (SELECT FROM pg_roles o WHERE o.rolname = :role AND o.rolname <> current_user) AS served"
    " FROM pg_roles r WHERE r.rolname = current_user"
)
_STRANGERS = text(
    "SELECT c.relname FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace"
    " AND NOT pg_has_role(current_user, c.relowner, 'MEMBER') ORDER BY c.relname LIMIT 1"
)
_OTHERS = text(
    # Whoever else is signed in; of other roles' connections the server tells little more than that.
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    " AND usename IS NOT NULL"
)


def place(url: str) -> str:
    """Where the new store is, without account and password. Raises MoveRefused if it is no PostgreSQL."""
    address = address_of(url)
    if address.get_backend_name() != POSTGRESQL:
        raise MoveRefused("a store is moved to PostgreSQL: give its address as postgresql://waymark_owner@host/waymark.")
    return place_of(address)


def must_be_ready(url: str, app_role: str) -> None:
    """Bring the tables of the new store up to this version and give the serving role its rights.

    ``url``: as the owner of its tables. Raises MoveRefused if it does not answer, is not empty, is of another version,
    or one of the roles is not as it has to be.
    """
    database = Database(url)
    try:
        with database.read() as session:
            _must_be_the_owner(session, app_role)
            ours, names = {table.name for table in tables()}, set(inspect(session.connection()).get_table_names())
            at = migrate.current(url)
            if at is None and names:
                raise MoveRefused(f"{place(url)} holds tables of something else: {', '.join(sorted(names)[:5])}.")
            _must_be_of_this_version(at, place(url))
            if at is not None:
                rows.enter_everything(session)
                _must_be_empty(session, place(url), ours & names)
        migrate.upgrade(url, app_role=app_role)
    except DBAPIError as error:
        raise MoveRefused(f"{place(url)} cannot be used: {_said(error)}. Nothing was moved.") from None
    except (RuntimeError, Busy) as error:
        said = _said(error.__cause__) if isinstance(error.__cause__, DBAPIError) else error
        raise MoveRefused(f"{place(url)} cannot be used: {said}. Nothing was moved.") from None
    finally:
        database.dispose()


def opened(session: Session) -> None:
    """Take the tables for this transaction alone, and let their owner put rows into each of them.

    Nobody else sees anything of it: what holds the owner is put back before the transaction ends (`closed`). Raises
    MoveRefused if somebody has written rows since it was looked at, Busy if somebody uses the tables.
    """
    for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
        session.execute(text(f"SET LOCAL {name} = 0"))
    names = ", ".join(f'"{table.name}"' for table in tables())
    session.execute(text(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE"))
    hold_owner(session, held=False)
    rows.enter_everything(session)


def closed(session: Session) -> None:
    """Have row security hold the owner of the tables again."""
    hold_owner(session, held=True)


def known(session: Session) -> None:
    """Have the planner look over the tables, as it does by itself in the night."""
    for table in tables():
        session.execute(text(f'ANALYZE "{table.name}"'))


def emptied(session: Session) -> None:
    """Take every row out again; the tables were taken by `opened`."""
    names = ", ".join(f'"{table.name}"' for table in tables())
    session.execute(text(f"TRUNCATE {names}"))


def rows_there(session: Session) -> list[str]:
    """The tables that hold rows."""
    return full(session, {table.name for table in tables()})


def full(session: Session, names: set[str]) -> list[str]:
    """Those of the tables ``names`` that hold rows; the session must see every row."""
    return [
        name for name in sorted(names)
        if session.execute(text(f'SELECT EXISTS (SELECT FROM "{name}")')).scalar_one()  # noqa: S608 - names of models
    ]  # fmt: skip


def others(database: Database) -> int:
    """How many other connections there are to the new store; one that was just closed is given a moment to go."""
    for _ in range(_LOOKS):
        # A transaction of its own each time: within one the server says the same again.
        with database.read() as session:
            found = int(session.execute(_OTHERS).scalar_one())
        if not found:
            return 0
        sleep(_BETWEEN_LOOKS)
    return found


def _must_be_the_owner(session: Session, app_role: str) -> None:
    who = session.execute(_WHO, {"role": app_role}).one()
    mend = f"give the address as the owner of the tables ({_ROLES})"
    if who.mighty:
        raise MoveRefused(f"{who.name} passes row security; {mend}.")
    if not who.creates:
        raise MoveRefused(f"{who.name} may make no tables there; {mend}.")
    if not who.served:
        raise MoveRefused(
            f"there is no role {app_role} beside {who.name}, so nobody could serve there ({_ROLES}; WAYMARK_APP_ROLE"
            " names another)."
        )
    if who.letters != "UTF8":
        raise MoveRefused(f"the new database writes in {who.letters} and not in UTF8: names would be lost ({_ROLES}).")
    strange = session.execute(_STRANGERS).scalar_one_or_none()
    if strange is not None:
        raise MoveRefused(f"the table {strange} there belongs to somebody else than {who.name}; {mend}.")


def _must_be_of_this_version(at: str | None, where: str) -> None:
    if at is None:
        return
    if migrate.unfinished(at) is not None:
        raise MoveRefused(f"a restore into {where} was begun and not finished; make a new database for the move.")
    if at not in migrate.revisions():
        raise MoveRefused(
            f"the tables of {where} are at revision {at}, which this program does not know: install the program that"
            " they are of, on this side too."
        )


def _must_be_empty(session: Session, where: str, names: set[str]) -> None:
    found = full(session, names)
    if found:
        raise MoveRefused(
            f"{where} is not empty: {', '.join(found[:5])} have rows. A store is only moved into an empty one; make a"
            " new database for it."
        )


def _said(error: DBAPIError) -> str:
    """What the server said, in one line; a sign-in that was refused names the account, never the password."""
    return f"{type(error.orig).__name__}: {' '.join(str(error.orig).split())[:300]}"
