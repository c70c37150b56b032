"""Incidents of cases: making one, tying cases to it, and the alleged offenders, sealed under the incident's own key."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row, insert, select

from app.access import rows
from app.access.desk import Desk
from app.casework.held import hold_case
from app.casework.history import Event
from app.casework.opening import letters
from app.casework.remarks import remark
from app.kit.canonical import canonical_bytes
from app.models.base import new_id
from app.models.incident import Incident, IncidentCase, IncidentOffender

INCIDENT: Final[Any] = Incident.__table__
LINK: Final[Any] = IncidentCase.__table__
OFFENDER: Final[Any] = IncidentOffender.__table__


@dataclass(frozen=True, slots=True)
class What:
    """What happened, in codes. route: country codes in the order of the journey."""

    happened_on: date
    place_kind: str
    sector: str
    source: str
    exploitation: str
    border_point: str | None = None
    route: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alleged:
    """Somebody alleged to have taken part: the part is a code, names and words are sealed."""

    id: str
    role: str
    names: tuple[str, ...]
    words: str
    added_at: datetime


def begin(desk: Desk, what: What) -> Row[Any]:
    """Make an incident of the actor's country; its row. It is seen through the cases tied to it."""
    _, wrapped = desk.keys.new_data_key()
    row = {
        "id": new_id(), "country": desk.actor.country, "reference": _reference(desk), "created_by": desk.actor.id,
        "opened_at": desk.now, "happened_on": what.happened_on, "place_kind": what.place_kind,
        "border_point": what.border_point, "sector": what.sector, "source": what.source,
        "exploitation": what.exploitation, "route": ",".join(what.route), "wrapped": wrapped,
    }  # fmt: skip
    desk.session.execute(insert(INCIDENT), row)
    return desk.session.execute(select(INCIDENT).where(INCIDENT.c.id == row["id"])).one()


def _reference(desk: Desk) -> str:
    """As that of a case, with a letter that none of those has: TH-2026-I-7F3K2Q."""
    return f"{desk.actor.country}-{desk.now.year}-I-{letters(6)}"


def tie(desk: Desk, incident: Row[Any], case_id: str) -> None:
    """Tie a case to an incident and tell so in its history; the caller has checked that it belongs to none."""
    row = {
        "id": new_id(), "country": desk.actor.country, "incident_id": incident.id, "case_id": case_id,
        "added_by": desk.actor.id, "added_at": desk.now,
    }  # fmt: skip
    desk.session.execute(insert(LINK), row)
    tell(desk, case_id, "linked", incident)


def tell(desk: Desk, case_id: str, step: str, incident: Row[Any]) -> None:
    """Write into the history of a case what was done about its incident; the case itself stays as it is."""
    held = hold_case(desk, case_id)
    remark(desk, held, Event("incident", step, held.version, {"incident": incident.reference}, desk.now))


def incident_of(desk: Desk, case_id: str) -> Row[Any] | None:
    """The incident a case belongs to; the caller has checked that the actor sees the case."""
    query = select(INCIDENT).join(LINK, LINK.c.incident_id == INCIDENT.c.id).where(LINK.c.case_id == case_id)
    return desk.session.execute(query).one_or_none()


def belongs_already(desk: Desk, case_id: str) -> bool:
    """Whether a case belongs to an incident, asked of the house: nobody is told which."""
    with rows.as_the_house(desk.session, desk.actor.country):
        return desk.session.execute(select(LINK.c.id).where(LINK.c.case_id == case_id)).first() is not None


def cases_of(desk: Desk, incident_id: str) -> list[str]:
    """The cases of an incident, asked of the house."""
    with rows.as_the_house(desk.session, desk.actor.country):
        return list(desk.session.execute(select(LINK.c.case_id).where(LINK.c.incident_id == incident_id)).scalars())


def add_offender(desk: Desk, incident: Row[Any], role: str, names: tuple[str, ...], words: str) -> str:
    """Seal somebody who is alleged to have taken part; the id of the row."""
    row_id = new_id()
    key = desk.keys.unwrap(incident.wrapped)
    sealed = desk.keys.seal(key, canonical_bytes({"names": list(names), "words": words}), _place(row_id))
    row = {
        "id": row_id, "country": desk.actor.country, "incident_id": incident.id, "role": role, "sealed": sealed,
        "added_by": desk.actor.id, "added_at": desk.now,
    }  # fmt: skip
    desk.session.execute(insert(OFFENDER), row)
    return row_id


def offenders_of(desk: Desk, incident: Row[Any]) -> list[Alleged]:
    """Those alleged to have taken part, the oldest entry first; the caller has checked that they may be read."""
    query = select(OFFENDER).where(OFFENDER.c.incident_id == incident.id).order_by(OFFENDER.c.added_at, OFFENDER.c.id)
    found = list(desk.session.execute(query))
    key = desk.keys.unwrap(incident.wrapped) if found else b""
    return [_opened(desk, row, key) for row in found]


def _opened(desk: Desk, row: Row[Any], key: bytes) -> Alleged:
    said = json.loads(desk.keys.open(key, row.sealed, _place(row.id)))
    return Alleged(row.id, row.role, tuple(said["names"]), said["words"], row.added_at)


def _place(row_id: str) -> bytes:
    return f"incident_offender|sealed|{row_id}|1".encode()
