"""A person has died: duties to a living person end, and one is left: what is owed after a death (practice 2.5).

Claims, proceedings and referrals go on until their own steps end them: money may be owed to the family, and a referral
that is ended with this reason is what tells the other country.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from workflows.effects import Alert, CloseTask, Effect, OpenTask
from workflows.facts import CaseFacts, DeathFacts
from workflows.threat import PROTECT

REPORT: Final = "death_report"
SEE_TO: Final = OpenTask("see_to_death", "case_manager", "after_death")
DIED: Final = Alert("person_died", PROTECT)
# Duties that nobody has to a person who is dead, of the case, of its matters and of its referrals.
TO_THE_LIVING: Final = frozenset({
    "screen", "decide_identification", "reconsider", "end_of_reconsideration", "end_of_reflection", "read_rights",
    "assess_needs", "reassess_needs", "appoint_guardian", "explain_remedies", "review_placement", "write_care_plan",
    "review_care_plan", "follow_up_visit", "prepare_adulthood", "assess_age", "look_after_leave", "renew_permit",
    "ask_stay", "apply_stay", "settle_stay", "answer_refused_stay", "ask_employment", "agree_work", "renew_consent",
    "review_interests", "renew_document", "search_missing", "tell_police_missing", "tell_partner_missing",
    "look_for_person", "ask_again",
    "review_detention", "start_reintegration", "plan_alternatives", "hear_person", "protect_person",
    "review_protection", "decide_contact", "visit_1", "visit_2", "visit_3", "visit_4", "own_visit", "own_accompany",
    "answer_data_request", "report_remedy", "tell_remedy", "await_remedy",
})  # fmt: skip


def died(case: CaseFacts, found: DeathFacts | None = None) -> CaseFacts:
    """The facts of somebody who has died: nobody is in a bed, or on leave from it."""
    return replace(case, deceased=True, death=found or case.death, bed_used=None, bed_held=None, leave=None)


def lives(case: CaseFacts) -> CaseFacts:
    """The facts of somebody who was said to be dead, and is not."""
    return replace(case, deceased=False, death=None)


def is_settled(case: CaseFacts) -> bool:
    """Whether everything that is owed after a death has been done."""
    return case.death is not None and case.death.is_settled


def death(before: CaseFacts, after: CaseFacts) -> tuple[Effect, ...]:
    """Duties to the living end, not stop; those who protect are told at once; what is owed now is one task."""
    if not after.deceased:
        return ()
    if before.deceased:
        was, now = is_settled(before), is_settled(after)
        if was == now:
            return ()
        return (CloseTask(SEE_TO.kind),) if now else (SEE_TO,)
    ended = (CloseTask(kind, by_the_way=True, everywhere=True) for kind in sorted(TO_THE_LIVING))
    return (*ended, DIED, *(() if is_settled(after) else (SEE_TO,)))
