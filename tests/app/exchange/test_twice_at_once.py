"""A line that doubles brings the same letter twice at one moment: one is taken in, both are answered alike."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from app.casework import mirror
from app.casework.held import REFERRAL
from app.exchange.parcels import pack
from app.exchange.receiving import Post
from app.kit.clock import SettableClock
from tests.conftest import START, Grounds
from tests.inspect import reading
from tests.journeys import paths
from tests.journeys.apart import Apart, open_apart


@pytest.fixture
def apart(grounds: Grounds) -> Iterator[Apart]:
    """Two installations on PostgreSQL: on SQLite the second waits for the first before it looks."""
    with (
        grounds("postgresql") as near,
        grounds("postgresql") as far,
        open_apart(near, far, SettableClock(START)) as opened,
    ):
        yield opened


def test_both_get_the_receipt_and_one_copy_is_made(apart: Apart, monkeypatch: pytest.MonkeyPatch) -> None:
    apart["th.manager"].take(paths.draft(apart, paths.ready_to_refer(apart)), "send")
    here, there = apart.houses
    (letter,) = json.loads(pack(here, "TH", "MM").content)["letters"]
    known, together, asked = mirror._must_be_next, threading.Barrier(2, timeout=20), []

    def at_one_moment(desk: Any, header: dict[str, Any]) -> None:
        known(desk, header)
        asked.append(header["id"])
        # Both have asked whether it is known, and neither has written anything yet.
        if len(asked) <= 2:
            together.wait()

    monkeypatch.setattr(mirror, "_must_be_next", at_one_moment)
    post, content = Post(there), base64.b64decode(letter)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(post.letter, (content, content))
    assert first == second and len(asked) == 2
    with reading(there.db) as session:
        assert len(session.execute(select(REFERRAL.c.id)).all()) == 1
