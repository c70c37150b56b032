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
    """The agreed handover: border point code, day, and whether each side has named its officer.

    group: the code of those who travel together that day, "" for somebody alone. travels_with: the reference of the
    referral of who goes along (a child's escort, a parent), "" for nobody.
    """

    border_point: str
    on: date
    sender_officer: bool
    receiver_officer: bool
    group: str = ""
    travels_with: str = ""


@dataclass(frozen=True, slots=True)
class DayOffFacts:
    """A day at the bridge that did not end in a handover: which, where, with which group, and why (postpone_reason).

    said_on: the day on which it was called off; by: the side that did. A copy keeps them in their order.
    """

    border_point: str
    on: date
    reason: str
    said_on: date
    by: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class HandoverFacts:
    """What the sending officer certifies at the border on the day.

    together: whether who was to go along crosses too (None: not said); apart: the reason is recorded why they do not.
    """

    on: date
    reconfirmed_on: date
    agrees: bool
    belongings_listed: bool
    fit_to_travel: bool
    onward_booked: bool
    together: bool | None = None
    apart: bool = False


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """What the receiving officer certifies."""

    on: date
    person_present: bool
    discrepancy: str
