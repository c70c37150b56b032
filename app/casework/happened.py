"""The day on which a step happened, as it travels: both copies of a referral say the day of the country that took it.

A letter may be under way for days, and around midnight two countries have two days. The copy that hears of a step later
must not call it today's (WM-RECEIPTS: copies agree at rest).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from app.access.desk import Desk

__all__ = ["day_of", "day_said", "said"]

ON: Final = "on"
# Nobody enters a paper later than this; what a message says beyond is not believed.
LATEST_ENTRY: Final = timedelta(days=366)
# Clocks may differ a little, and then the day does.
AHEAD: Final = timedelta(days=1)


def said(on: date) -> dict[str, str]:
    """What a message says of the day on which its step happened."""
    return {ON: on.isoformat()}


def day_of(desk: Desk, header: Mapping[str, Any], body: Mapping[str, Any]) -> date:
    """The day on which the step of a message happened, in the country that took it.

    Where it says none (older programs), or none that can be, it is the day there on which the message was written.
    """
    written = desk.policies.day(str(header["from"]), datetime.fromisoformat(str(header["created"])))
    try:
        on = date.fromisoformat(str(body.get(ON)))
    except ValueError:
        return written
    return on if written - LATEST_ENTRY <= on <= written + AHEAD else written


def day_said(details: Mapping[str, Any]) -> date | None:
    """The day that an entry of history tells for a step of the other country; None in entries of older programs."""
    return date.fromisoformat(details[ON]) if ON in details else None
