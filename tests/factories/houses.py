"""Builds what a running program holds, and the offices of the policies in its database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import insert, select

from app.access.desk import Desk, House
from app.access.passwords import Passwords
from app.access.tokens import Tokens
from app.kit.clock import Clock
from app.kit.crypto import KeyRing
from app.kit.db import Database
from app.kit.signing import SigningKeys
from app.models.base import new_id
from app.models.office import Office
from policies.load import load_policies
from tests.inspect import reading, writing

# The least argon2 allows: tests of anything but passwords have no use for slow hashing.
CHEAP = Passwords(memory_kib=64, passes=1)


def make_house(database: Database, clock: Clock, keys: KeyRing, signing: SigningKeys) -> House:
    """A house over ``database`` with the real policies, for tests that call services without a door."""
    tokens = Tokens({"1": bytes(range(64, 96))}, current="1", issuer="waymark", audience="waymark-api")
    return House(database, load_policies(), keys, signing, clock, tokens, CHEAP)


def put_offices(house: House) -> dict[str, str]:
    """Every office of the policies in the database, once; office code -> row id."""
    known = offices(house)
    rows = []
    for country in house.policies.countries.values():
        for office in country.offices:
            if office.code in known:
                continue
            known[office.code] = new_id()
            rows.append({
                "id": known[office.code],
                "code": office.code,
                "country": office.country,
                "organisation": office.organisation,
                "name": office.name,
                "kind": office.kind,
                "level": office.level,
                "national_focal_point": office.national_focal_point,
            })  # fmt: skip
    if rows:
        with writing(house.db) as session:
            session.execute(insert(Office), rows)
    return known


def offices(house: House) -> dict[str, str]:
    """The offices that are in the database: code -> row id."""
    with reading(house.db) as session:
        return {row.code: row.id for row in session.execute(select(Office.code, Office.id))}


@contextmanager
def system_desk(house: House, country: str = "TH") -> Iterator[Desk]:
    """A writable desk of the system itself."""
    with house.db.write() as session:
        yield house.system_desk(session, country, "test")
