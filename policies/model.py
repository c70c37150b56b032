"""All policy types, and `Policies`: the loaded whole, asked by rules, doors and pages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

from pydantic import Field

from policies.calendars import Calendar
from policies.clocks import ClockRules, Extension, Rung, StopCause
from policies.corridor import (
    CORRIDOR_CLOCKS,
    OFFERABLE,
    BorderPoint,
    Corridor,
    Disclosure,
    Instrument,
    Meeting,
)
from policies.country import (
    COUNTRY_CLOCKS,
    EXTRA_COUNTRY_CLOCKS,
    CompetentAuthority,
    Country,
    DatedAmount,
    Entitlement,
    Holidays,
    Hotline,
    NamedDay,
    PolicyOffice,
)
from policies.import_mapping import ImportMapping
from policies.lists import (
    Code,
    CodeList,
    Indicator,
    IndicatorPack,
    RetentionPeriod,
    RetentionRule,
    RolePolicy,
    labels_of,
)
from policies.mappings import Mapping
from policies.microdata import Microdata
from policies.needs import NeedsRules as NeedsRules
from policies.notices import Notice, NoticeWords
from policies.reports import PopulationFigure, Report
from policies.safeguards import Drafts, MailRules, Safeguards, Screen
from policies.standards import Standard, StandardMap
from policies.terms import (
    Basis,
    Cited,
    Clock,
    Dated,
    DatedClock,
    FieldGroup,
    FrozenDict,
    FrozenMap,
    Policy,
    Scope,
    Source,
    Strength,
    overlaps,
)

__all__ = [
    "CORRIDOR_CLOCKS",
    "COUNTRY_CLOCKS",
    "EXTRA_COUNTRY_CLOCKS",
    "OFFERABLE",
    "Basis",
    "BorderPoint",
    "Calendar",
    "Cited",
    "Clock",
    "ClockRules",
    "Code",
    "CodeList",
    "CompetentAuthority",
    "Corridor",
    "Country",
    "Dated",
    "DatedAmount",
    "DatedClock",
    "Disclosure",
    "Drafts",
    "Entitlement",
    "Extension",
    "FieldGroup",
    "FrozenDict",
    "FrozenMap",
    "Holidays",
    "Hotline",
    "Indicator",
    "IndicatorPack",
    "Instrument",
    "MailRules",
    "Mapping",
    "Meeting",
    "NamedDay",
    "Notice",
    "NoticeWords",
    "Policies",
    "Policy",
    "PolicyOffice",
    "Report",
    "RetentionPeriod",
    "RetentionRule",
    "RolePolicy",
    "Rung",
    "Safeguards",
    "Scope",
    "Screen",
    "Source",
    "Standard",
    "StandardMap",
    "StopCause",
    "Strength",
    "overlaps",
]


class Policies(Policy):
    """Everything that is agreed, read once at start; `digest` (SHA-256, hex) names this exact text."""

    sources: FrozenMap[Source]
    permissions: FrozenMap[str]
    roles: FrozenMap[RolePolicy]
    countries: FrozenMap[Country]
    corridors: FrozenMap[Corridor]
    default_corridor: Corridor
    codes: FrozenMap[CodeList]
    indicators: FrozenMap[IndicatorPack]
    retention: FrozenMap[RetentionRule]
    reports: FrozenMap[Report]
    population: FrozenMap[tuple[PopulationFigure, ...]] = Field(default_factory=dict)
    microdata: Microdata
    notices: FrozenMap[Notice] = Field(default_factory=dict)
    mappings: FrozenMap[Mapping] = Field(default_factory=dict)
    standards: FrozenMap[Standard] = Field(default_factory=dict)
    standard_maps: FrozenMap[StandardMap] = Field(default_factory=dict)
    imports: FrozenMap[ImportMapping] = Field(default_factory=dict)
    safeguards: Safeguards = Safeguards()
    clocks: ClockRules = ClockRules()
    needs: NeedsRules
    digest: str

    def corridor(self, a: str, b: str) -> Corridor:
        """The rules between two countries (alpha-2, either order).

        A pair without a file gets the default with its two countries set, and of its instruments only those
        that bind both: a regional text says nothing to a country outside. ValueError for one country twice.
        """
        if a == b:
            raise ValueError(f"a corridor needs two countries, not {a} twice")
        for key in (f"{a}-{b}".lower(), f"{b}-{a}".lower()):
            if key in self.corridors:
                return self.corridors[key]
        pair = tuple(sorted((a, b)))
        shared = tuple(
            each
            for each in self.default_corridor.instruments
            if all(self.source(each.source).binds_in(country) for country in pair)
        )
        return self.default_corridor.model_copy(
            update={"key": "-".join(pair).lower(), "countries": pair, "instruments": shared}
        )

    def clock(self, name: str, country: str, other: str | None = None, *, on: date) -> Clock:
        """The time limit `name` on a day: the corridor's, else the default corridor's, else the country's.

        Raises KeyError, saying what was asked, when none of the three states it.
        """
        corridor = self.corridor(country, other) if other is not None else self.default_corridor
        found = corridor.clock(name, on) or self.default_corridor.clock(name, on)
        if found is not None:
            return found
        if country not in self.countries:
            raise KeyError(f"no clock '{name}' for {country}: the policies have no such country")
        return self.countries[country].clock(name, on)

    @property
    def smallest_cell(self) -> int:
        """Below this no figure is told to somebody who may not open the cases: the strictest of all tables."""
        return max(report.smallest_cell.public for report in self.reports.values())

    def people_of(self, country: str, year: int) -> PopulationFigure | None:
        """How many people a country had in a year; None where nobody has put it into population.yaml."""
        return next((each for each in self.population.get(country, ()) if each.year == year), None)

    def zone(self, country: str) -> tzinfo:
        """The time zone of a country; UTC for a country without a policy."""
        known = self.countries.get(country)
        return ZoneInfo(known.timezone) if known else UTC

    def calendar(self, country: str, other: str | None = None) -> Calendar:
        """The working days of a clock that runs in ``country``, and of the ``other`` country where two are concerned.

        Days begin and end in the zone of ``country``. A country without a policy has no days off that we know.
        """
        known = (self.countries.get(code) for code in (country, other) if code is not None)
        return Calendar(tuple(each for each in known if each is not None), self.zone(country))

    def day(self, country: str, moment: datetime) -> date:
        """The calendar day of an aware moment in a country."""
        return moment.astimezone(self.zone(country)).date()

    def deputy_office(self, corridor: Corridor, country: str, code: str | None) -> PolicyOffice | None:
        """The office of ``country`` that answers when the office ``code`` does not.

        The corridor's next focal office, else the national focal point; None where there is no other.
        """
        national = (each.code for each in self.countries[country].offices if each.national_focal_point)
        others = (each for each in (*corridor.focal_offices.get(country, ()), *national) if each != code)
        found = next(others, None)
        return None if found is None else self.office(found)

    def source(self, source_id: str) -> Source:
        """The source with this id; KeyError when sources.yaml has none."""
        if source_id not in self.sources:
            raise KeyError(f"sources.yaml has no source '{source_id}'")
        return self.sources[source_id]

    def overridable(self, source_ids: Iterable[str]) -> bool:
        """Whether a guard resting on these sources may be set aside with reasons.

        True only when every one of them allows it; a guard that names no source is never overridable.
        """
        ids = tuple(source_ids)
        return bool(ids) and all(self.source(each).strength is Strength.OVERRIDE for each in ids)

    def read_as(self, list_name: str, code: str, *, of: str, by: str, on: date) -> str:
        """What the country ``by`` reads for a code of ``of`` in a message of a day: by its table, or as spelled."""
        table = self.mappings.get(f"{of}-{by}".lower())
        return (table.ours(list_name, code, on) if table is not None else None) or code

    def knows(self, list_name: str, code: str) -> bool:
        """Whether a code stands in a code list; KeyError when there is no such list."""
        return code in labels_of(self.codes, list_name)

    def signs(self, pack: str) -> frozenset[str]:
        """The indicators that may be named with a pack: its own and those of the packs it includes; KeyError."""
        packs = (pack, *self.indicators[pack].includes)
        return frozenset(code for name in packs for code in self.indicators[name].indicators)

    def label(self, list_name: str, code: str) -> str:
        """What people read for a code; an unknown code is shown as itself, never as something else."""
        return labels_of(self.codes, list_name).get(code, f"{code} (unknown code)")

    def code(self, list_name: str, code: str) -> Code | None:
        """The whole entry of a code, None when the list does not know it; KeyError for an unknown list."""
        labels_of(self.codes, list_name)
        return self.codes[list_name].codes.get(code)

    def office(self, code: str) -> PolicyOffice:
        """An office of any country by its code; KeyError when no country has it."""
        for country in self.countries.values():
            for each in country.offices:
                if each.code == code:
                    return each
        raise KeyError(f"no country has an office '{code}'")

    def scope_for(self, roles: Iterable[str], permission: str) -> frozenset[Scope]:
        """How far these roles together reach with a permission; empty = not at all.

        KeyError for a permission that roles.yaml does not declare: a typing mistake must not read as "no".
        A role that roles.yaml no longer has gives nothing.
        """
        if permission not in self.permissions:
            raise KeyError(f"roles.yaml declares no permission '{permission}'")
        held = (self.roles[role].permissions for role in roles if role in self.roles)
        return frozenset(each[permission] for each in held if permission in each)

    def opens_in_emergency(self, roles: Iterable[str], permission: str) -> bool:
        """Whether an emergency access extends ``permission`` for these roles: theirs, and one that only reads."""
        if permission not in self.safeguards.emergency.opens:
            return False
        held = tuple(roles)
        return bool(self.scope_for(held, permission)) and bool(self.scope_for(held, "emergency:open"))

    def groups_for(self, roles: Iterable[str]) -> frozenset[FieldGroup]:
        """All field groups that any of these roles may see."""
        known = (self.roles[role].field_groups for role in roles if role in self.roles)
        return frozenset(group for groups in known for group in groups)
