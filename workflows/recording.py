"""What must be true before a record of a kind may be added outside a step, and which tasks it answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from policies.model import Policies
from workflows.claims import REMEDY
from workflows.clocks import frozen_by
from workflows.effects import Alert, CloseTask, Effect, Following, FreezeClocks, MoveTask, OpenTask, ThawClocks
from workflows.engine import MACHINES, excused, matter_machines
from workflows.facts import CaseFacts, MatterFacts, Situation
from workflows.guards.children import guardian_is_appointed, guardian_who_agrees_serves
from workflows.guards.consent import consent_for_case_meeting, wider_consent_is_named
from workflows.guards.daily import stay_lasts_as_long_as_proceedings, way_of_contact_is_safe
from workflows.guards.deciding import decision_is_still_to_be_taken
from workflows.guards.legal import (
    child_has_a_representative,
    every_detention_is_over,
    limits_were_explained,
    review_finds_a_link,
    review_finds_no_link,
)
from workflows.guards.minors import (
    adult_is_beyond_doubt,
    adulthood_was_assessed,
    age_assessment_is_agreed,
    guardian_is_free_of_suspects,
    milder_ways_came_first,
)
from workflows.guards.outcomes import finding_is_named
from workflows.guards.protection import case_is_open, closed_case_hears_of_harm_alone, flag_is_up
from workflows.guards.remedies import (
    claim_has_one_currency,
    days_of_the_claim_fit,
    payments_are_within_the_award,
)
from workflows.guards.screening import (
    decision_says_identified,
    decision_says_not_identified,
    findings_meet_definition,
    findings_support_the_no,
    foreign_authority_is_competent,
    foreign_decision_is_recorded,
    person_was_told,
)
from workflows.guards.services import provider_has_not_declined, provider_is_named
from workflows.guards.training import (
    age_assessor_is_trained,
    decider_is_trained,
    interests_assessor_is_trained,
    screener_is_trained,
)
from workflows.harm import custody, harm_after_closing
from workflows.identification import APPOINT_GUARDIAN, ASK_AGAIN, DECISION
from workflows.non_punishment import NonPunishment
from workflows.proceeding import Proceeding
from workflows.service import Service
from workflows.staying import staying
from workflows.step import Guard
from workflows.threat import PROTECT
from workflows.verdict import Refusal

# A child's substantive records wait for a guardian (practice G04); safety and the first screening do not.
NEEDS_GUARDIAN = frozenset({"identification_decision", "best_interests", "return_plan", "pre_return_risk"})
# The forms of matters belong to a step of theirs; afterwards they can be corrected like any other record.
OF_MATTERS = frozenset(row.form for spec in matter_machines() for row in spec.steps if row.form)
# Whoever approves or pays rests on what these say: an error is returned, withdrawn or booked back, never rewritten.
OF_TWO_PERSONS = frozenset({"fund_claim", "fund_approval", "fund_payment", "transfer_request"}) | {
    "file_request", "file_review", "file_answer",
}
# These kinds are written only by the step that certifies them.
ONLY_WITH_STEP = OF_MATTERS | {
    "handover", "receipt", "handover_schedule", "handover_confirmation", "placement", "reception_plan",
    "family_tracing", "stay_extension", "reopening",
}  # fmt: skip

# What has to hold of a machine's matters after the correction of a form of theirs, as it did at each step.
STILL_TRUE: dict[str, tuple[Guard, ...]] = {
    REMEDY: (claim_has_one_currency, days_of_the_claim_fit, payments_are_within_the_award),
}
# What has to hold of the words of a record also where a correction has made them true from the beginning.
STILL_SAID: dict[str, tuple[Guard, ...]] = {"consent_withdrawal": (wider_consent_is_named,)}
# What has to be true before a new record of a kind, but not before the correction of one.
NEW_GUARDS: dict[str, tuple[Guard, ...]] = {"identification_decision": (decision_is_still_to_be_taken,)}
# What a corrected form has to answer again of the matter it changed, by the state that the matter is in.
OF_FORM: dict[str, dict[str, tuple[Guard, ...]]] = {
    # Of a proceeding that is over the form says only what was.
    "hearing": {Proceeding.RUNNING: (limits_were_explained, child_has_a_representative)},
    # A correction takes no step: where the review now says otherwise, another step has to be taken.
    "penalty_review": {
        NonPunishment.UNLINKED: (review_finds_no_link,),
        **dict.fromkeys(
            (NonPunishment.CLAIMED, NonPunishment.REPRESENTED, NonPunishment.UPHELD), (review_finds_a_link,)
        ),
    },
    "service_request": dict.fromkeys(Service, (provider_is_named, provider_has_not_declined)),
}
# What a decision answers with its step, by what was decided: here, or by another country.
STANDS: dict[str, tuple[Guard, ...]] = {
    "identified": (decision_says_identified, *DECISION, findings_meet_definition),
    "not_identified": (
        decision_says_not_identified, *DECISION, findings_support_the_no, person_was_told, finding_is_named,
    ),
}
FOREIGN: dict[str, tuple[Guard, ...]] = {
    "identified": (foreign_decision_is_recorded, foreign_authority_is_competent),
}
# What is told to the person in a way of its own (information_way): never in a way that is not safe for them.
TOLD_TO_THE_PERSON = frozenset({"decision_notice", "information_given"})
# What else has to be true before a record of a kind is taken in.
OWN_GUARDS: dict[str, tuple[Guard, ...]] = {
    "age_assessment": (
        age_assessment_is_agreed, milder_ways_came_first, adult_is_beyond_doubt, age_assessor_is_trained,
    ),
    **dict.fromkeys(("best_interests", "best_interests_assessment"), (interests_assessor_is_trained,)),
    "circumstances": (adulthood_was_assessed, every_detention_is_over),
    "consent": (guardian_who_agrees_serves,),
    "consent_withdrawal": (wider_consent_is_named,),
    "flag_clearance": (flag_is_up,),
    "guardian_appointment": (guardian_is_free_of_suspects,),
    "identification_decision": (decider_is_trained,),
    "minutes": (consent_for_case_meeting,),
    "permit": (stay_lasts_as_long_as_proceedings,),
    "screening": (screener_is_trained,),
    **dict.fromkeys(TOLD_TO_THE_PERSON, (way_of_contact_is_safe,)),
}

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
# The task to see whether somebody who went out of a shelter has come back.
LOOK_AFTER = "look_after_leave"

# Duties that are done by a record only where it says all that it has to say: the fact that says so.
NOTICES = {"rights_notice": "rights_read", "remedies_notice": "remedies_told"}
# A task that asks for a record is done when the record is there, not only when the next step is taken.
FOLLOWS: dict[str, tuple[CloseTask | OpenTask | Alert, ...]] = {
    "rights_notice": (CloseTask("read_rights"),),
    # By when it is looked at again follows from its level (policies/needs.yaml), or was agreed for an earlier day.
    "needs_assessment": (
        CloseTask("assess_needs"),
        CloseTask("reassess_needs"),
        OpenTask("reassess_needs", "social_worker", "needs_assessment", due_on="needs_due", only_dated=True),
    ),
    "guardian_appointment": (CloseTask("appoint_guardian"),),
    "age_assessment": (CloseTask("assess_age"),),
    # When the next one is due is said by the record itself, or by the clock of the country (app/casework/visits.py).
    "monitoring_visit": (CloseTask("follow_up_visit"),),
    "remedies_notice": (CloseTask("explain_remedies"),),
    # A second report begins a second search: what was open of the first goes into it.
    "missing_report": (
        CloseTask(LOOK_AFTER, by_the_way=True),
        CloseTask("search_missing", by_the_way=True),
        CloseTask("tell_police_missing", by_the_way=True),
        CloseTask("tell_partner_missing", by_the_way=True),
        *SEARCH,
    ),
    "found_report": FOUND,
    # Whoever goes out freely is waited for on the day they named, and asked after if they are not back.
    "shelter_leave": (
        CloseTask(LOOK_AFTER, by_the_way=True),
        OpenTask(LOOK_AFTER, "shelter_manager", "placement_review", due_on="back_on", only_dated=True),
    ),
    "shelter_return": (CloseTask(LOOK_AFTER),),
    "permit": (
        CloseTask("renew_permit"),
        CloseTask("settle_stay"),
        OpenTask("renew_permit", "case_manager", "care_plan_review", due_on="permit_due", only_dated=True),
    ),
    "care_plan": (
        CloseTask("write_care_plan"),
        CloseTask("prepare_adulthood"),
        CloseTask("review_care_plan"),
        OpenTask("review_care_plan", "case_manager", "care_plan_review", due_on="plan_due"),
    ),
}
# Whoever hears of a danger first says so in any form; those who protect are told at once.
IN_DANGER = Alert("person_in_danger", PROTECT)

# What no record and no step opens, but the calendar: the first before a child turns 18, the other in the quarter after
# it (app/casework/birthdays.py).
PREPARE_ADULTHOOD = OpenTask("prepare_adulthood", "case_manager", "coming_of_age")
ASSESS_AGE = OpenTask("assess_age", "case_manager", "coming_of_age")
BY_CALENDAR = (PREPARE_ADULTHOOD, ASSESS_AGE)
# Whoever speaks for a child is there until a day; by then somebody else is, or the appointment is renewed.
APPOINTMENT = "guardian_appointment"
NEXT_GUARDIAN = replace(APPOINT_GUARDIAN, unless=None, due_on="guardian_until", only_dated=True)
# Opened where leave to work has been asked for, whichever record says so.
AGREE_WORK = OpenTask("agree_work", "case_manager", "work_agreement", if_stated=True)


def follows(
    kind: str, before: CaseFacts, after: CaseFacts, *, on: date, corrected: bool = False
) -> tuple[Following, ...]:
    """What follows a record of ``kind`` that changed the facts of a case from ``before`` to ``after``.

    on: today where the case is. corrected: it only mends the words of an earlier one, and what that one ended or began
    stays as it is.
    """
    was, now = frozen_by(before), frozen_by(after)
    clocks: tuple[Effect, ...] = ()
    if was != now:
        # First the old cause ends, then the new one begins.
        clocks = (*([ThawClocks(was)] if was else []), *([FreezeClocks(now)] if now else []))
    followed = _moved(kind, before, after) if corrected else FOLLOWS.get(kind, ())
    if kind in NOTICES:
        # A notice that lacks something leaves its duty open; corrected, it may be whole after all.
        followed = FOLLOWS[kind] if getattr(after, NOTICES[kind]) else ()
    if kind == APPOINTMENT:
        # Ended only by one that has begun and was checked, and moved by a correction of its days (_guardian).
        followed = ()
    found = (
        *followed, *_missing(kind, before, after), *custody(kind, before, after), *_danger(before, after),
        *harm_after_closing(kind, before, after), *_age(before, after),
        *_guardian(before, after, on, anew=kind == APPOINTMENT and not corrected), *_work(before, after),
        *staying(before, after), *clocks,
    )  # fmt: skip
    return found if _may_be_told_abroad(after) else tuple(each for each in found if each != TELL_PARTNER)


def _missing(kind: str, before: CaseFacts, after: CaseFacts) -> tuple[Effect, ...]:
    """A search begins, and ends, whichever record says that the person is missing, or is not any more."""
    if before.missing == after.missing or kind in {"missing_report", "found_report"}:
        return ()
    return SEARCH if after.missing else FOUND


def _danger(before: CaseFacts, after: CaseFacts) -> tuple[Effect, ...]:
    return (IN_DANGER,) if after.protection_risk and not before.protection_risk else ()


def _guardian(before: CaseFacts, after: CaseFacts, on: date, anew: bool) -> tuple[Effect, ...]:
    """An appointment is made when it has begun and was checked; one with an end has to be followed by another.

    anew: somebody was appointed; it may be somebody else for the same days, whose name is not among the facts.
    """
    if before.guardian == after.guardian and not anew:
        return ()
    keeper = after.guardian
    if keeper is not None and keeper.conflict_checked and keeper.serves_on(on):
        return (CloseTask("appoint_guardian"), NEXT_GUARDIAN)
    # Before a person is presumed to be trafficked nobody is late with it.
    return (replace(APPOINT_GUARDIAN, unless=None, once=True),) if after.presumed_on is not None else ()


def _may_be_told_abroad(case: CaseFacts) -> bool:
    """While asylum is asked for nobody is led to tell the country of origin of a search (OHCHR-G2.7)."""
    return not case.asylum_claim


def _moved(kind: str, before: CaseFacts, after: CaseFacts) -> tuple[Following, ...]:
    """The tasks of a corrected record that are due by another day than it said before."""
    found: list[Following] = []
    if before.negative_on != after.negative_on and None not in (before.negative_on, after.negative_on):
        # The day on which the person was told was written down wrongly.
        found.append(MoveTask(ASK_AGAIN))
    for task in FOLLOWS.get(kind, ()):
        if not isinstance(task, OpenTask) or task.due_on is None:
            continue
        was = getattr(before, task.due_on)
        if was != getattr(after, task.due_on):
            # Without a day there was no task that could be done meanwhile.
            found.append(task if was is None and task.only_dated else MoveTask(task))
    return tuple(found)


def _age(before: CaseFacts, after: CaseFacts) -> tuple[Effect, ...]:
    """Who turns out to be an adult needs no guardian; who turns out to be a child needs one, from presumption on."""
    if before.child and not after.child:
        return tuple(CloseTask(kind, by_the_way=True) for kind in ("appoint_guardian", "prepare_adulthood"))
    protected = after.presumed_on is not None or after.identification == "identified"
    late = after.child and not before.child and protected
    return (APPOINT_GUARDIAN,) if late and after.guardian is None else ()


def _work(before: CaseFacts, after: CaseFacts) -> tuple[Effect, ...]:
    """Leave to work that was asked for has a time until the agreement with an employer, where a country states one."""
    if before.asks_to_work == after.asks_to_work:
        return ()
    return (AGREE_WORK,) if after.asks_to_work else (CloseTask(AGREE_WORK.kind),)


def guards_for(kind: str, correcting: bool = False) -> tuple[Guard, ...]:
    """The guards a record of this kind has to pass, or the correction of one."""
    keeper = (guardian_is_appointed,) if kind in NEEDS_GUARDIAN else ()
    first = () if correcting else NEW_GUARDS.get(kind, ())
    # A correction changes what the case was, and waits until it is open.
    still = closed_case_hears_of_harm_alone if kind == "circumstances" and not correcting else case_is_open
    return (still, *keeper, *first, *OWN_GUARDS.get(kind, ()))


def can_be_corrected(kind: str) -> bool:
    """Whether a record of this kind can be corrected by itself; what certifies an act of two sides cannot."""
    return kind not in OF_TWO_PERSONS and (kind in OF_MATTERS or kind not in ONLY_WITH_STEP)


def turned(matter: MatterFacts) -> tuple[CloseTask | OpenTask, ...]:
    """What follows where a correction has opened an ended matter again, or ended an open one."""
    spec = MACHINES[matter.machine]
    if matter.is_open:
        into = [row for row in spec.steps if matter.state in {to.value for to in row.targets()}]
        opening = {effect.kind: effect for row in into for effect in row.effects if isinstance(effect, OpenTask)}
        return tuple(opening.values())
    kinds = {effect.kind for row in spec.steps for effect in row.effects if isinstance(effect, OpenTask)}
    return tuple(CloseTask(kind, by_the_way=True) for kind in sorted(kinds))


def _of_decision(before: CaseFacts, after: CaseFacts | None) -> tuple[Guard, ...]:
    """What the decision that stands has to answer again where a correction has changed its words."""
    if after is None or before.decision is None or before.decision == after.decision:
        return ()
    foreign = before.decision.by_country != before.country
    return (FOREIGN if foreign else STANDS).get(after.identification, ())


def refusals_after_correction(
    kind: str, before: CaseFacts, situation: Situation, policies: Policies
) -> tuple[Refusal, ...]:
    """Every reason against a correction that is read from the case as it would be afterwards; before: as it is now.

    A corrected form of a matter answers the same questions as it did with its step, also in what later steps built on.
    """
    asked = (*STILL_SAID.get(kind, ()), *_of_decision(before, situation.case))
    said = (guard.objection(situation, policies) for guard in asked)
    found: dict[str, Refusal] = {reason.code: reason for reason in said if reason is not None}
    for spec in matter_machines():
        if not any(row.form == kind for row in spec.steps):
            continue
        for matter in situation.case.matters_of(spec.name) if situation.case is not None else ():
            changed = matter != before.matter(matter.id)
            own = OF_FORM.get(kind, {}).get(matter.state, ()) if changed else ()
            guards = (*STILL_TRUE.get(spec.name, ()), *own)
            reasons = (guard.objection(replace(situation, matter=matter), policies) for guard in guards)
            found |= {reason.code: reason for reason in reasons if reason is not None}
    return tuple(found.values())


def refusals_for(
    kind: str, situation: Situation, policies: Policies, correcting: bool = False
) -> tuple[Refusal, ...]:
    """Every reason against adding a record of ``kind`` now, or against correcting one; empty = allowed."""
    found = [guard.objection(situation, policies) for guard in guards_for(kind, correcting)]
    # An exception from a guard holds for the record as it does for the step that rests on it.
    reasons = [reason for reason in found if reason is not None and not excused(reason, situation)]
    if not can_be_corrected(kind) if correcting else kind in ONLY_WITH_STEP:
        reasons.append(
            Refusal(
                "belongs_to_a_step",
                f"A record of the kind '{kind}' is written only together with the step it certifies.",
                "What it certifies and what changes must be one act.",
                "Take the step and fill in its form.",
                ("case_manager", "border_focal_point"),
                ("WM-PROTOCOL",),
            )
        )
    return tuple(reasons)
