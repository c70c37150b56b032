"""Clocks: always aware, always UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.kit.clock import Clock, SettableClock, as_utc

BANGKOK = timezone(timedelta(hours=7))


def test_the_real_clock_is_aware_utc_and_goes_on() -> None:
    first = Clock().now()
    assert first.utcoffset() == timedelta(0)
    assert Clock().now() >= first


def test_the_settable_clock_stands_until_it_is_moved() -> None:
    clock = SettableClock(datetime(2026, 1, 1, 7, tzinfo=BANGKOK))
    assert clock.now() == clock.now() == datetime(2026, 1, 1, tzinfo=UTC)
    assert clock.now().tzinfo is UTC
    assert clock.advance(timedelta(days=1)) == datetime(2026, 1, 2, tzinfo=UTC)
    clock.set(datetime(2025, 1, 1, tzinfo=UTC))
    assert clock.now().year == 2025


def test_a_moment_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - the very thing that is refused
    for act in (as_utc, SettableClock, SettableClock(datetime(2026, 1, 1, tzinfo=UTC)).set):
        with pytest.raises(ValueError, match="time zone"):
            act(naive)
