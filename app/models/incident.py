"""Incidents: what happened to several people at once, which cases belong to it, who is alleged to have taken part."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, new_id


class Incident(Base):
    """One incident, in codes: nothing here tells of a person.

    ``route``: country codes in the order of the journey, joined by commas. ``wrapped``: the key under which the alleged
    offenders are sealed, of its own: what is known of them does not go when a person is erased.
    """

    __tablename__ = "incident"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    created_by: Mapped[str] = mapped_column(ForeignKey("user_account.id"))
    opened_at: Mapped[datetime]
    happened_on: Mapped[date]
    place_kind: Mapped[str] = mapped_column(String(40))
    border_point: Mapped[str | None] = mapped_column(String(60))
    sector: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(40))
    exploitation: Mapped[str] = mapped_column(String(40))
    route: Mapped[str] = mapped_column(String(60))
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)


class IncidentCase(Base):
    """A case that belongs to an incident; a case belongs to one at most."""

    __tablename__ = "incident_case"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    incident_id: Mapped[str] = mapped_column(ForeignKey("incident.id"), index=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("case_file.id"), unique=True)
    added_by: Mapped[str] = mapped_column(String(36))
    added_at: Mapped[datetime]


class IncidentOffender(Base):
    """Somebody alleged to have taken part. ``sealed``: canonical JSON of names and words, under the incident's key."""

    __tablename__ = "incident_offender"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(String(2))
    incident_id: Mapped[str] = mapped_column(ForeignKey("incident.id"), index=True)
    role: Mapped[str] = mapped_column(String(40))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    added_by: Mapped[str] = mapped_column(String(36))
    added_at: Mapped[datetime]
