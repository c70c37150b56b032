"""What must hold of one corridor file, seen beside the countries, sources and code lists it refers to."""

from __future__ import annotations

from typing import Any

from policies.checks import EVERYTHING, Names, countries_known, listed, no_overlap, source_ids
from policies.corridor import CORRIDOR_CLOCKS, OFFERABLE, BorderPoint, Corridor
from policies.nodes import Document, maybe
from policies.terms import overlaps


def check_corridor(document: Document, corridor: Corridor, names: Names) -> None:
    """Countries, instruments, offices, border points, clocks, codes and disclosure of one corridor file."""
    countries_known(document, corridor.countries, names, "countries")
    _check_instruments(document, corridor, names)
    _check_offices(document, corridor, names)
    for at, point in enumerate(corridor.border_points):
        _check_border_point(document, corridor, point, at, names)
    own_points = {point.code for point in corridor.border_points}
    usual = corridor.usual_border_point
    if usual is not None and usual not in own_points:
        said = f"corridor {corridor.key} has no border point '{usual}'{maybe(usual, own_points)}"
        document.complain(said, "usual_border_point")
    if corridor.countries and not corridor.border_points:
        document.complain("no border point is named, so nobody can be handed over", "border_points")
    _check_clocks(document, corridor, names)
    _check_rhythm(document, corridor, names)
    _check_disclosure(document, corridor, names)


def _check_instruments(document: Document, corridor: Corridor, names: Names) -> None:
    own = _own(document, corridor.instruments, "instruments")
    for at, instrument in enumerate(own):
        source_ids(document, (instrument.source,), names, "instruments", at, "source")
        same = {place: each for place, each in enumerate(own[: at + 1]) if each.source == instrument.source}
        if at in overlaps(same):
            document.complain(f"{instrument.source} stands here twice for the same days", "instruments", at)


def _check_offices(document: Document, corridor: Corridor, names: Names) -> None:
    for country in corridor.countries:
        if not corridor.focal_offices.get(country):
            document.complain(f"no focal office is named for {country}", "focal_offices")
    for country, offices in corridor.focal_offices.items():
        for at, code in enumerate(offices):
            _office_of(document, corridor, country, code, names, "focal_offices", country, at)


def _check_border_point(document: Document, corridor: Corridor, point: BorderPoint, at: int, names: Names) -> None:
    path = ("border_points", at)
    source_ids(document, point.sources, names, *path, "sources")
    if any(each.code == point.code for each in corridor.border_points[:at]):
        document.complain(f"border point '{point.code}' stands here twice", *path, "code")
    for part, given in (("names", point.names), ("offices", point.offices)):
        for country in corridor.countries:
            if country not in given:
                document.complain(f"border point {point.code} gives nothing for {country}", *path, part)
    for country, code in point.offices.items():
        _office_of(document, corridor, country, code, names, *path, "offices", country)


def _own(document: Document, values: tuple[Any, ...], name: str) -> tuple[Any, ...]:
    """The values, if they stand in this very file; inherited ones are checked in the file they come from."""
    return values if document.at(name) is not None else ()


def _office_of(document: Document, corridor: Corridor, country: str, code: str, names: Names, *path: str | int) -> None:
    if country not in corridor.countries:
        document.complain(f"{country} is not part of corridor {corridor.key}", *path)
        return
    if code in names.offices.get(country, frozenset()):
        return
    for elsewhere, codes in names.offices.items():
        if code in codes and codes is not EVERYTHING:
            document.complain(f"'{code}' is an office of {elsewhere}, not of {country}", *path)
            return
    document.complain(f"{country} has no office '{code}'{maybe(code, names.offices.get(country, ()))}", *path)


def _check_clocks(document: Document, corridor: Corridor, names: Names) -> None:
    for name in document.keys("clocks"):
        values = corridor.dated_clocks[name]
        if name not in CORRIDOR_CLOCKS:
            document.complain(f"there is no clock '{name}'{maybe(name, CORRIDOR_CLOCKS)}", "clocks", name)
        for at, clock in enumerate(values):
            source_ids(document, clock.sources, names, "clocks", name, at, "sources")
        no_overlap(document, dict(enumerate(values)), f"clock {name}", "clocks", name)
    if corridor.is_default:
        for name in CORRIDOR_CLOCKS:
            if not corridor.dated_clocks.get(name):
                document.complain(f"the clock '{name}' is missing: every corridor falls back on it", "clocks")


def _check_rhythm(document: Document, corridor: Corridor, names: Names) -> None:
    for at, meeting in enumerate(_own(document, corridor.meetings, "meetings")):
        listed(document, meeting.kind, "meeting_kind", names, "meetings", at, "kind")
        source_ids(document, meeting.sources, names, "meetings", at, "sources")
    for at, each in enumerate(_own(document, corridor.documents, "documents")):
        listed(document, each, "document_kind", names, "documents", at)
    for at, each in enumerate(_own(document, corridor.escalation, "escalation")):
        listed(document, each, "escalation_step", names, "escalation", at)
    if corridor.statistics_channel is not None and document.at("statistics_channel") is not None:
        listed(document, corridor.statistics_channel, "return_channel", names, "statistics_channel")


def _check_disclosure(document: Document, corridor: Corridor, names: Names) -> None:
    if document.at("disclosure") is None:
        return
    earlier: set[str] = set()
    for moment in ("offer", "after_acknowledgement", "after_acceptance"):
        for at, group in enumerate(getattr(corridor.disclosure, moment)):
            path = ("disclosure", moment, at)
            listed(document, group, "data_group", names, *path)
            if group in earlier:
                document.complain(f"'{group}' already travels at an earlier moment", *path)
            if moment == "offer" and group not in OFFERABLE:
                document.complain(f"'{group}' may not travel with an offer, before acknowledgement", *path)
            earlier.add(group)
