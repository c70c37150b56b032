"""Leave to stay while proceedings last: who needs it, what has to be asked for, and what follows when they end.

Blind to whether the person helps the police (OHCHR-P8): what counts is that a proceeding needs them there, and that
they want to stay for it.
"""

from __future__ import annotations

from datetime import date

from workflows.effects import CloseTask, Following, MoveTask, OpenTask
from workflows.facts import CaseFacts, MatterFacts
from workflows.leave import OF_STAY, UNDER_WAY, leave

PROCEEDINGS = "proceeding"
# Flags of a proceeding (kinds/proceeding.py, kinds/hearing.py).
STAYS, WITNESS, TESTIMONY = "stays", "witness", "testimony"
# The days of hearings that are still to come, or of which nobody has said what they brought; and those on which the
# person is to speak.
HEARING_ON, SPEAKS_ON = "hearing_on.", "speaks_on."
_NEEDED = frozenset({WITNESS, TESTIMONY, "part.injured", "part.claimant", "part.accused", "part.witness"})

ASK_STAY = OpenTask("ask_stay", "legal_officer", "stay_request")
SETTLE_STAY = OpenTask("settle_stay", "case_manager", "stay_after", due_on="permit_due", soonest=True)


def needs_the_person(matter: MatterFacts) -> bool:
    """Whether an open proceeding needs the person: as a party of it, as a witness, or at a hearing."""
    return matter.machine == PROCEEDINGS and matter.is_open and bool(matter.flags & _NEEDED)


def hearings_set(matter: MatterFacts) -> frozenset[date]:
    """The days of hearings of a proceeding that were set, and of which nobody has said yet what they brought."""
    told = {date.fromisoformat(each.removeprefix(HEARING_ON)) for each in matter.flags if each.startswith(HEARING_ON)}
    # In older facts a proceeding has one hearing, which is its day.
    return frozenset(told or ({matter.due} if matter.due is not None else set()))


def stays_for(case: CaseFacts) -> int:
    """How many open proceedings need the person, who wants to stay in the country for them."""
    return sum(needs_the_person(each) and STAYS in each.flags for each in case.matters)


def lacks_leave(case: CaseFacts) -> bool:
    """Whether the person wants to stay for a proceeding and nobody has asked for leave, or it was refused or ended."""
    under_way = any(each.permit in OF_STAY and each.result in UNDER_WAY for each in case.permits)
    return bool(stays_for(case)) and not under_way


def _limited(case: CaseFacts) -> bool:
    return any(each.permit in OF_STAY and each.until is not None for each in case.permits)


def has_to_settle(case: CaseFacts) -> bool:
    """Whether a proceeding for which the person stayed has ended, and no word on leave to stay came since."""
    if stays_for(case) or not _limited(case):
        return False
    over = [
        each.ended_on for each in case.matters_of(PROCEEDINGS)
        if each.ended_on is not None and STAYS in each.flags and each.flags & _NEEDED
    ]  # fmt: skip
    return bool(over) and max(over) >= max(each.on for each in case.permits if each.permit in OF_STAY)


def staying(before: CaseFacts, after: CaseFacts) -> tuple[Following, ...]:
    """What follows a step or a record that changed who has to ask for leave, or until when it is needed.

    Leave that is missing is asked for. When the last proceeding for which the person stayed has ended, somebody
    settles with them what comes after, before a leave that has an end runs out.
    """
    effects: list[Following] = []
    if lacks_leave(after) != lacks_leave(before):
        effects.append(ASK_STAY if lacks_leave(after) else CloseTask(ASK_STAY.kind, by_the_way=True))
    if stays_for(before) and not stays_for(after) and _limited(after):
        effects.append(SETTLE_STAY)
    elif stays_for(after) and not stays_for(before):
        effects.append(CloseTask(SETTLE_STAY.kind, by_the_way=True))
    elif before.permit_due != after.permit_due:
        effects.append(MoveTask(SETTLE_STAY))
    return (*effects, *leave(before, after, (bool(stays_for(before)), bool(stays_for(after)))))
