"""What the database role of the program may do that serving must not be able to do."""

from __future__ import annotations

from sqlalchemy import text

from app.kit.db import Database

__all__ = ["powers"]

# What the role can be or become: membership counts, for SET ROLE turns it into the real thing.
_ROLE = text(
    """
    SELECT bool_or(r.rolsuper), bool_or(r.rolbypassrls), bool_or(r.rolcreaterole), bool_or(r.rolcreatedb),
           EXISTS (SELECT FROM pg_database d WHERE d.datname = current_database()
                   AND pg_has_role(current_user, d.datdba, 'MEMBER'))
    FROM pg_roles r WHERE pg_has_role(current_user, r.oid, 'MEMBER')
    """
)
_OWNED = text(
    "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname !~ '^(pg_|information_schema$)' AND c.relkind IN ('r', 'v', 'm', 'p')"
    " AND pg_has_role(current_user, c.relowner, 'MEMBER')"
)
_CREATES = text("SELECT has_schema_privilege(current_user, current_schema(), 'CREATE')")
_OPEN = text(
    "SELECT string_agg(c.relname, ', ' ORDER BY c.relname) FROM pg_class c"
    " JOIN pg_policy p ON p.polrelid = c.oid"
    " WHERE p.polname = 'sees' AND NOT (c.relrowsecurity AND c.relforcerowsecurity)"
)
_SENTENCES = (
    "is a superuser or can become one, whom no row security binds",
    "has BYPASSRLS, so no row security binds it",
    "may make other roles",
    "may make databases",
    "owns the database",
)


def powers(database: Database) -> list[str]:
    """Sentences about what the connected role could do beyond serving; empty on SQLite, which has no roles.

    Production does not start while there is one (app/access/unsafe_start.py).
    """
    if database.dialect != "postgresql":
        return []
    with database.read() as session:
        role = session.execute(_ROLE).one()
        found = [sentence for held, sentence in zip(role, _SENTENCES, strict=True) if held]
        if owned := session.execute(_OWNED).scalar_one():
            found.append(f"owns {owned} tables or views, or may act as their owner: it could switch row security off")
        if session.execute(_CREATES).scalar_one():
            found.append("may create things in the schema, which could stand before the tables")
        unguarded = session.execute(_OPEN).scalar_one()
        if unguarded:
            found.append(f"is not bound on {unguarded}, where row security is switched off")
    return [f"the database role {sentence}" for sentence in found]
