"""Rules that change with a date, their versions side by side: before, in force, and to come."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from policies.model import DatedAmount, DatedClock, Policies, RetentionPeriod

__all__ = ["Versions", "changing"]

Version = DatedClock | DatedAmount | RetentionPeriod


@dataclass(frozen=True, slots=True)
class Versions:
    """One rule that has, had or will have more than one version.

    ``kind``: clock, entitlement or retention. ``name``: code of a clock, else a title. ``where``: country or corridor.
    """

    kind: str
    name: str
    where: str
    before: tuple[Version, ...]
    now: Version | None
    coming: tuple[Version, ...]


def changing(policies: Policies, today: date) -> list[Versions]:
    """Every rule with more than one version, as it stands on ``today``."""
    return [
        Versions(
            kind, name, where,
            tuple(each for each in versions if each.until is not None and each.until < today),
            next((each for each in versions if each.holds_on(today)), None),
            tuple(each for each in versions if each.from_ > today),
        )
        for kind, name, where, versions in _dated(policies)
        if len(versions) > 1
    ]  # fmt: skip


def _dated(policies: Policies) -> Iterator[tuple[str, str, str, Sequence[Version]]]:
    for code, country in policies.countries.items():
        for name, clocks in country.clocks.items():
            yield "clock", name, code, clocks
        for entitlement in country.entitlements:
            yield "entitlement", entitlement.title, code, entitlement.amounts
    for corridor in (policies.default_corridor, *policies.corridors.values()):
        for name, clocks in corridor.dated_clocks.items():
            yield "clock", name, corridor.key, clocks
    for rule in policies.retention.values():
        yield "retention", rule.title, "", rule.periods
        yield "retention", rule.title, "", rule.child_periods

