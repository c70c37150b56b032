"""Who answers in another country now, by the directory: the offices for something, and whether they are on duty."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.access.desk import Desk
from app.casework.contact_rows import Entry, entries, named
from policies.model import Policies
from workflows.directory import DAYS, Duty, duty

__all__ = ["Answering", "answering", "duty_of"]


@dataclass(frozen=True, slots=True)
class Answering:
    """One office that answers for something, as a page shows it. ``said``: what its country says of it."""

    office: str
    office_name: str
    said: dict[str, Any]
    duty: Duty
    valid: bool
    out_of_date: bool


def answering(desk: Desk, country: str, kinds: Collection[str], point: str = "") -> list[Answering]:
    """The contacts of a country for one of these kinds that count today, at a border point if one is given."""
    names = {each.code: each.name for each in desk.policies.countries[country].offices}
    found = []
    for each in entries(desk, [country]):
        contact = named(each)
        here = not point or point in contact.points
        if not (here and contact.kinds & set(kinds) and contact.holds_on(desk.today)):
            continue
        name = names.get(each.office) or each.said.get("office_name") or each.office
        duty_now = duty_of(desk.policies, each, desk.now)
        found.append(Answering(each.office, name, each.said, duty_now, True, each.stale(desk.today)))
    return found


def duty_of(policies: Policies, found: Entry, now: datetime) -> Duty:
    """Whether somebody is on duty at an office now, by its own clock; public holidays of its country are closed."""
    try:
        zone: Any = ZoneInfo(found.said["timezone"])
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = policies.zone(found.owner)
    here = now.astimezone(zone)
    # A public holiday is closed, whatever its weekday says; a weekend is not, where hours are said for it.
    calendar, weekend = policies.calendar(found.owner), policies.countries[found.owner].holidays.weekend
    week = [date.fromordinal(here.toordinal() + ahead) for ahead in range(-1, 8)]
    off = frozenset(day for day in week if day in calendar and day.isoweekday() not in weekend)
    hours = {day: found.said["hours"].get(day, "") for day in DAYS}
    return duty(hours, here, frozenset() if set(hours.values()) == {"00:00-24:00"} else off)
