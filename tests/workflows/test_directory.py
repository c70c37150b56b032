"""Contacts as rules see them: who counts when, and who is on duty at a moment."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from workflows.directory import Contact, DirectoryFacts, Standing, duty

DAY = date(2026, 11, 26)
LONG_AGO = date(2020, 1, 1)
YANGON = timezone(timedelta(hours=6, minutes=30))


def named(*kinds: str, ends: date | None = None, begins: date = LONG_AGO, points: tuple[str, ...] = ()) -> Contact:
    return Contact("MM", "mm-dor", frozenset(kinds), begins, ends, frozenset(points))


@pytest.mark.parametrize(
    ("entries", "child", "standing"),
    [
        ((), False, Standing.SILENT),
        ((named("handover", ends=LONG_AGO),), False, Standing.SILENT),
        ((named("referral"),), False, Standing.VALID),
        ((named("referral", ends=DAY),), False, Standing.VALID),
        ((named("referral", ends=DAY - timedelta(days=1)),), False, Standing.OVER),
        ((named("referral", begins=DAY + timedelta(days=1)),), False, Standing.COMING),
        ((named("referral", ends=LONG_AGO), named("referral")), False, Standing.VALID),
        ((named("referral"),), True, Standing.VALID),
        ((named("referral"), named("child", ends=LONG_AGO)), True, Standing.OVER),
        ((named("referral", ends=LONG_AGO), named("child")), True, Standing.VALID),
        ((named("child", ends=LONG_AGO),), False, Standing.SILENT),
    ],
)
def test_how_a_country_is_reached_for_a_referral(
    entries: tuple[Contact, ...], child: bool, standing: Standing
) -> None:
    assert DirectoryFacts(entries).for_referrals("MM", DAY, child=child) is standing
    assert DirectoryFacts(entries).for_referrals("TH", DAY, child=child) is Standing.SILENT


def test_a_border_point_nobody_spoke_of_stays_open() -> None:
    facts = DirectoryFacts((named("handover", ends=LONG_AGO, points=("a",)), named("handover", points=("b",))))
    assert facts.at_the_border("MM", "a", DAY) is Standing.OVER
    assert facts.at_the_border("MM", "b", DAY) is Standing.VALID
    assert facts.at_the_border("MM", "c", DAY) is Standing.SILENT


HOURS = {"mon": "08:30-16:30", "tue": "00:00-24:00", "fri": "20:00-06:00"}


@pytest.mark.parametrize(
    ("at", "is_open", "when"),
    [
        # Monday, 2026-11-23, in Yangon.
        (datetime(2026, 11, 23, 8, 29, tzinfo=YANGON), False, datetime(2026, 11, 23, 8, 30, tzinfo=YANGON)),
        (datetime(2026, 11, 23, 8, 30, tzinfo=YANGON), True, datetime(2026, 11, 23, 16, 30, tzinfo=YANGON)),
        (datetime(2026, 11, 23, 16, 30, tzinfo=YANGON), False, datetime(2026, 11, 24, tzinfo=YANGON)),
        (datetime(2026, 11, 24, 23, 59, tzinfo=YANGON), True, datetime(2026, 11, 25, tzinfo=YANGON)),
        (datetime(2026, 11, 25, 9, tzinfo=YANGON), False, datetime(2026, 11, 27, 20, tzinfo=YANGON)),
        (datetime(2026, 11, 28, 5, 59, tzinfo=YANGON), True, datetime(2026, 11, 28, 6, tzinfo=YANGON)),
        (datetime(2026, 11, 28, 6, tzinfo=YANGON), False, datetime(2026, 11, 30, 8, 30, tzinfo=YANGON)),
        (datetime(2026, 11, 30, 9, tzinfo=YANGON), True, datetime(2026, 11, 30, 16, 30, tzinfo=YANGON)),
    ],
)
def test_who_is_on_duty(at: datetime, is_open: bool, when: datetime) -> None:
    found = duty(HOURS, at)
    assert (found.open, found.until if is_open else found.opens) == (is_open, when)


def test_a_day_off_and_no_hours_at_all() -> None:
    at = datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert duty(HOURS, at, frozenset({at.date()})).opens == datetime(2026, 11, 24, tzinfo=UTC)
    nobody = duty({}, at)
    assert (nobody.open, nobody.until, nobody.opens) == (False, None, None)
