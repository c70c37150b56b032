"""The HTML door of the directory room: offices with their hours, and what is agreed between countries."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query, Response

from app.access.may import permitted
from app.access.page_door import Page, opens
from app.directory import contact_pages, queries, versions
from app.kit.paging import ask

router = APIRouter()

Reader = Annotated[Page, Depends(opens("directory:read"))]
Code = Annotated[str, Path(pattern="^[A-Z]{2}$")]
OFFICES: Final = "/admin/offices"
CORRIDORS: Final = "/admin/corridors"
PAGE: Final = 25


@router.get(OFFICES)
def offices(
    page: Reader,
    country: Annotated[str, Query(pattern="^([A-Z]{2})?$")] = "",
    cursor: Annotated[str | None, Query(max_length=512)] = None,
) -> Response:
    """The offices of a country, the own one first: kind, hours, duty phone, and how well each is known."""
    with page.read() as desk:
        at = country or desk.actor.country
        found = queries.offices(desk, at, None, ask(PAGE, cursor, (str,)))
        countries = [(code, each.name) for code, each in sorted(desk.policies.countries.items())]
        hours = desk.policies.countries[at].office_hours if at in desk.policies.countries else None
        deputies = permitted(desk, "deputy:set")
    following = f"{OFFICES}?country={at}&cursor={found.next}" if found.next else None
    return page.show(
        "directory/offices.html", here="admin", found=found, at=at, countries=countries, hours=hours,
        deputies=deputies, next=following,
    )  # fmt: skip


@router.get(CORRIDORS)
def corridors(page: Reader) -> Response:
    """The pairs of countries that have rules of their own, those of the own country first."""
    with page.read() as desk:
        found = queries.corridors(desk.policies, desk.today).items
        own, policies = desk.actor.country, desk.policies
    ordered = sorted(found, key=lambda each: (own not in each.countries, each.key))
    return page.show(
        "directory/corridors.html", here="admin", found=ordered, sources=policies.sources
    )


@router.get(CORRIDORS + "/{a}/{b}")
def corridor(a: Code, b: Code, page: Reader) -> Response:
    """What holds between two countries: texts, clocks with their versions, border points, meetings, disclosure."""
    with page.read() as desk:
        policies, today, own = desk.policies, desk.today, desk.actor.country
        found = queries.corridor(policies, a, b, today)
    pair = policies.corridor(a, b)
    return page.show(
        "directory/corridor.html", here="admin", it=found, texts=versions.texts(pair, today),
        clocks=versions.clock_rows(policies, pair, today), sources=policies.sources,
        offices={each.code: each.name for country in policies.countries.values() for each in country.offices},
        own=own,
    )  # fmt: skip


router.include_router(contact_pages.router)
