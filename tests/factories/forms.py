"""Builds filled-in forms of every record kind, with days around the house's clock."""

from __future__ import annotations

import re
from copy import deepcopy
from datetime import timedelta
from typing import Any

from app.access.desk import House
from app.casework.kinds import KINDS

ALL_GROUPS = [
    "needs", "age_band", "language", "nationality", "corridor_plan", "identity", "contact", "family", "health",
    "documents", "risk", "legal",
]  # fmt: skip


def told(word: object, text: str) -> bool:
    """Whether ``text`` says ``word`` as a word of its own: a year that stands by chance in a hash tells nobody."""
    return re.search(rf"(?<![0-9a-f-]){re.escape(str(word))}(?![0-9a-f-])", text) is not None


def day(house: House, days: int = 0) -> str:
    """The day ``days`` from what is called today in Thailand, as JSON writes it."""
    return (house.policies.day("TH", house.clock.now()) + timedelta(days=days)).isoformat()


def form(house: House, kind: str, **changes: Any) -> dict[str, Any]:
    """The kind's own example with days that fit the clock; ``changes`` overwrite fields."""
    filled = deepcopy(KINDS[kind].example)
    filled |= _days(house).get(kind, {})
    return filled | changes


def _days(house: House) -> dict[str, dict[str, Any]]:
    return {
        "best_interests_assessment": {"valid_until": day(house, 90)},
        "consent": {
            "valid_from": day(house, -1),
            "valid_until": day(house, 300),
            "data_groups": list(ALL_GROUPS),
        },
        "embassy_answer": {"answered": day(house)},
        "fund_claim": {"concerns": day(house)},
        "fund_payment": {"paid_on": day(house)},
        "guardian_appointment": {"since": day(house, -1)},
        "handover": {"reconfirmed_on": day(house)},
        "handover_schedule": {"on": day(house)},
        "identification_decision": {"notified_on": day(house)},
        "needs_assessment": {"reassess_on": day(house, 60)},
        "override": {"until": day(house, 10)},
        "permit": {"valid_from": day(house, -1), "valid_until": day(house, 180)},
        "pre_return_risk": {"valid_until": day(house, 29)},
        "remedy_appeal": {"appealed_on": day(house)},
        "remedy_award": {"decided_on": day(house), "appeal_until": day(house, 30)},
        "remedy_filing": {"filed_on": day(house)},
        "remedy_news": {"on": day(house), "answer_by": day(house, 30)},
        "remedy_told": {"told_on": day(house)},
        "remedy_payment": {"paid_on": day(house)},
        "remedy_refusal": {"decided_on": day(house), "appeal_until": day(house, 30)},
        "hearing": {"hearing_on": day(house, 12)},
        "service_request": {"wanted_by": day(house, 14)},
        "travel_document": {"issued": day(house, -3), "expires": day(house, 200)},
    }
