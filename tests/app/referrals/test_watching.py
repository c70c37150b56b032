"""What waits too long is told once to those whose business it is: one-sided handovers, and answers nobody gave."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.referrals import watching
from app.referrals.watch_queries import NOTICE, ONE_SIDED, UNANSWERED
from tests.factories import referrals
from tests.factories.staff import add_user
from tests.factories.towns import Town
from tests.inspect import reading


def told(town: Town, kind: str) -> set[tuple[str, str]]:
    """Who was told of which copy; RuntimeError-free proof that nobody was told twice."""
    with reading(town.house.db) as session:
        rows: list[Any] = list(session.execute(select(NOTICE).where(NOTICE.c.kind == kind)))
    found = [(row.user_id, row.subject_id) for row in rows]
    assert len(found) == len(set(found))
    return set(found)


def test_a_one_sided_handover_is_told_to_the_supervisors_of_both_sides_once(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "handed_over")
    elsewhere = add_user(town.house, "th-shelter-chiang-rai", "supervisor")
    lasts = town.house.policies.safeguards.one_sided_for
    town.clock.advance(lasts - timedelta(minutes=1))
    assert watching.ring(town.house) == 0
    town.clock.advance(timedelta(minutes=1))
    assert watching.ring(town.house) == 2
    wanted = {
        (town.th["supervisor"].id, pair.sent_from), (town.th["national_focal_point"].id, pair.sent_from),
        (town.mm["supervisor"].id, pair.arrived), (town.mm["national_focal_point"].id, pair.arrived),
    }  # fmt: skip
    assert told(town, ONE_SIDED) == wanted
    assert elsewhere.id not in {user_id for user_id, _ in told(town, ONE_SIDED)}
    town.clock.advance(timedelta(hours=5))
    assert watching.ring(town.house) == 0
    assert told(town, ONE_SIDED) == wanted


def test_a_receipt_in_time_rings_nobody(town: Town) -> None:
    referrals.bring_referral(town.house, town.th, town.mm, "received")
    town.clock.advance(timedelta(days=2))
    assert watching.ring(town.house) == 0


def test_an_unanswered_referral_is_told_to_who_stands_in(town: Town) -> None:
    pair = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    deputy = add_user(town.house, "mm-atipd", "national_focal_point")
    assert watching.ring(town.house) == 0
    town.clock.advance(timedelta(days=15))
    assert watching.ring(town.house) == 1
    assert told(town, UNANSWERED) == {
        (deputy.id, pair.arrived), (town.mm["national_focal_point"].id, pair.arrived),
    }  # fmt: skip
    assert watching.ring(town.house) == 0
