"""What a page offers and names beside the figures: the periods one can choose, and the lists of the dimensions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from policies.populations import COUNTRY, OFFICE, POPULATIONS, SPELLED, YEAR
from policies.reports import Report

__all__ = ["BACK", "lists_of", "periods_back"]

BACK: Final = 8


def periods_back(report: Report, today: date) -> list[str]:
    """The period of today and those before it, the newest first."""
    if report.as_of.by == "year":
        return [str(today.year - back) for back in range(BACK)]
    if report.as_of.by == "quarter":
        now = today.year * 4 + (today.month - 1) // 3
        return [f"{number // 4}-Q{number % 4 + 1}" for number in range(now, now - BACK, -1)]
    # Today, and the last day of each year before it.
    ends = [date(today.year - back, 1, 1) - timedelta(days=1) for back in range(BACK - 1)]
    return [today.isoformat(), *(each.isoformat() for each in ends)]


def lists_of(report: Report) -> dict[str, str]:
    """Dimension -> the code list that gives its values their words."""
    known = POPULATIONS[report.counts].dimensions
    kept = {name: known[name] for name in report.dimensions}
    named = {name: "country" for name, kind in kept.items() if kind == COUNTRY}
    plain = (COUNTRY, OFFICE, YEAR, *SPELLED)
    return named | {name: kind for name, kind in kept.items() if kind not in plain}
