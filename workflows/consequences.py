"""What follows what changed in a case, whichever record said so and whichever step it came with: pure, one list.

A new consequence is one function from a `Change` to effects, added to `CONSEQUENCES`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from workflows import again, harm, leave
from workflows import death as deaths
from workflows.claims import untold_news
from workflows.clocks import frozen_by
from workflows.effects import Alert, CloseTask, Effect, Following, FreezeClocks, OpenTask, ThawClocks
from workflows.embassy import TELL
from workflows.facts import CaseFacts
from workflows.identification import APPOINT_GUARDIAN
from workflows.reminders import reminded
from workflows.stay import LEFT_THE_HOUSE, LIVED_IN
from workflows.staying import staying
from workflows.threat import PROTECT

CLOSED = again.CLOSED


@dataclass(frozen=True, slots=True)
class Change:
    """A case before and after somebody wrote into it.

    by: the kind of the record or the name of the step. on: today where the case is. corrected: an earlier record was.
    """

    by: str
    before: CaseFacts
    after: CaseFacts
    on: date
    corrected: bool = False


Consequence = Callable[[Change], tuple[Following, ...]]

# Searching comes before everything else; who is found is cared for, and nothing is held against them.
TELL_PARTNER = OpenTask("tell_partner_missing", "case_manager", "missing_search", "child_protection")
SEARCH = (
    OpenTask("search_missing", "shelter_manager", "missing_search", "child_protection"),
    OpenTask("tell_police_missing", "case_manager", "missing_search", "child_protection"),
    TELL_PARTNER,
    Alert("person_missing", "override:grant"),
)
FOUND = (
    CloseTask("search_missing"),
    CloseTask("tell_police_missing", by_the_way=True),
    CloseTask("tell_partner_missing", by_the_way=True),
)
# These say themselves what a search needs (workflows.recording.FOLLOWS).
_OF_SEARCH = frozenset({"missing_report", "found_report"})
# Whoever hears of a danger first says so in any form; those who protect are told at once.
IN_DANGER = Alert("person_in_danger", PROTECT)
# Whoever speaks for a child is there until a day; by then somebody else is, or the appointment is renewed.
NEXT_GUARDIAN = replace(APPOINT_GUARDIAN, unless=None, due_on="guardian_until", only_dated=True)
# A claim lives on after the return, and whoever it belongs to hears of it.
TELL_NEWS = OpenTask("report_remedy", "case_manager", "remedy_news", due_on="news_due", soonest=True)
# Whoever moved in as somebody else than they turned out to be.
REVIEW_PLACE = OpenTask("review_placement", "shelter_manager", "placement_review", "child_protection")


def consequences(change: Change) -> tuple[Following, ...]:
    """Everything that follows what changed, in the order of CONSEQUENCES; nothing rings for a closed case."""
    anew = again.begins_again(change.before, change.after)
    first = (CloseTask(deaths.SEE_TO.kind, by_the_way=True),) if anew and change.before.deceased else ()
    if anew:
        # All that is known follows as if it became known now, so that a new consequence joins by itself.
        change = replace(change, before=again.nothing_known(change.after))
    found: tuple[Following, ...] = tuple(effect for each in CONSEQUENCES for effect in each(change))
    if anew:
        found = again.never_twice((*first, *found, *again.owed(change.after)))
    if change.after.care == CLOSED:
        # But for harm: it is looked into, and whoever may open the case again hears of it.
        heard = [effect for each in OF_HARM for effect in each(change)]
        found = tuple(effect for effect in found if effect in heard or not isinstance(effect, OpenTask | Alert))
        found = (*found, *harm.harm_after_closing(change.by, change.before, change.after))
    return may_be_told(found, change.after)


def may_be_told(effects: tuple[Following, ...], case: CaseFacts) -> tuple[Following, ...]:
    """While asylum is asked for nobody is led to tell the country of origin of a search (OHCHR-G2.7)."""
    return tuple(each for each in effects if each != TELL_PARTNER) if case.asylum_claim else effects


def death(change: Change) -> tuple[Effect, ...]:
    """Duties to a living person end where somebody dies, before anything else follows (workflows.death)."""
    return deaths.death(change.before, change.after)


def missing(change: Change) -> tuple[Effect, ...]:
    """A search begins, and ends, whichever record says that the person is missing, or is not any more."""
    if change.before.missing == change.after.missing or change.by in _OF_SEARCH:
        return ()
    return SEARCH if change.after.missing else FOUND


def custody(change: Change) -> tuple[Effect, ...]:
    """Somebody is held now, or is free (workflows.harm)."""
    return harm.custody(change.by, change.before, change.after)


def danger(change: Change) -> tuple[Effect, ...]:
    """Those who protect hear of a danger when it is first known."""
    return (IN_DANGER,) if change.after.protection_risk and not change.before.protection_risk else ()


def age(change: Change) -> tuple[Effect, ...]:
    """Who turns out to be an adult needs no guardian; who turns out to be a child needs one, from presumption on."""
    before, after = change.before, change.after
    if before.child and not after.child:
        return tuple(CloseTask(kind, by_the_way=True) for kind in ("appoint_guardian", "prepare_adulthood"))
    late = after.child and not before.child and _protected(after)
    return (APPOINT_GUARDIAN,) if late else ()


def place(change: Change) -> tuple[Effect, ...]:
    """Whoever turns out to be a child, or of another sex, may sleep among the wrong people: the place is looked at."""
    before, after = change.before, change.after
    in_a_bed = after.bed_used is not None or after.bed_held is not None
    turned = (after.child and not before.child) or (before.sex != after.sex and in_a_bed)
    # A first night is looked at within its own time, which is short already.
    if not turned or after.placement is None or after.care in {"intake", *LEFT_THE_HOUSE}:
        return ()
    return (CloseTask(REVIEW_PLACE.kind, by_the_way=True), REVIEW_PLACE)


def lived_in(change: Change) -> tuple[Effect, ...]:
    """A place is looked at as long as somebody lives there, whichever step begins or ends it."""
    was, now = _lives_there(change.before), _lives_there(change.after)
    # Closing ends every task by itself.
    if was == now or change.after.care == CLOSED:
        return ()
    return (replace(REVIEW_PLACE, once=True),) if now else (CloseTask(REVIEW_PLACE.kind, by_the_way=True),)


def _lives_there(case: CaseFacts) -> bool:
    return case.placement is not None and case.care in LIVED_IN and not case.deceased


def no_place(change: Change) -> tuple[Effect, ...]:
    """Whoever was found to stay elsewhere and left their bed has no place with us until one is settled with them."""
    if change.before.placement is None or change.after.placement is not None or change.after.deceased:
        return ()
    return (CloseTask(REVIEW_PLACE.kind, by_the_way=True), REVIEW_PLACE)


def guardian(change: Change) -> tuple[Effect, ...]:
    """An appointment is made when it has begun and was checked; one with an end has to be followed by another.

    A relative speaks for nobody any more once the family is said to be involved. A new appointment may be that of
    somebody else for the same days, whose name is not among the facts.
    """
    before, after = change.before, change.after
    anew = change.by == "guardian_appointment" and not change.corrected
    if not anew and (before.guardians, before.family_complicity) == (after.guardians, after.family_complicity):
        return ()
    if after.guardian_speaks(change.on):
        return (CloseTask("appoint_guardian"), NEXT_GUARDIAN)
    # What was open until now waited for the end of somebody who spoke for the child; now nobody does.
    over = (CloseTask("appoint_guardian", by_the_way=True),) if before.guardian_speaks(change.on) else ()
    # Before a person is presumed to be trafficked nobody is late with it.
    return (*over, APPOINT_GUARDIAN) if _protected(after) else over


def work(change: Change) -> tuple[Following, ...]:
    """Between leave to work that is asked for and an agreement with an employer lies a time (workflows.leave)."""
    return leave.work(change.before, change.after)


def leave_to_stay(change: Change) -> tuple[Following, ...]:
    """Leave that a proceeding needs is asked for, and what comes after it is settled (workflows.staying)."""
    return staying(change.before, change.after)


def claims_news(change: Change) -> tuple[Effect, ...]:
    """A claim that moves after the return is told to the person; nobody is led to do so while asylum is asked for."""
    was, now = _to_be_told(change.before), _to_be_told(change.after)
    if was == now:
        return ()
    if was - now:
        # What is left of other claims is a duty still.
        return (CloseTask(TELL_NEWS.kind), *((TELL_NEWS,) if now else ()))
    return (replace(TELL_NEWS, once=True),)


def _to_be_told(case: CaseFacts) -> frozenset[str]:
    return frozenset() if case.asylum_claim else untold_news(case)


def embassies(change: Change) -> tuple[Effect, ...]:
    """While asylum is asked for nobody is led to an embassy; what is owed to it is a duty again when that is over."""
    begins = change.after.asylum_claim and not change.before.asylum_claim
    return (CloseTask(TELL.kind, by_the_way=True, everywhere=True),) if begins else ()


def reminders(change: Change) -> tuple[Effect, ...]:
    """Whatever runs out is looked at before it does (workflows.reminders)."""
    return reminded(change.before, change.after, change.on)


def clocks(change: Change) -> tuple[Effect, ...]:
    """All clocks of a case stand still for a cause, or run again: first the old one ends, then the new one begins."""
    was, now = frozen_by(change.before), frozen_by(change.after)
    if was == now:
        return ()
    return (*([ThawClocks(was)] if was else []), *([FreezeClocks(now)] if now else []))


def _protected(case: CaseFacts) -> bool:
    return case.presumed_on is not None or case.identification == "identified"


# What is heard of a closed case, too.
OF_HARM: tuple[Consequence, ...] = (custody, danger)
# Tasks first; the clocks of the case, which also hold those that were just opened, come last.
CONSEQUENCES: tuple[Consequence, ...] = (
    death,
    missing,
    custody,
    danger,
    age,
    place,
    lived_in,
    no_place,
    guardian,
    work,
    leave_to_stay,
    claims_news,
    embassies,
    reminders,
    clocks,
)
