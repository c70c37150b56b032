"""Days nobody works: public holidays of a country from the `holidays` package, corrected by policy."""

from __future__ import annotations

from datetime import date

import holidays

from policies.model import Country, Policies


def days_off(policies: Policies, countries: tuple[str, ...], start: date) -> frozenset[date]:
    """Holidays of all these countries in the year of ``start`` and the next one."""
    found: set[date] = set()
    for code in countries:
        country = policies.countries.get(code)
        if country is not None:
            for year in (start.year, start.year + 1):
                found |= _holidays(country, year)
    return frozenset(found)


_CACHE: dict[tuple[str, str, int], frozenset[date]] = {}


def _holidays(country: Country, year: int) -> frozenset[date]:
    rule = country.holidays
    key = (country.code, repr((rule.extra, rule.removed)), year)
    found = _CACHE.get(key)
    if found is None:
        days = set(holidays.country_holidays(rule.calendar, years=year))
        days |= {each.day for each in rule.extra if each.day.year == year}
        found = _CACHE[key] = frozenset(days - set(rule.removed))
    return found
