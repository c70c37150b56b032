"""What the database role of the program may do that serving must not be able to do."""

from __future__ import annotations

from sqlalchemy import text

from app.kit.db import Database

__all__ = ["powers"]

_ROLE = text(
    "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
)
_OWNED = text(
    "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'v', 'm', 'p')"
    " AND pg_has_role(current_user, c.relowner, 'MEMBER')"
)
_CREATES = text("SELECT has_schema_privilege(current_user, current_schema(), 'CREATE')")
_OPEN = text(
    "SELECT string_agg(c.relname, ', ' ORDER BY c.relname) FROM pg_class c"
    " JOIN pg_policy p ON p.polrelid = c.oid"
    " WHERE p.polname = 'sees' AND NOT (c.relrowsecurity AND c.relforcerowsecurity)"
)
_SENTENCES = (
    "is a superuser, whom no row security binds",
    "has BYPASSRLS, so no row security binds it",
    "may make other roles",
    "may make databases",
)


def powers(database: Database) -> list[str]:
    """Sentences about what the connected role could do beyond serving; empty on SQLite, which has no roles.

    Production does not start while there is one (app/settings.py says why each is unsafe).
    """
    if database.dialect != "postgresql":
        return []
    with database.read() as session:
        role = session.execute(_ROLE).one()
        found = [sentence for held, sentence in zip(role, _SENTENCES, strict=True) if held]
        if session.execute(_OWNED).scalar_one():
            found.append("owns the tables, or may act as their owner: it could switch row security off")
        if session.execute(_CREATES).scalar_one():
            found.append("may create things in the schema, which could stand before the tables")
        unguarded = session.execute(_OPEN).scalar_one()
        if unguarded:
            found.append(f"is not bound on {unguarded}, where row security is switched off")
    return [f"the database role {sentence}" for sentence in found]
