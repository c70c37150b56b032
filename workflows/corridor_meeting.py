"""A meeting of two countries about their referrals: where it stands, who may do what next, and why not. Pure.

Both countries keep a copy, as of a referral, and in every state one of them has the turn for what moves the copies.
What may cross on the way is settled by one rule: a meeting that was held wins over calling it off, and calling it off
wins over everything else (tests/workflows/test_corridor_meeting.py goes through every crossing).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from workflows.verdict import Refusal

__all__ = [
    "ACTS", "EVERY", "Act", "M", "Meeting", "MeetingFacts", "OPEN", "against", "against_convening",
    "against_decisions", "heard", "offered",
]  # fmt: skip


class Meeting(StrEnum):
    """Where a meeting stands; both copies use the same words."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    PREPARED = "prepared"
    MINUTES_PROPOSED = "minutes_proposed"
    MINUTES_RETURNED = "minutes_returned"
    CONFIRMED = "confirmed"
    CALLED_OFF = "called_off"


M = Meeting
# A meeting that is still to be held or to be written up.
OPEN: Final = frozenset(set(M) - {M.CONFIRMED, M.CALLED_OFF})
_FOCAL: Final = ("national_focal_point",)
_SOURCES: Final = ("MRW-2019", "WM-PROTOCOL")


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    """What the rules know of one copy.

    hosts: whether this country is the host; proposes: whether the day that stands was proposed here. day: the day that
    stands. theirs: whether the other country has sent what it wants to discuss.
    """

    state: str
    hosts: bool
    proposes: bool
    day: date
    theirs: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """One row: what it is called, from where it leads where (None: it stays), and whose it is.

    by: "asked" (whom the standing day was proposed to), "host", "guest", or "either".
    """

    name: str
    title: str
    start: tuple[Meeting, ...]
    to: Meeting | None
    by: str


ACTS: Final = (
    Act("accept_day", "Agree to the day", (M.PROPOSED,), M.AGREED, "asked"),
    Act("other_day", "Propose another day", (M.PROPOSED,), M.PROPOSED, "asked"),
    # Once a day is agreed one country alone may move it: two that propose at one moment would not meet.
    Act("move_day", "Move the day", (M.AGREED,), M.PROPOSED, "host"),
    Act("call_off", "Call the meeting off", (M.PROPOSED, M.AGREED, M.PREPARED), M.CALLED_OFF, "either"),
    Act("send_items", "Send what is to be discussed", (M.AGREED,), None, "either"),
    Act("close_agenda", "Close the agenda", (M.AGREED,), M.PREPARED, "host"),
    Act("propose_minutes", "Propose the minutes", (M.PREPARED, M.MINUTES_RETURNED), M.MINUTES_PROPOSED, "host"),
    Act("confirm_minutes", "Confirm the minutes", (M.MINUTES_PROPOSED,), M.CONFIRMED, "guest"),
    Act("return_minutes", "Send the minutes back", (M.MINUTES_PROPOSED,), M.MINUTES_RETURNED, "guest"),
)  # fmt: skip
_BY_NAME: Final = {each.name: each for each in ACTS}


def against(name: str, facts: MeetingFacts, today: date) -> tuple[Refusal, ...]:
    """Every reason why this country cannot take the act now. KeyError for no such act."""
    act = _BY_NAME[name]
    found = []
    if facts.state not in act.start:
        return (_ELSEWHERE,)
    if not _is_theirs(act.by, facts):
        found.append(_NOT_OURS[act.by])
    if name == "close_agenda" and not facts.theirs and today < facts.day:
        found.append(_THEIRS_MISSING)
    if name == "propose_minutes" and today < facts.day:
        found.append(_DAY_AHEAD)
    return tuple(found)


def offered(facts: MeetingFacts, today: date) -> tuple[tuple[Act, tuple[Refusal, ...]], ...]:
    """The acts of this country that begin where the meeting stands, each with what blocks it."""
    here = (each for each in ACTS if facts.state in each.start and _is_theirs(each.by, facts))
    return tuple((each, against(each.name, facts, today)) for each in here)


def heard(name: str, facts: MeetingFacts) -> Meeting | None:
    """Where an act of the other country leads this copy; None where it came too late and changes nothing.

    Raises LookupError where the other country could not take it from any state in which it can be now.
    """
    act = _BY_NAME[name]
    mirrored = MeetingFacts(facts.state, not facts.hosts, not facts.proposes, facts.day, facts.theirs)
    here = M(facts.state)
    if name in _KEPT and here == _KEPT[name]:
        return here
    if here in _CROSSING.get(name, ()):
        return M.MINUTES_PROPOSED if name == "propose_minutes" else None
    if facts.state not in act.start or not _is_theirs(act.by, mirrored):
        raise LookupError(name)
    return act.to or M(facts.state)


# What is kept, though the meeting stays where it is: items while we moved the day, and the agenda of a meeting that
# we called off, since minutes that may follow are about it.
_KEPT: Final = {"send_items": M.PROPOSED, "close_agenda": M.CALLED_OFF}
# What the other country may have done before it heard of ours: of two that cross, ours stands or theirs does.
_CROSSING: Final = {
    # We called it off while they went on: it stays called off, as they will hear.
    "accept_day": (M.CALLED_OFF,),
    "other_day": (M.CALLED_OFF,),
    "move_day": (M.CALLED_OFF,),
    # They sent theirs while we, the host, closed the agenda.
    "send_items": (M.CALLED_OFF, M.PREPARED, M.MINUTES_PROPOSED),
    # It was held before they heard that we called it off.
    "propose_minutes": (M.CALLED_OFF,),
    # They called it off while we wrote the minutes, or did the same.
    "call_off": (M.CALLED_OFF, M.MINUTES_PROPOSED),
}


