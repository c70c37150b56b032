"""Which days nobody works: weekend and public holidays of one country or of both countries of a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, tzinfo

import holidays

from policies.country import Country


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days that count for one clock, and the zone in which its days begin and end.

    ``day in calendar`` says that nobody works on that day in at least one of the countries. Years are looked up as
    they are asked for, so a clock may run as far as it has to.
    """

    countries: tuple[Country, ...] = ()
    zone: tzinfo = UTC

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and any(_is_off(country, day) for country in self.countries)

    def works(self, day: date) -> bool:
        """Whether the offices of every country concerned are open on ``day``."""
        return day not in self


def _is_off(country: Country, day: date) -> bool:
    rule = country.holidays
    return day.isoweekday() in rule.weekend or day in _public(country, day.year)


_CACHE: dict[tuple[str, str, int], frozenset[date]] = {}


def _public(country: Country, year: int) -> frozenset[date]:
    """The public holidays of one year: the `holidays` package, corrected by the policy of the country."""
    rule = country.holidays
    key = (rule.calendar, repr((rule.extra, rule.removed)), year)
    found = _CACHE.get(key)
    if found is None:
        days = set(holidays.country_holidays(rule.calendar, years=year))
        days |= {each.day for each in rule.extra if each.day.year == year}
        found = _CACHE[key] = frozenset(days - set(rule.removed))
    return found
