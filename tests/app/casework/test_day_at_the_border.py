"""The day of a handover is the country's own: early in the morning at a bridge it is still yesterday in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from app.access.desk import House
from app.casework.move import StepRefused
from app.kit.clock import SettableClock
from app.kit.crypto import KeyRing
from app.kit.db import Database
from app.kit.signing import SigningKeys
from tests.factories import cases, referrals
from tests.factories.forms import form
from tests.factories.houses import make_house, put_offices
from tests.factories.staff import hire_staff

DAY = date(2026, 12, 1)
HALF_PAST_SIX_IN_BANGKOK = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)


@pytest.fixture
def house(database: Database, clock: SettableClock, keys: KeyRing, signing: SigningKeys) -> House:
    made = make_house(database, clock, keys, signing)
    put_offices(made)
    return made


def test_a_handover_at_half_past_six_in_the_morning_is_todays(house: House, clock: SettableClock) -> None:
    here, there = hire_staff(house), hire_staff(house, "MM")
    pair = referrals.bring_referral(house, here, there, "accepted")
    cases.add(house, here["case_manager"], pair.case_id, "travel_document", expires="2027-06-01")
    cases.add(house, here["legal_officer"], pair.case_id, "legal_status")
    officer = here["border_focal_point"]
    plan = form(house, "handover_schedule", on=DAY.isoformat())
    referrals.take(house, officer, pair.sent_from, "schedule_handover", plan)
    other = there["border_focal_point"]
    referrals.take(house, other, pair.arrived, "confirm_handover", form(house, "handover_confirmation"))

    clock.set(HALF_PAST_SIX_IN_BANGKOK - timedelta(hours=12))
    cases.take(house, here["case_manager"], pair.case_id, "depart")
    certified = form(house, "handover", reconfirmed_on=DAY.isoformat())
    with pytest.raises(StepRefused) as too_early:
        referrals.take(house, officer, pair.sent_from, "sign_handover", certified)
    codes = {reason["code"] for reason in too_early.value.extra["refusals"]}
    assert {"day_has_come", "person_reconfirmed_today"} <= codes

    clock.set(HALF_PAST_SIX_IN_BANGKOK)
    assert referrals.take(house, officer, pair.sent_from, "sign_handover", certified).to == "handed_over"
    assert referrals.take(house, other, pair.arrived, "sign_receipt", form(house, "receipt")).to == "received"
