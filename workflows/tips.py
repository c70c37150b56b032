"""What may become of a tip: the rules of closing it and of passing it on; pure, asked again when it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from workflows.verdict import Refusal

WAITING: Final = "waiting"
PASSED: Final = "passed"
CLOSED: Final = "closed"
CASE: Final = "case"
# Nobody is done with it: somebody here, or whoever it was passed on to, has to look.
OPEN: Final = frozenset({WAITING, PASSED})
# Reasons that say somebody is at work on it; every other one leaves those it is about alone.
ANSWERED: Final = frozenset({"authority_acted", "known_already"})
GRAVE: Final = frozenset({"high", "serious"})
_TRIAGE: Final = ("first_responder", "case_manager", "national_focal_point")


@dataclass(frozen=True, slots=True)
class TipFacts:
    """What the rules know of a tip. ``here``: it waits for the office that asks, and not for another one."""

    state: str
    danger: str
    children: str
    here: bool = True


def against_settling(tip: TipFacts) -> tuple[Refusal, ...]:
    """Why nothing can be done with a tip any more, or not by this office."""
    if tip.state not in OPEN:
        return (_OVER,)
    return () if tip.here else (_ELSEWHERE,)


def against_closing(tip: TipFacts, reason: str) -> tuple[Refusal, ...]:
    """Why a tip cannot be closed for this reason: danger, or a child, is never left for want of knowledge."""
    found = against_settling(tip)
    return (_DANGER,) if not found and reason not in ANSWERED and grave(tip.danger, tip.children) else found


def against_joining(tip: TipFacts, *, closed: bool) -> tuple[Refusal, ...]:
    """Why a tip cannot be tied to a case. ``closed``: nobody is at work on that case."""
    found = against_settling(tip)
    return (_DANGER,) if not found and closed and grave(tip.danger, tip.children) else found


def against_passing(tip: TipFacts, *, to_itself: bool, heard: bool) -> tuple[Refusal, ...]:
    """Why a tip cannot be passed on. ``heard``: somebody at the other office settles tips here."""
    found = list(against_settling(tip))
    if to_itself:
        found.append(_SAME)
    elif not heard:
        found.append(_NOBODY)
    return tuple(found)


def grave(danger: str, children: str) -> bool:
    """Whether a tip tells of great danger or of a child: looked at within the short time, a danger to whoever is found.

    ``danger``: a code of risk_level.
    """
    return danger in GRAVE or children == "yes"


_OVER: Final = Refusal(
    "tip_waits", "This tip is settled already.", "What was decided about a tip stays as it was decided.",
    "Write down a new tip if more becomes known.", _TRIAGE, ("OHCHR-G2.1",),
)
_ELSEWHERE: Final = Refusal(
    "tip_is_here", "This tip was passed on, and another office has it now.",
    "Two offices that act on one tip without knowing of each other endanger people.",
    "Speak with the office that has it.", _TRIAGE, ("OHCHR-G2.3", "WM-SAFETY"),
)
_DANGER: Final = Refusal(
    "danger_is_answered", "The tip tells of great danger or of a child, and nobody is at work on it.",
    "Somebody in danger is not left alone because too little is known.",
    "Pass it on to an authority that can look, or open a case.", _TRIAGE, ("WM-SAFETY", "OHCHR-G2.1"),
)
_SAME: Final = Refusal(
    "office_is_another", "The tip is with this office already.", "Passing on moves it to somebody else.",
    "Choose another office.", _TRIAGE, ("OHCHR-G2.3",),
)
_NOBODY: Final = Refusal(
    "office_reads_tips", "Nobody at this office reads tips here.",
    "A tip that nobody reads helps nobody.", "Choose another office, or tell this one by telephone and close the tip.",
    _TRIAGE, ("OHCHR-G2.3",),
)
EVERY: Final = (_OVER, _ELSEWHERE, _DANGER, _SAME, _NOBODY)
