"""Who is alleged to have taken part in what happened to a person: for checking guardians, relatives and others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.access import rows
from app.access.desk import Desk
from app.access.log import looked
from app.casework import incidents
from app.casework.name_match import alike, parts_of, same

__all__ = ["Suspect", "matching", "suspect_of", "suspects_of"]


@dataclass(frozen=True, slots=True)
class Suspect:
    """One alleged offender of a case's incident. names: the parts of every name known, as names are compared."""

    id: str
    role: str
    names: tuple[frozenset[str], ...]


def suspects_of(desk: Desk, case_id: str) -> tuple[Suspect, ...]:
    """The alleged offenders of the incident a case belongs to; none where it belongs to none.

    Read by the house, whatever the actor may see: for comparing, and nothing of it may be shown to them. The caller has
    checked that the actor works on the case; the look is noted in the book of the case.
    """
    with rows.as_the_house(desk.session, desk.actor.country):
        incident = incidents.incident_of(desk, case_id)
        found = incidents.offenders_of(desk, incident) if incident is not None else []
    looked(desk, "suspects_compared", "case", case_id, {"count": len(found)})
    return tuple(suspect_of(each.id, each.role, each.names) for each in found)


def suspect_of(offender_id: str, role: str, names: Iterable[str]) -> Suspect:
    """An alleged offender as names are compared."""
    return Suspect(offender_id, role, tuple(parts_of(name) for name in names))


def matching(suspects: Iterable[Suspect], *names: str) -> tuple[Suspect, ...]:
    """Those of ``suspects`` who may be called one of ``names``: spelling and order of the parts do not count.

    A name that says more than is known of somebody, such as a title or a third part, may be theirs too.
    """
    typed = [parts for name in names if (parts := parts_of(name))]
    return tuple(
        each
        for each in suspects
        if any(alike(parts, known) or same(known, parts) for parts in typed for known in each.names if known)
    )
