"""The base of all tables: moments in UTC on both engines, random ids, names for constraints."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Column, MetaData, Table, insert, select
from sqlalchemy.exc import StatementError

from app.kit.db import Database
from app.models import load_all
from app.models.base import NAMES, Base, Stamp, new_id

PLAIN = MetaData()
MOMENT = Table("moment", PLAIN, Column("at", Stamp, nullable=True))
BANGKOK = timezone(timedelta(hours=7))


def test_moments_go_in_aware_and_come_out_in_utc(empty_database: Database) -> None:
    PLAIN.create_all(empty_database.engine)
    late, early = datetime(2026, 1, 1, 7, 0, 0, 123456, BANGKOK), datetime(2025, 12, 31, 23, tzinfo=UTC)
    with empty_database.write() as session:
        session.execute(insert(MOMENT), [{"at": late}, {"at": early}, {"at": None}])
    with empty_database.read() as session:
        found = session.scalars(select(MOMENT.c.at).where(MOMENT.c.at.is_not(None)).order_by(MOMENT.c.at)).all()
        since = session.scalars(select(MOMENT.c.at).where(MOMENT.c.at >= late)).all()
        nothing = session.scalars(select(MOMENT.c.at).where(MOMENT.c.at.is_(None))).all()
    assert found == [early, late]
    assert [moment.utcoffset() for moment in found] == [timedelta(0)] * 2
    assert (since, nothing) == ([late], [None])


def test_a_moment_without_a_zone_is_refused(empty_database: Database) -> None:
    PLAIN.create_all(empty_database.engine)
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - the very thing that is refused
    with pytest.raises(StatementError, match="time zone"), empty_database.write() as session:
        session.execute(insert(MOMENT).values(at=naive))


def test_ids_are_random_uuids() -> None:
    made = {new_id() for _ in range(1000)}
    assert len(made) == 1000
    assert {uuid.UUID(text).version for text in made} == {4}
    assert {len(text) for text in made} == {36}


def test_every_model_is_loaded_and_every_constraint_has_a_name() -> None:
    names = load_all()
    assert "app.models.base" in names
    assert load_all() == names
    assert Base.metadata.naming_convention == NAMES
    for table in Base.metadata.tables.values():
        assert all(constraint.name for constraint in table.constraints), table.name