def against_convening(
    *, in_force: bool, reached: bool, read_there: bool, open_already: bool
) -> tuple[Refusal, ...]:
    """Why a meeting cannot be proposed to another country.

    in_force: an agreement of the two holds today; reached: both have a focal office; read_there: their installation
    reads what is said of meetings; open_already: one of this kind is not over yet.
    """
    told = (
        (not in_force, _NO_AGREEMENT), (not reached, _NOBODY_THERE), (not read_there, _NOT_READ),
        (open_already, _OPEN_ALREADY),
    )  # fmt: skip
    return tuple(reason for holds, reason in told if holds)


def against_decisions(
    listed: Collection[str], bounded: Collection[str], decided: Collection[tuple[str, bool]]
) -> tuple[Refusal, ...]:
    """Why these decisions cannot stand in the minutes.

    listed: the referrals of the agenda; bounded: those of them of which nothing but number and reason may be told;
    decided: for each decision its referral, and whether it has words of its own.
    """
    found = []
    if any(referral not in listed for referral, _ in decided):
        found.append(_NOT_LISTED)
    if any(words and referral in bounded for referral, words in decided):
        found.append(_WORDS)
    return tuple(found)


def _is_theirs(by: str, facts: MeetingFacts) -> bool:
    return {"asked": not facts.proposes, "host": facts.hosts, "guest": not facts.hosts, "either": True}[by]


_ELSEWHERE: Final = Refusal(
    "meeting_stands_there", "The meeting does not stand where this can be done.",
    "Both countries keep the same steps, or their copies would differ.",
    "Open the meeting again and look where it stands.", _FOCAL, _SOURCES,
)
_NOT_OURS: Final = {
    "asked": Refusal(
        "day_was_proposed_to_us", "Your own country has proposed this day, and the other one has to answer.",
        "A day is agreed when the other country says yes.", "Wait for the answer, or call the meeting off.", _FOCAL,
        _SOURCES,
    ),
    "host": Refusal(
        "we_are_the_host", "The other country is the host of this meeting.",
        "One country alone closes the agenda and writes the minutes, so that there is one of each.",
        "Ask the host to do it.", _FOCAL, _SOURCES,
    ),
    "guest": Refusal(
        "we_are_the_guest", "Your country has written these minutes itself.",
        "Minutes stand when the other country agrees to them.", "Wait for the other country.", _FOCAL, _SOURCES,
    ),
}  # fmt: skip
_THEIRS_MISSING: Final = Refusal(
    "other_side_has_sent", "The other country has not sent yet what it wants to discuss.",
    "An agenda made by one country alone leaves out whom the other one worries about.",
    "Wait for it; on the day of the meeting the agenda can be closed without.", _FOCAL, _SOURCES,
)
_DAY_AHEAD: Final = Refusal(
    "meeting_day_has_come", "The day of the meeting lies ahead.", "Minutes say what was decided, and not what will be.",
    "Write them on the day or afterwards.", _FOCAL, _SOURCES,
)
_NO_AGREEMENT: Final = Refusal(
    "agreement_is_in_force", "No agreement between the two countries is in force today.",
    "People are discussed across a border as an agreement says, or not at all.",
    "Ask the ministry about the agreement.", ("national_focal_point", "administrator"), _SOURCES,
)
_NOBODY_THERE: Final = Refusal(
    "other_side_has_a_focal_office", "No focal office of the other country is known.",
    "Nobody there would answer.", "Ask the ministry which office answers there.",
    ("national_focal_point", "administrator"), _SOURCES,
)
_NOT_READ: Final = Refusal(
    "meetings_are_read_there", "The other country's program cannot read yet what is said of meetings.",
    "What nobody reads there would wait for ever.", "Agree on the day by telephone until they have the newer program.",
    _FOCAL, _SOURCES,
)
_OPEN_ALREADY: Final = Refusal(
    "no_other_meeting_is_open", "A meeting of this kind with this country is not over yet.",
    "Two agendas at one time would ask for the same twice.", "Finish that one, or call it off.", _FOCAL, _SOURCES,
)
_NOT_LISTED: Final = Refusal(
    "decision_is_about_the_agenda", "A decision is about a referral that does not stand on the agenda.",
    "Nobody is decided about whom nobody could prepare for.", "Put it down for the next meeting.", _FOCAL,
    ("WM-PROTOCOL", "WM-CONSENT"),
)
_WORDS: Final = Refusal(
    "words_are_agreed_to", "A decision has words of its own about a person who has not agreed to be discussed.",
    "Without the person's consent their number and the reason are all that both countries tell each other.",
    "Leave the words out, or ask the person and record the answer before the next meeting.",
    ("social_worker", "case_manager", "national_focal_point"), ("IOM-4", "WM-CONSENT"),
)
EVERY: Final = (
    _ELSEWHERE, *_NOT_OURS.values(), _THEIRS_MISSING, _DAY_AHEAD, _NO_AGREEMENT, _NOBODY_THERE, _NOT_READ,
    _OPEN_ALREADY, _NOT_LISTED, _WORDS,
)  # fmt: skip
