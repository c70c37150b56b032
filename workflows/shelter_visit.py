"""A visit of case workers to people abroad: where it stands, who may do what next, and whom they meet. Pure.

One country asks (the visitor), the other one is the host. Both keep a copy; what may cross on the way is settled by one
rule: a visit that was held wins over calling it off, and calling it off wins over everything else
(tests/workflows/test_shelter_visit.py goes through every crossing).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from workflows.facts import CaseFacts, Today
from workflows.guards.consent import consent_found
from workflows.verdict import Refusal

__all__ = [
    "ACTS", "Act", "EVERY", "LIVE", "V", "Visit", "VisitFacts", "against", "against_asking", "against_grant",
    "against_log", "against_meeting", "heard", "is_kept_away", "may_be_asked", "offered",
]  # fmt: skip


class Visit(StrEnum):
    """Where a visit stands; both copies use the same words."""

    ASKED = "asked"
    OTHER_DAY = "other_day"
    GRANTED = "granted"
    REFUSED = "refused"
    CALLED_OFF = "called_off"
    LOGGED = "logged"
    LOG_RETURNED = "log_returned"
    REMARKED = "remarked"
    CONFIRMED = "confirmed"


V = Visit
# What is still to take place.
LIVE: Final = frozenset({V.ASKED, V.OTHER_DAY, V.GRANTED})
_FOCAL: Final = ("national_focal_point",)
_ASKERS: Final = ("social_worker", "case_manager")
_SOURCES: Final = ("UNICEF-MM-2013", "WM-PROTOCOL")
_PERSON: Final = ("IOM-4", "WM-CONSENT")
# Where the person is not in the hands of this country (yet, or any more).
_ELSEWHERE_NOW: Final = frozenset({"handed_over", "awaiting_arrival", "closed"})


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """What the rules know of one copy. hosts: this country is the host; day: the first asked for, or the granted."""

    state: str
    hosts: bool
    day: date


@dataclass(frozen=True, slots=True)
class Act:
    """One row: what it is called, from where it leads where, and whose it is: "host", "visitor" or "either"."""

    name: str
    title: str
    start: tuple[Visit, ...]
    to: Visit
    by: str


ACTS: Final = (
    Act("grant", "Permit the visit", (V.ASKED,), V.GRANTED, "host"),
    Act("propose_day", "Propose another day", (V.ASKED,), V.OTHER_DAY, "host"),
    Act("refuse", "Refuse the visit", (V.ASKED,), V.REFUSED, "host"),
    Act("take_day", "Ask for the day that was proposed", (V.OTHER_DAY,), V.ASKED, "visitor"),
    Act("call_off", "Call the visit off", (V.ASKED, V.OTHER_DAY, V.GRANTED), V.CALLED_OFF, "either"),
    Act("write_log", "Write the log of the visit", (V.GRANTED, V.LOG_RETURNED), V.LOGGED, "host"),
    Act("return_log", "Send the log back", (V.LOGGED,), V.LOG_RETURNED, "visitor"),
    Act("add_remarks", "Confirm the log, with remarks", (V.LOGGED,), V.REMARKED, "visitor"),
    Act("confirm_log", "Confirm the remarks", (V.REMARKED,), V.CONFIRMED, "host"),
)  # fmt: skip
_BY_NAME: Final = {each.name: each for each in ACTS}


def against(name: str, facts: VisitFacts, today: date) -> tuple[Refusal, ...]:
    """Every reason why this country cannot take the act now. KeyError for no such act."""
    act = _BY_NAME[name]
    if facts.state not in act.start:
        return (_ELSEWHERE,)
    found = [] if _is_theirs(act.by, facts.hosts) else [_NOT_OURS[act.by]]
    if name == "write_log" and today < facts.day:
        found.append(_DAY_AHEAD)
    return tuple(found)


def offered(facts: VisitFacts, today: date) -> tuple[tuple[Act, tuple[Refusal, ...]], ...]:
    """The acts of this country that begin where the visit stands, each with what blocks it."""
    here = (each for each in ACTS if facts.state in each.start and _is_theirs(each.by, facts.hosts))
    return tuple((each, against(each.name, facts, today)) for each in here)


def heard(name: str, facts: VisitFacts) -> Visit | None:
    """Where an act of the other country leads this copy; None where it came too late and changes nothing.

    Raises LookupError where the other country could not take it from any state in which it can be now.
    """
    act, here = _BY_NAME[name], V(facts.state)
    if not _is_theirs(act.by, not facts.hosts):
        raise LookupError(name)
    if here in act.start:
        return act.to
    crossing = _CROSSING.get(name, {})
    if here not in crossing:
        raise LookupError(name)
    return crossing[here]


# What the other country may have done before it heard of ours: where the copy stands -> where it leads (None: stays).
_CROSSING: Final[Mapping[str, Mapping[Visit, Visit | None]]] = {
    # We called it off while they went on: it stays called off, as they will hear.
    **dict.fromkeys(("grant", "propose_day", "refuse", "take_day"), {V.CALLED_OFF: None}),
    # They called it off while we did the same, or refused; or the visit was held before we heard of it.
    "call_off": {V.CALLED_OFF: None, V.REFUSED: V.CALLED_OFF, V.LOGGED: None},
    "write_log": {V.CALLED_OFF: V.LOGGED},
}


def against_asking(*, in_force: bool, reached: bool, read_there: bool) -> tuple[Refusal, ...]:
    """Why a visit cannot be asked for.

    in_force: an agreement of the two holds today; reached: both have a focal office; read_there: their installation
    reads what is said of visits.
    """
    told = ((not in_force, _NO_AGREEMENT), (not reached, _NOBODY_THERE), (not read_there, _NOT_READ))
    return tuple(reason for holds, reason in told if holds)


def may_be_asked(case: CaseFacts, country: str, *, sealed: bool, was: bool = False) -> bool:
    """Whether a person is asked about a visit at all: nobody is who must be kept from that country.

    was: the day of the visit has come. Who left or died since then was met all the same, and the log may say so.
    """
    away = case.asylum_claim or country in case.blocked_countries
    return not (sealed or away) and (was or not (case.deceased or case.care in _ELSEWHERE_NOW))


def is_kept_away(case: CaseFacts) -> bool:
    """Whether there are visitors whom this person is not asked about."""
    return case.asylum_claim or case.deceased or bool(case.blocked_countries) or case.care in _ELSEWHERE_NOW


def against_meeting(
    case: CaseFacts, country: str, visit: str, *, sealed: bool, today: Today, was: bool = False
) -> tuple[Refusal, ...]:
    """Why a person is not met by visitors of ``country`` at the visit of that number; the host's own knowledge.

    was: the day of the visit has come. The visitors hear none of it: only that the person is not met.
    """
    if not may_be_asked(case, country, sealed=sealed, was=was):
        # One reason for all of them: the list of a visit must not say who asks for asylum, or whose case is sealed.
        return (_KEPT_AWAY,)
    wish = case.visit_wish(visit)
    # Nobody says yes in the place of somebody grown up.
    if wish is None or (wish.agrees and wish.by_guardian and not case.child):
        return (_NOT_ASKED,)
    if not wish.agrees:
        return (_SAID_NO,)
    found = []
    if case.child and not (wish.by_guardian and wish.child_assent and case.guardian_speaks(today.date)):
        found.append(_GUARDIAN)
    if consent_found(case.consents, "notify_origin", country, today, case.child, None) is not True:
        found.append(_NO_CONSENT)
    return tuple(found)


def against_grant(
    day: date, proposed: Collection[date], wanted: Collection[str], able: Collection[str], *, in_force: bool
) -> tuple[Refusal, ...]:
    """Why permission cannot be given like this.

    proposed: the days that were asked for; wanted: whom the visitors are to meet; able: those who may be met;
    in_force: an agreement of the two holds today.
    """
    found = [] if in_force else [_NO_AGREEMENT]
    if day not in proposed:
        found.append(_OTHER_DAY)
    if not wanted:
        found.append(_NOBODY)
    if any(each not in able for each in wanted):
        found.append(_ONLY_WHO_AGREED)
    return tuple(found)


def against_log(
    parts: Collection[str], agreed: Collection[str], told: Collection[str], met: Mapping[str, str]
) -> tuple[Refusal, ...]:
    """Why this cannot stand in the log.

    parts: whom the visit is about; agreed: who was to be met; told: whose wish may be told; met: who was met -> the
    wish they said there ("": none is told).
    """
    found = []
    if any(each not in parts for each in met):
        found.append(_NOT_OF_THE_VISIT)
    if any(each in parts and each not in agreed for each in met):
        found.append(_MET_WITHOUT_YES)
    if any(wish and each in agreed and each not in told for each, wish in met.items()):
        found.append(_WISH_UNTOLD)
    return tuple(found)


def _is_theirs(by: str, hosts: bool) -> bool:
    return {"host": hosts, "visitor": not hosts, "either": True}[by]


_ELSEWHERE: Final = Refusal(
    "visit_stands_there", "The visit does not stand where this can be done.",
    "Both countries keep the same steps, or their copies would differ.",
    "Open the visit again and look where it stands.", _FOCAL, _SOURCES,
)
_NOT_OURS: Final = {
    "host": Refusal(
        "we_are_the_visitor", "The other country is the host of this visit.",
        "The country where people live answers for their safety: it alone permits a visit and writes its log.",
        "Wait for the host, or call the visit off.", _FOCAL, _SOURCES,
    ),
    "visitor": Refusal(
        "we_host_the_visit", "Your country is the host of this visit.",
        "Whoever came confirms what the host has written, or says what is wrong.", "Wait for the other country.",
        _FOCAL, _SOURCES,
    ),
}  # fmt: skip
_DAY_AHEAD: Final = Refusal(
    "day_of_visit_has_come", "The day of the visit lies ahead.", "A log says what was, and not what will be.",
    "Write it on the day or afterwards.", _FOCAL, _SOURCES,
)
_NO_AGREEMENT: Final = Refusal(
    "visits_are_agreed_on", "No agreement between the two countries is in force today.",
    "People are visited across a border as an agreement says, or not at all.",
    "Ask the ministry about the agreement.", ("national_focal_point", "administrator"), _SOURCES,
)
_NOBODY_THERE: Final = Refusal(
    "host_has_a_focal_office", "No focal office of the other country is known.", "Nobody there would answer.",
    "Ask the ministry which office answers there.", ("national_focal_point", "administrator"), _SOURCES,
)
_NOT_READ: Final = Refusal(
    "visits_are_read_there", "The other country's program cannot read yet what is said of visits.",
    "What nobody reads there would wait for ever.", "Ask by telephone until they have the newer program.", _FOCAL,
    _SOURCES,
)
_KEPT_AWAY: Final = Refusal(
    "person_may_be_asked", "This person cannot be met by visitors of that country now.",
    "Whoever is protected from a country, or is not here, is met by nobody from there; more is not said here.",
    "Leave the person out. Whoever may open the case sees why.", ("case_manager", "supervisor"),
    ("OHCHR-G2.7", "OHCHR-P6", *_PERSON),
)
_NOT_ASKED: Final = Refusal(
    "person_was_asked_about_visit", "The person was not asked about this visit.",
    "Nobody is shown to visitors: each visit is explained, and the person says yes or no to it.",
    "Ask the person, and record the answer on the case.", _ASKERS, _PERSON,
)
_SAID_NO: Final = Refusal(
    "person_agrees_to_visit", "The person does not want to be met at this visit.",
    "A no needs no reason and changes nothing else; the visitors hear only that the person is not met.",
    "Leave the person out.", _ASKERS, _PERSON,
)
_GUARDIAN: Final = Refusal(
    "guardian_agrees_to_visit", "A guardian who serves has not agreed to this visit together with the child.",
    "A child meets officials of another country only when guardian and child both want it.",
    "Ask the guardian and the child, and record both answers.", ("social_worker", "case_manager", "legal_officer"),
    ("OHCHR-G8.4", *_PERSON),
)
_NO_CONSENT: Final = Refusal(
    "consent_for_visit", "The person's consent to tell that country about them is missing or has ended.",
    "Who is met is known there from then on.", "Ask the person, explain the use, and record the answer.", _ASKERS,
    _PERSON,
)
_OTHER_DAY: Final = Refusal(
    "day_was_asked_for", "The visitors did not ask for this day.", "They come on a day on which they can.",
    "Choose one of their days, or propose this one.", _FOCAL, _SOURCES,
)
_NOBODY: Final = Refusal(
    "somebody_is_met", "Nobody is named whom the visitors may meet.",
    "Without a person who wants to be met there is no visit.",
    "Have the persons asked first, or refuse the visit.", _FOCAL, _PERSON,
)
_ONLY_WHO_AGREED: Final = Refusal(
    "only_who_agreed_is_met", "Somebody is named who has not agreed, or may not be met.",
    "Each person decides for themselves.", "Leave them out, or have them asked first.", _FOCAL, _PERSON,
)
_NOT_OF_THE_VISIT: Final = Refusal(
    "log_is_about_the_visit", "The log names somebody whom this visit is not about.",
    "The log is read in both countries.", "Leave them out.", _FOCAL, _SOURCES,
)
_MET_WITHOUT_YES: Final = Refusal(
    "who_was_met_had_agreed", "The log says that somebody was met who had not agreed.",
    "What would be told there was never agreed to, and it must not happen again.",
    "Leave them out here, and report what happened to the supervisor of the case.",
    ("national_focal_point", "supervisor"), _PERSON,
)
_WISH_UNTOLD: Final = Refusal(
    "wish_may_be_told", "The log tells the wish of somebody who did not agree that it is told.",
    "What the person wants is told to the other country only if they said so.", "Leave the wish out.", _FOCAL, _PERSON,
)
EVERY: Final = (
    _ELSEWHERE, *_NOT_OURS.values(), _DAY_AHEAD, _NO_AGREEMENT, _NOBODY_THERE, _NOT_READ, _KEPT_AWAY, _NOT_ASKED,
    _SAID_NO, _GUARDIAN, _NO_CONSENT, _OTHER_DAY, _NOBODY, _ONLY_WHO_AGREED, _NOT_OF_THE_VISIT, _MET_WITHOUT_YES,
    _WISH_UNTOLD,
)  # fmt: skip
