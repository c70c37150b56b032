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
class RemedyNewsFacts:
    """How a claim of the person moved after they went home (codes remedy_kind and remedy_news), and their answer.

    answer_by: the last day on which something can be done about it. told: whether the person has heard of it (None: no
    answer has come); wish: what they want (code list remedy_wish), "" where they did not say.
    """

    about: str
    news: str
    on: date
    answer_by: date | None = None
    told: bool | None = None
    told_on: date | None = None
    wish: str = ""


@dataclass(frozen=True, slots=True)
class RemedyReplyFacts:
    """What the form of an answer says of a claim, until the step with which it came is taken."""

    about: str
    news: str
    told: bool
    told_on: date
    way: str
    wish: str = ""


class Waiting:
    """What one side of a referral still waits for, told by what its copy knows."""

    __slots__ = ()

    sender_asked_erasure: date | None
    receiver_asked_erasure: date | None
    erasure_answer: str
    remedy_news: tuple[RemedyNewsFacts, ...]

    @property
    def sender_waits_for_erasure(self) -> bool:
        """Whether the sending country erased the person, asked for the same, and has no answer."""
        return self.sender_asked_erasure is not None and not self.erasure_answer

    @property
    def receiver_waits_for_erasure(self) -> bool:
        """The same of the receiving country."""
        return self.receiver_asked_erasure is not None and not self.erasure_answer

    @property
    def remedy_news_waits(self) -> bool:
        """Whether news of a claim was told of which nobody has said that the person heard it."""
        return any(each.told is None for each in self.remedy_news)

    @property
    def all_news_are_answered(self) -> bool:
        """The opposite."""
        return not self.remedy_news_waits

    @property
    def news_due(self) -> date | None:
        """The last day by which something can be done about a claim of which the person may not have heard."""
        return min((each.answer_by for each in self.remedy_news if each.told is None and each.answer_by), default=None)


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """What the receiving officer certifies."""

    on: date
    person_present: bool
    discrepancy: str
