"""Facts of a conversation between two countries: what was found, offered, agreed and signed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class TracingFacts:
    """What the country of origin reported: nationality and family."""

    on: date
    nationality: str
    family_found: bool
    family_willing: bool
    family_safe: bool
    complicity_suspected: bool


@dataclass(frozen=True, slots=True)
class ReceptionFacts:
    """What the receiving country offers: office, partner organisation, services."""

    office: str
    ngo_named: bool
    services: frozenset[str]
    family_or_care_arranged: bool


@dataclass(frozen=True, slots=True)
class ScheduleFacts:
    """The agreed handover: border point code, day, and whether each side has named its officer."""

    border_point: str
    on: date
    sender_officer: bool
    receiver_officer: bool


@dataclass(frozen=True, slots=True)
class HandoverFacts:
    """What the sending officer certifies at the border on the day."""

    on: date
    reconfirmed_on: date
    agrees: bool
    belongings_listed: bool
    fit_to_travel: bool
    onward_booked: bool


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """What the receiving officer certifies."""

    on: date
    person_present: bool
    discrepancy: str


@dataclass(frozen=True, slots=True)
class TravelDocumentFacts:
    """A travel document issued by the country of origin."""

    issued: date
    expires: date
