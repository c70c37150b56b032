"""Questions before leave to stay and before a word to the person: how long it lasts, and whether a way is safe."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from workflows.facts import CaseFacts
from workflows.guards.legal import open_proceedings
from workflows.leave import OF_STAY, REFUSED
from workflows.staying import hearings_set, needs_the_person
from workflows.step import guard
from workflows.verdict import Lack, lacking

# A way of reaching somebody that is another one with more to it: who is never met is not met with an interpreter.
_WITHIN = {"through_interpreter": "in_person"}


@guard(
    sources=("OHCHR-G4.7", "OHCHR-P9"),
    says="This leave ends {gap}.",
    why="Who takes part in proceedings may stay lawfully as long as they last.",
    mend="Ask the authority for longer leave, or write down why it is shorter and what is done about it.",
    who=("legal_officer", "case_manager"),
)
def stay_lasts_as_long_as_proceedings(case: CaseFacts, given: Mapping[str, object]) -> bool | Lack:
    if given.get("permit") not in OF_STAY or given.get("shorter_reason") or not open_proceedings(case):
        return True
    if given.get("outcome") == "ended":
        return lacking(gap="while proceedings are open")
    until = given.get("valid_until")
    longest = _needed_until(case)
    if given.get("outcome") != "granted" or not isinstance(until, str) or longest is None:
        return True
    return date.fromisoformat(until) >= longest or lacking(gap=f"before the proceedings, expected until {longest}")


@guard(
    sources=("OHCHR-G6.7",),
    says="No refusal of this leave is recorded.",
    why="What follows a refusal is settled where there is one.",
    mend="Record first that this leave was refused.",
    who=("legal_officer", "case_manager"),
)
def leave_was_refused(case: CaseFacts, given: Mapping[str, object]) -> bool:
    # Where leave has been asked for again since, the person may still say that they will not wait for it.
    known = next((each for each in case.permits if each.permit == given.get("permit")), None)
    return known is not None and (known.result == REFUSED or known.waits)


@guard(
    sources=("OHCHR-P11", "OHCHR-G6.7"),
    says="Leave to stay was refused: {gap}.",
    why="A way on is chosen freely only by who knows it, and nobody is sent away while they wait for an answer.",
    mend="Explain the refusal, offer advice, ask the person what they want, and record what follows.",
    who=("legal_officer", "case_manager"),
)
def refused_leave_is_answered(case: CaseFacts) -> bool | Lack:
    for each in case.permits:
        if each.permit not in OF_STAY:
            continue
        if each.result == REFUSED and not each.is_answered:
            return lacking(gap="nobody has told the person and settled what follows")
        if each.waits:
            return lacking(gap="the person waits for an answer to what was asked again")
    return True


def _needed_until(case: CaseFacts) -> date | None:
    """The last day known on which proceedings need the person: when they are expected to end, or a hearing."""
    days = [day for each in case.matters if needs_the_person(each) for day in hearings_set(each)]
    if case.legal is not None and case.legal.expected_until is not None:
        days.append(case.legal.expected_until)
    return max(days, default=None)


@guard(
    sources=("WM-SAFETY", "OHCHR-G6.6"),
    says="The person must never be reached in this way.",
    why="A letter or a call that somebody else gets can betray the person.",
    mend="Choose one of the safe ways, or ask the person and record the rules of contact again.",
    who=("case_manager", "social_worker"),
)
def way_of_contact_is_safe(case: CaseFacts, given: Mapping[str, object]) -> bool:
    return way_is_safe(case, str(given.get("way")))


def way_is_safe(case: CaseFacts, way: str) -> bool:
    """Whether the person may be reached in this way (a code of information_way), by the rules of contact."""
    return case.contact is None or not {way, _WITHIN.get(way, way)} & case.contact.never
