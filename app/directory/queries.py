"""Reads offices from the table and agreements from the policies."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from sqlalchemy import or_, select

from app.access.desk import Desk
from app.casework.shapes import SourceOut
from app.directory.schemas import (
    BorderPointOut,
    BorderPointsOut,
    ClockOut,
    CorridorOut,
    CorridorRow,
    CorridorsOut,
    DisclosureOut,
    InstrumentOut,
    MeetingOut,
    OfficeOut,
    OfficesOut,
)
from app.kit.errors import NotFound
from app.kit.paging import Ask
from app.models.office import Office
from policies.model import CORRIDOR_CLOCKS, Corridor, Policies, PolicyOffice

_OFFICES: Final[Any] = Office.__table__


def offices(desk: Desk, country: str | None, kind: str | None, ask: Ask) -> OfficesOut:
    """One page of the offices of all countries, by code; narrowed to a country or a kind.

    Another country's shelters are left out: who looks for a person must not find a list of where people live
    (WM-SAFETY).
    """
    query = select(_OFFICES).where(or_(_OFFICES.c.country == desk.actor.country, _OFFICES.c.kind != "shelter"))
    if country is not None:
        query = query.where(_OFFICES.c.country == country)
    if kind is not None:
        query = query.where(_OFFICES.c.kind == kind)
    rows = desk.session.execute(ask.narrow(query, [_OFFICES.c.code])).all()
    page, following = ask.cut(rows, lambda row: (row.code,))
    known = {office.code: office for each in desk.policies.countries.values() for office in each.offices}
    return OfficesOut(items=[_office(desk.policies, row, known.get(row.code)) for row in page], next=following)


def border_points(policies: Policies, country: str | None) -> BorderPointsOut:
    """The border points of all corridors, or of those of one country."""
    return BorderPointsOut(
        items=[
            point
            for corridor in _corridors(policies)
            if country is None or country in corridor.countries
            for point in _points(corridor)
        ]
    )


def corridors(policies: Policies, today: date) -> CorridorsOut:
    """Every corridor with a file of its own."""
    return CorridorsOut(
        items=[
            CorridorRow(
                key=each.key,
                countries=list(each.countries),
                in_force=[instrument.source for instrument in each.in_force(today)],
                focal_offices=_focal(each),
                border_points=[point.code for point in each.border_points],
            )
            for each in _corridors(policies)
        ]
    )


def corridor(policies: Policies, a: str, b: str, today: date) -> CorridorOut:
    """What holds between two countries on a day; NotFound for one country twice or one we do not know."""
    if a == b or not {a, b} <= set(policies.countries):
        raise NotFound()
    found = policies.corridor(a, b)
    return CorridorOut(
        key=found.key,
        countries=list(found.countries),
        is_default=found.is_default,
        as_of=today,
        instruments=[
            InstrumentOut(**{
                "source": _sources(policies, [each.source])[0], "kind": each.kind, "from": each.from_,
                "until": each.until, "note": each.note,
            })
            for each in found.in_force(today)
        ],
        focal_offices=_focal(found),
        border_points=_points(found),
        clocks=_clocks(policies, a, b, today),
        documents={code: policies.label("document_kind", code) for code in found.documents},
        escalation={code: policies.label("escalation_step", code) for code in found.escalation},
        meetings=[
            MeetingOut(
                kind=each.kind,
                label=policies.label("meeting_kind", each.kind),
                every_months=each.every_months,
                basis=each.basis.value,
                note=each.note,
                sources=list(each.sources),
                conflicts=list(each.conflicts),
            )
            for each in found.meetings
        ],
        disclosure=DisclosureOut(
            offer=list(found.disclosure.offer),
            after_acknowledgement=list(found.disclosure.after_acknowledgement),
            after_acceptance=list(found.disclosure.after_acceptance),
        ),
        statistics_channel=found.statistics_channel,
        note=found.note,
    )  # fmt: skip


def _corridors(policies: Policies) -> list[Corridor]:
    return [policies.corridors[key] for key in sorted(policies.corridors)]


def _office(policies: Policies, row: Any, policy: PolicyOffice | None) -> OfficeOut:
    country = policies.countries.get(row.country)
    usual = country.office_hours.hours if country is not None and country.office_hours is not None else None
    stated = policy.hours if policy else None
    return OfficeOut(
        code=row.code,
        country=row.country,
        name=row.name,
        organisation=row.organisation,
        kind=row.kind,
        level=row.level,
        national_focal_point=row.national_focal_point,
        basis=policy.basis.value if policy else None,
        note=policy.note if policy else None,
        sources=list(policy.sources) if policy else [],
        hours=stated or usual,
        hours_stated=stated is not None,
        duty_phone=policy.duty_phone if policy else None,
    )


def _points(corridor: Corridor) -> list[BorderPointOut]:
    return [
        BorderPointOut(
            code=each.code,
            corridor=corridor.key,
            names=dict(each.names),
            offices=dict(each.offices),
            usual=each.code == corridor.usual_border_point,
            basis=each.basis.value,
            note=each.note,
            sources=list(each.sources),
        )
        for each in corridor.border_points
    ]


def _clocks(policies: Policies, a: str, b: str, today: date) -> dict[str, ClockOut]:
    found = {}
    for name in CORRIDOR_CLOCKS:
        clock = policies.clock(name, a, b, on=today)
        found[name] = ClockOut(
            value=clock.value,
            unit=clock.unit,
            basis=clock.basis.value,
            note=clock.note,
            sources=_sources(policies, clock.sources),
        )
    return found


def _focal(corridor: Corridor) -> dict[str, list[str]]:
    return {country: list(codes) for country, codes in corridor.focal_offices.items()}


def _sources(policies: Policies, names: Iterable[str]) -> list[SourceOut]:
    return [SourceOut(id=each.id, title=each.title, asks=each.asks) for each in map(policies.source, names)]
