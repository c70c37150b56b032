"""Production does not start with anything unsafe: settings, keys and the role at the database, all told at once."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from app.kit.address import POSTGRESQL, address_of
from app.kit.db import Database
from app.kit.errors import AppError, Away
from app.kit.powers import powers
from app.settings import Settings

__all__ = ["UnsafeStart", "check_start"]


class UnsafeStart(ValueError):
    """Something is not safe; the text names each variable, what is wrong, and the mend."""


def check_start(settings: Settings) -> None:
    """Raise UnsafeStart if production would serve with these settings; the demonstration may do anything.

    On PostgreSQL it asks over a connection of its own what the role may do; a database that does not answer is one
    more thing to be told.
    """
    if settings.environment != "production":
        return
    wrong = [*settings.unsafe(), *_role(settings.database_url)]
    if wrong:
        raise UnsafeStart("production does not start: " + "; ".join(wrong))


def _role(url: str) -> list[str]:
    if address_of(url).get_backend_name() != POSTGRESQL:
        return []
    database = Database(url)
    try:
        mend = "use a role that only serves (script/postgres-roles.sql)"
        return [f"DATABASE_URL: {each}; {mend}" for each in powers(database)]
    except (DBAPIError, RuntimeError, AppError) as error:
        cause = error.__cause__ if isinstance(error, Away) else error
        kind = type(cause.orig).__name__ if isinstance(cause, DBAPIError) else str(error)
        return [f"DATABASE_URL: the database cannot be used ({kind}); see that it runs and that the role may sign in"]
    finally:
        database.dispose()
