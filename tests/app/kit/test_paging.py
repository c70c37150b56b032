"""Pages: every row exactly once, whatever the cursor says."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Row, String, Table, insert, select

from app.kit.db import Database
from app.kit.errors import Invalid
from app.kit.paging import Page, ask, decode_cursor, encode_cursor
from app.models.base import Stamp

PLAIN = MetaData()
LINE = Table(
    "line",
    PLAIN,
    Column("id", String(36), primary_key=True),
    Column("at", Stamp, nullable=False),
    Column("rank", Integer, nullable=False),
)
START = datetime(2026, 1, 1, tzinfo=UTC)
SHAPE = (datetime, str)


def _key(row: Row[tuple[datetime, str]]) -> tuple[datetime, str]:
    return row[0], row[1]


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("limit", [1, 3, 10, 25, 26])
def test_pages_hold_every_row_once_and_in_order(empty_database: Database, limit: int, newest_first: bool) -> None:
    PLAIN.create_all(empty_database.engine)
    # Three rows share each moment, so only the id tells them apart.
    rows = [{"id": f"{n:03}", "at": START + timedelta(microseconds=n // 3), "rank": n} for n in range(25)]
    with empty_database.write() as session:
        session.execute(insert(LINE), rows[::2] + rows[1::2])
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(30):
        wanted = ask(limit, cursor, SHAPE)
        query = wanted.narrow(select(LINE.c.at, LINE.c.id), (LINE.c.at, LINE.c.id), newest_first=newest_first)
        with empty_database.read() as session:
            page, cursor = wanted.cut(session.execute(query).all(), _key)
        assert len(page) <= limit
        seen += [row.id for row in page]
        if cursor is None:
            break
    expected = [row["id"] for row in rows]
    assert seen == (expected[::-1] if newest_first else expected)


WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)


@given(st.tuples(WORDS, st.integers(-(2**63) + 1, 2**63 - 1)))
def test_a_cursor_says_what_it_was_made_from(key: tuple[str, int]) -> None:
    assert decode_cursor(encode_cursor(key), (str, int)) == key


def test_moments_come_back_in_utc() -> None:
    bangkok = datetime(2026, 1, 1, 7, tzinfo=timezone(timedelta(hours=7)))
    assert decode_cursor(encode_cursor((bangkok,)), (datetime,)) == (START,)


def _cursor(content: object) -> str:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "!",
        "a",
        "กข",
        "x" * 600,
        _cursor(b"not json"),
        _cursor(b"\xff\xfe"),
        _cursor(b"[" * 300),
        _cursor({"a": 1}),
        _cursor([]),
        _cursor(["2026-01-01T00:00:00+00:00"]),
        _cursor(["2026-01-01T00:00:00+00:00", "x", "y"]),
        _cursor(["2026-01-01T00:00:00", "x"]),
        _cursor(["0001-01-01T00:00:00+14:00", "x"]),
        _cursor(["yesterday", "x"]),
        _cursor([1, "x"]),
        _cursor(["2026-01-01T00:00:00+00:00", None]),
        _cursor(["2026-01-01T00:00:00+00:00", 5]),
        _cursor(["2026-01-01T00:00:00+00:00", "nul\x00"]),
        _cursor(b'["2026-01-01T00:00:00+00:00", "\\ud800"]'),
    ],
)
def test_a_cursor_that_was_never_given_out_is_422(cursor: str) -> None:
    with pytest.raises(Invalid) as caught:
        decode_cursor(cursor, SHAPE)
    assert (caught.value.status, caught.value.code) == (422, "bad_cursor")


@pytest.mark.parametrize("number", [True, 1.5, 2**63, "1"])
def test_a_number_in_a_cursor_fits_a_column(number: object) -> None:
    with pytest.raises(Invalid):
        decode_cursor(_cursor([number]), (int,))


@pytest.mark.parametrize("limit", [0, -1, 101, 10**9])
def test_a_page_has_1_to_100_rows(limit: int) -> None:
    with pytest.raises(Invalid, match="1 to 100"):
        ask(limit, None, SHAPE)


def test_without_a_limit_there_are_fifty() -> None:
    assert ask(None, None, SHAPE).limit == 50


def test_a_page_says_where_the_next_begins() -> None:
    assert Page[int](items=[1], next="abc").model_dump() == {"items": [1], "next": "abc"}
