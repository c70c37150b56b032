"""What must be true before a record of a kind may be added outside a step, and which tasks it answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from policies.model import Policies
from workflows.again import begins_again, dated, never_twice
from workflows.claims import REMEDY
from workflows.consequences import FOUND, SEARCH, Change, consequences, may_be_told
from workflows.death import REPORT, SEE_TO
from workflows.effects import Alert, CloseTask, Following, MoveTask, OpenTask
from workflows.engine import MACHINES, excused, matter_machines
from workflows.facts import CaseFacts, MatterFacts, Situation
from workflows.guards.children import guardian_is_appointed, guardian_who_agrees_serves
from workflows.guards.consent import consent_for_case_meeting, wider_consent_is_named
from workflows.guards.daily import leave_was_refused, stay_lasts_as_long_as_proceedings, way_of_contact_is_safe
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
from workflows.guards.own_data import (
    CORRECTED,
    UPHELD,
    answer_fits_the_request,
    data_request_waits,
    refusal_says_why_and_where,
    request_names_its_object,
)
from workflows.guards.protection import (
    case_is_open,
    closed_case_hears_of_harm_alone,
    death_is_told_safely,
    flag_is_up,
)
from workflows.guards.remedies import (
    claim_has_one_currency,
    days_of_the_claim_fit,
    payments_are_within_the_award,
)
from workflows.guards.returning import assessment_holds_no_longer_than_agreed
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
from workflows.identification import ASK_AGAIN, DECISION
from workflows.leave import asked_on_another_day, counted_anew
from workflows.non_punishment import NonPunishment
from workflows.proceeding import Proceeding
from workflows.service import Service
from workflows.staying import stays_for
from workflows.step import Guard, Step
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
    "family_tracing", "stay_extension", "reopening", "remedy_news",
}  # fmt: skip

# What another country was asked, and what it answered under its signature: neither is made unsaid by a correction.
SAID_ABROAD = frozenset({"nationality_inquiry", "tracing_inquiry", "inquiry_answer", "embassy_request"})

# What has to hold of a machine's matters after the correction of a form of theirs, as it did at each step.
STILL_TRUE: dict[str, tuple[Guard, ...]] = {
    REMEDY: (claim_has_one_currency, days_of_the_claim_fit, payments_are_within_the_award),
}
# What has to hold of the words of a record also where a correction has made them true from the beginning.
STILL_SAID: dict[str, tuple[Guard, ...]] = {"consent_withdrawal": (wider_consent_is_named,)}
# What has to be true before a new record of a kind, but not before the correction of one.
NEW_GUARDS: dict[str, tuple[Guard, ...]] = dict.fromkeys(
    ("identification_decision", "foreign_decision"), (decision_is_still_to_be_taken,)
)
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
TOLD_TO_THE_PERSON = frozenset({
    "decision_notice", "information_given", "invitation", "data_answer", "remedy_told",
})
# What a person may ask, and is answered, also when their case is over.
ALSO_AFTERWARDS = frozenset({"data_request", "data_answer"})
# What else has to be true before a record of a kind is taken in.
OWN_GUARDS: dict[str, tuple[Guard, ...]] = {
    "age_assessment": (
        age_assessment_is_agreed, milder_ways_came_first, adult_is_beyond_doubt, age_assessor_is_trained,
    ),
    **dict.fromkeys(("best_interests", "best_interests_assessment"), (interests_assessor_is_trained,)),
    "circumstances": (adulthood_was_assessed, every_detention_is_over),
    **dict.fromkeys(("consent", "visit_wish"), (guardian_who_agrees_serves,)),
    "consent_withdrawal": (wider_consent_is_named,),
    REPORT: (death_is_told_safely,),
    "flag_clearance": (flag_is_up,),
    "guardian_appointment": (guardian_is_free_of_suspects,),
    "identification_decision": (decider_is_trained,),
    "minutes": (consent_for_case_meeting,),
    "permit": (stay_lasts_as_long_as_proceedings,),
    "refused_leave": (leave_was_refused,),
    "pre_return_risk": (assessment_holds_no_longer_than_agreed,),
    "screening": (screener_is_trained,),
    **dict.fromkeys(TOLD_TO_THE_PERSON, (way_of_contact_is_safe,)),
    "data_request": (request_names_its_object,),
    "data_answer": (
        data_request_waits, answer_fits_the_request, refusal_says_why_and_where, way_of_contact_is_safe,
    ),
}

# The task to see whether somebody who went out of a shelter has come back.
LOOK_AFTER = "look_after_leave"

# Duties that are done by a record only where it says all that it has to say: the fact that says so.
NOTICES = {"rights_notice": "rights_read", "remedies_notice": "remedies_told"}
_PREPARED = CloseTask("prepare_adulthood")
# A task that asks for a record is done when the record is there, not only when the next step is taken.
FOLLOWS: dict[str, tuple[CloseTask | OpenTask | Alert, ...]] = {
    "rights_notice": (CloseTask("read_rights"),),
    # By when it is looked at again follows from its level (policies/needs.yaml), or was agreed for an earlier day.
    "needs_assessment": (
        CloseTask("assess_needs"),
        CloseTask("reassess_needs"),
        OpenTask(
            "reassess_needs", "social_worker", "needs_assessment", due_on="needs_due", only_dated=True, agreed=True
        ),
    ),
    "guardian_appointment": (CloseTask("appoint_guardian"),),
    "age_assessment": (CloseTask("assess_age"),),
    # When the next one is due is said by the record itself, or by the clock of the country (app/casework/visits.py).
    "monitoring_visit": (CloseTask("follow_up_visit"),),
    "remedies_notice": (CloseTask("explain_remedies"),),
    # Who speaks with the person without the other country has done what was waited for, too.
    "remedy_told": (CloseTask("tell_remedy"), CloseTask("await_remedy")),
    REPORT: (CloseTask(SEE_TO.kind),),
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
    # One clock for all that waits: the oldest request rings first.
    "data_request": (OpenTask("answer_data_request", "case_manager", "data_request", once=True),),
    "data_answer": (
        CloseTask("answer_data_request"), OpenTask("tell_partner_corrected", "case_manager", "data_request", once=True),
        OpenTask("act_on_objection", "case_manager", "data_request", once=True),
    ),
    "permit": (
        CloseTask("renew_permit"),
        CloseTask("settle_stay"),
        OpenTask("renew_permit", "case_manager", "care_plan_review", due_on="permit_due", only_dated=True),
    ),
    "care_plan": (
        CloseTask("write_care_plan"),
        # Only by a plan that says that it prepares for it.
        _PREPARED,
        CloseTask("review_care_plan"),
        OpenTask(
            "review_care_plan", "case_manager", "care_plan_review", due_on="plan_due", soonest=True, agreed=True
        ),
    ),
}

# What no record and no step opens, but the calendar: the first before a child turns 18, the other in the quarter after
# it (app/casework/birthdays.py).
PREPARE_ADULTHOOD = OpenTask("prepare_adulthood", "case_manager", "coming_of_age")
ASSESS_AGE = OpenTask("assess_age", "case_manager", "coming_of_age")
BY_CALENDAR = (PREPARE_ADULTHOOD, ASSESS_AGE)
APPOINTMENT = "guardian_appointment"


def follows(
    kind: str, before: CaseFacts, after: CaseFacts, *, on: date, corrected: bool = False
) -> tuple[Following, ...]:
    """What follows a record of ``kind`` that changed the facts of a case from ``before`` to ``after``.

    on: today where the case is. corrected: it only mends the words of an earlier one, and what that one ended or began
    stays as it is.
    """
    own = _of_kind(kind, before, after, corrected)
    if begins_again(before, after):
        own = never_twice((*own, *dated(FOLLOWS, after, ())))
    if corrected:
        own = (*own, *asked_on_another_day(before, after))
        own = own if stays_for(after) else (*own, *counted_anew(before, after))
    return (*may_be_told(own, after), *consequences(Change(kind, before, after, on, corrected)))


def follows_step(
    step: Step, form: str | None, before: CaseFacts, after: CaseFacts, *, on: date
) -> tuple[Following, ...]:
    """What follows a step beside its own effects, and the form of that kind that came with it: as by itself.

    What the step says itself of a task is not said twice.
    """
    own = _of_kind(form, before, after, corrected=False) if form is not None else ()
    said = {(type(each), getattr(each, "kind", "")) for each in step.effects}
    rest = tuple(each for each in own if (type(each), getattr(each, "kind", "")) not in said)
    if begins_again(before, after):
        rest = never_twice((*rest, *dated(FOLLOWS, after, {name for of, name in said if of is OpenTask})))
    return (*may_be_told(rest, after), *consequences(Change(step.name, before, after, on)))


def _of_kind(kind: str, before: CaseFacts, after: CaseFacts, corrected: bool) -> tuple[Following, ...]:
    """What a record of this kind ends and begins by itself."""
    if kind in (APPOINTMENT, REPORT):
        # Ended only by one that has begun and was checked, or says that all was done (consequences).
        return ()
    if kind in NOTICES:
        # A notice that lacks something leaves its duty open; corrected, it may be whole after all.
        return FOLLOWS[kind] if getattr(after, NOTICES[kind]) else ()
    if kind == "data_answer":
        return () if corrected else _answered(before, after)
    prepared = kind == "care_plan" and after.care_plan is not None and after.care_plan.adulthood
    if corrected:
        return (*_moved(kind, before, after), *([_PREPARED] if prepared else []))
    return tuple(each for each in FOLLOWS.get(kind, ()) if each != _PREPARED or prepared)


def _answered(before: CaseFacts, after: CaseFacts) -> tuple[Following, ...]:
    """The duty ends when nothing waits; whoever was sent what is corrected now has to hear of it (IOM-7)."""
    done, partners, act = FOLLOWS["data_answer"]
    fresh = [each for each in after.data_requests if each not in before.data_requests]
    waits = any(not each.answer for each in after.data_requests)
    sent = after.referral_state not in (None, "draft")
    return (
        *(() if waits else (done,)),
        *((partners,) if sent and any(each.answer == CORRECTED for each in fresh) else ()),
        *((act,) if any((each.asks, each.answer) == ("decision", UPHELD) for each in fresh) else ()),
    )


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


def guards_for(kind: str, correcting: bool = False) -> tuple[Guard, ...]:
    """The guards a record of this kind has to pass, or the correction of one."""
    keeper = (guardian_is_appointed,) if kind in NEEDS_GUARDIAN else ()
    first = () if correcting else NEW_GUARDS.get(kind, ())
    # A correction changes what the case was, and waits until it is open.
    still: tuple[Guard, ...] = (
        closed_case_hears_of_harm_alone if kind == "circumstances" and not correcting else case_is_open,
    )
    if kind in ALSO_AFTERWARDS and not correcting:
        still = ()
    return (*still, *keeper, *first, *OWN_GUARDS.get(kind, ()))


def can_be_corrected(kind: str) -> bool:
    """Whether a record of this kind can be corrected by itself; what certifies an act of two sides cannot."""
    return kind not in OF_TWO_PERSONS | SAID_ABROAD and (kind in OF_MATTERS or kind not in ONLY_WITH_STEP)


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
