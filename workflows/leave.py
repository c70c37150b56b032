"""Leave to stay and to work by which an identified person is protected: what is asked for when, and after a refusal.

The chain of TH-ATA-37 as reported (MRW-2019): protection, a week to apply for leave to stay, a week to ask the
employment office, fifteen days to an agreement with an employer. Which clocks run, and from where, is said by the
country's policy: a duty whose clock it does not state is nobody's.
"""

from __future__ import annotations

from typing import Final

from workflows.effects import CloseTask, Effect, Following, MoveTask, OpenTask
from workflows.facts import CaseFacts, PermitFacts

# The leave by which somebody is in the country at all; leave to work ends with it.
OF_STAY: Final = frozenset({"temporary_stay", "residence"})
# Asked for, or given: somebody is at it, or it is done.
UNDER_WAY: Final = frozenset({"applied", "granted"})
REFUSED: Final = "refused"
# What follows a refusal that goes on: something is asked for again (code list refused_way).
GOES_ON: Final = frozenset({"appeal", "other_ground", "court"})
# Where a person is protected and cared for here.
PROTECTED: Final = frozenset({"sheltered", "recovering", "planning_return", "including_locally", "resettling"})
_NOT_HERE: Final = frozenset({"awaiting_arrival", "handed_over", "closed"})
DECLINED: Final = "declined"

FROM_PROTECTION = OpenTask(
    "apply_stay", "legal_officer", "stay_protected", since="protected_stay_since", if_stated=True, once=True
)
FROM_IDENTIFICATION = OpenTask(
    "apply_stay", "legal_officer", "stay_identified", since="stay_since", if_stated=True, once=True
)
ASK_EMPLOYMENT = OpenTask(
    "ask_employment", "case_manager", "employment_office", since="stay_asked_on", if_stated=True, once=True
)
AGREE_WORK = OpenTask("agree_work", "case_manager", "work_agreement", since="work_since", if_stated=True)
ANSWER_REFUSED = OpenTask(
    "answer_refused_stay", "legal_officer", "stay_refused", due_on="appeal_due", soonest=True, once=True
)

# The record that answers each of these duties, where it says what is needed; none of them ends by anybody's word.
ENDED_BY: Final = {
    "permit": ("ask_stay", "apply_stay"),
    "employment": ("ask_employment", "agree_work"),
    "refused_leave": ("answer_refused_stay",),
}


def is_foreign(case: CaseFacts) -> bool:
    """Whether the person is not known to be of this country; who has no nationality needs leave all the same."""
    return case.nationality != case.country


def of_stay(case: CaseFacts) -> tuple[PermitFacts, ...]:
    """The newest word on each kind of leave by which the person is in the country."""
    return tuple(each for each in case.permits if each.permit in OF_STAY)


def refusals(case: CaseFacts) -> tuple[PermitFacts, ...]:
    """The refused leaves for which nobody has settled with the person what comes next."""
    return tuple(each for each in case.permits if each.result == REFUSED and not each.is_answered)


def _applies(case: CaseFacts) -> bool:
    """Whether leave to stay has to be applied for because the person is identified and foreign.

    Not where a proceeding asks for it already, nor after a refusal until it is settled that something is asked again.
    """
    if case.identification != "identified" or not is_foreign(case) or case.care in _NOT_HERE:
        return False
    known = of_stay(case)
    return not any(
        each.result in UNDER_WAY or (each.result == REFUSED and not (each.is_answered and each.way in GOES_ON))
        for each in known
    )


def _is_protected(case: CaseFacts) -> bool:
    """Whether the person is protected here and has not declined it; other rights are kept (TH-RIGHTS-FORM)."""
    return case.care in PROTECTED and (case.rights is None or case.rights.answer != DECLINED)


def _looks_for_work(case: CaseFacts) -> bool:
    """Whether the employment office has still to be asked: of an identified foreign adult who has asked to stay.

    A child is led to no work; whoever does not want to work says so once (kinds/employment.py).
    """
    able = case.identification == "identified" and is_foreign(case) and not case.child and _is_protected(case)
    asked = case.stay_asked_on is not None and not any(each.permit == "work" for each in case.permits)
    return able and asked and case.employment is None


def _agrees_with_employer(case: CaseFacts) -> bool:
    """Whether an agreement with an employer is still to be made; one below the lawful wage is none."""
    work = next((each for each in case.permits if each.permit == "work"), None)
    if work is not None and work.result in {REFUSED, "ended"}:
        return False
    if case.employment is None:
        return case.asks_to_work
    return case.employment.stage == "office_asked" or (case.employment.stage == "agreed" and not case.employment.fair)


def leave(before: CaseFacts, after: CaseFacts, by_proceeding: tuple[bool, bool]) -> tuple[Following, ...]:
    """What follows a step or a record that changed who has to ask for leave to stay, or for work.

    by_proceeding: whether a proceeding asked for leave to stay before, and asks now, by workflows.staying.
    """
    found: list[Following] = []
    applied, applies = _applies(before) and not by_proceeding[0], _applies(after) and not by_proceeding[1]
    if applies:
        found += [task for task in _asked_for(after) if not applied or task not in _asked_for(before)]
    elif applied and not applies:
        found.append(CloseTask("apply_stay", by_the_way=True))
    if _looks_for_work(after) != _looks_for_work(before):
        found.append(ASK_EMPLOYMENT if _looks_for_work(after) else CloseTask("ask_employment", by_the_way=True))
    was, now = _has_to_answer(before), _has_to_answer(after)
    if was != now:
        found.append(ANSWER_REFUSED if now else CloseTask("answer_refused_stay"))
    elif now and before.appeal_due != after.appeal_due:
        found.append(MoveTask(ANSWER_REFUSED))
    return tuple(found)


def asked_on_another_day(before: CaseFacts, after: CaseFacts) -> tuple[MoveTask, ...]:
    """What follows a correction of the day on which leave to stay was asked for: the next office is asked from then."""
    return (MoveTask(ASK_EMPLOYMENT),) if before.stay_asked_on != after.stay_asked_on else ()


def counted_anew(before: CaseFacts, after: CaseFacts) -> tuple[Effect, ...]:
    """What follows a correction of the days from which the time to apply for leave to stay counts."""
    days = [(each.stay_since, each.protected_stay_since) for each in (before, after)]
    if days[0] == days[1] or not (_applies(before) and _applies(after)):
        return ()
    return (CloseTask("apply_stay", by_the_way=True), *_asked_for(after))


def _asked_for(case: CaseFacts) -> list[OpenTask]:
    # Where a country states both clocks the first one holds; a duty that is open keeps its time.
    return [FROM_PROTECTION, FROM_IDENTIFICATION] if _is_protected(case) else [FROM_IDENTIFICATION]


def _has_to_answer(case: CaseFacts) -> bool:
    return bool(refusals(case)) and case.care not in _NOT_HERE


def work(before: CaseFacts, after: CaseFacts) -> tuple[Effect | MoveTask, ...]:
    """Between the word with the employment office, or leave to work that is asked for, and an agreement lies a time.

    Where the word comes after the request, or its day is corrected, the time counts from it.
    """
    was, now = _agrees_with_employer(before), _agrees_with_employer(after)
    if was and now and before.work_since != after.work_since:
        return (MoveTask(AGREE_WORK),)
    if was == now:
        return ()
    return (AGREE_WORK,) if now else (CloseTask(AGREE_WORK.kind),)
