"""How to break each guard that only records ask, and what each kind of record says where all of it holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.workflows.breaking import YESTERDAY, Break, both, case_with, consent_with, record_with, signing_with
from tests.workflows.situations import LATELY, LONG_AGO, NEXT_YEAR, SENDER, TODAY, TRAINED, actor, case
from tests.workflows.situations import NOW as AT
from workflows import facts as f
from workflows.care_facts import ContactFacts, PermitFacts
from workflows.guards.children import GUARDIAN_ALLEGED
from workflows.guards.legal import DETENTION, HELD, PENALTIES
from workflows.guards.minors import MAY_BE_ALLEGED, TURNS_ADULT
from workflows.guards.own_data import CORRECTION_KNOWN, RECORD_KNOWN

# What a record of each kind says where every guard of its kind holds; a kind whose guards read no words is not here.
SAYS: dict[str, dict[str, object]] = {
    "age_assessment": {
        "consent": True, "finding": "adult", "methods": ["documents", "physical"], "doubt_left": False,
        "why_physical": "The papers contradict each other.", "professions": ["physician", "social_worker"],
    },
    "consent": {"giver": "guardian"},
    "visit_wish": {"giver": "guardian"},
    "death_report": {"family_told": "through_origin"},
    "consent_withdrawal": {"purposes": ["assistance"], "recipients": [SENDER]},
    "flag_clearance": {"flag": "language"},
    "guardian_appointment": {"guardian_name": "G.", "of_family": True},
    "minutes": {"outsiders": ["th-ngo"]},
    "permit": {"permit": "temporary_stay", "outcome": "granted", "valid_until": NEXT_YEAR.isoformat()},
    "refused_leave": {"permit": "temporary_stay"},
    "pre_return_risk": {"valid_until": (TODAY + timedelta(days=20)).isoformat()},
    **dict.fromkeys(("decision_notice", "information_given", "invitation", "remedy_told"), {"way": "in_person"}),
    "data_request": {"asks": "use", "purpose": "statistics"},
    "data_answer": {
        "number": 1, "answer": "refused", "reason": "other", "turn_to": "The committee", "way": "in_person",
    },
}  # fmt: skip
_IN_A_CELL = f.MatterFacts(
    "matter-1", PENALTIES, "reported", LATELY, LATELY, about=DETENTION, flags=frozenset({HELD})
)
# A decision is recorded while it is to be taken.
_UNDECIDED = frozenset({"identification_decision", "foreign_decision"})


def writing(kind: str, child: bool) -> f.Situation:
    """A situation in which a record of this kind may be written."""
    giver, assent = ("guardian", True) if child else ("self", None)
    met = f.ConsentFacts("case_meeting", SENDER, frozenset({"needs"}), giver, LONG_AGO, NEXT_YEAR, None, assent)
    facts = case(child)
    assert facts.legal is not None
    facts = replace(
        facts,
        identification="deciding" if kind in _UNDECIDED else facts.identification,
        consents=(*facts.consents, met),
        contact=ContactFacts(LATELY, frozenset({"in_person"}), frozenset({"letter"})),
        data_requests=(f.DataRequestFacts(1, LATELY, "use", "statistics"),),
        flags=(f.FlagFacts("language", LATELY, "worker-1"),),
        legal=replace(facts.legal, open_proceedings=1, expected_until=NEXT_YEAR),
        permits=(PermitFacts("temporary_stay", "refused", LATELY),),
    )
    return f.Situation(actor(), f.Today(AT, TODAY), facts, given=SAYS.get(kind, {}), signing=TRAINED)


def saying(*, child: bool | None = None, **words: Any) -> Break:
    """Break what the record says."""
    return Break(lambda situation: replace(situation, given={**situation.given, **words}), child=child)


RECORDS: dict[str, list[Break]] = {
    "adulthood_was_assessed": [saying(**{TURNS_ADULT: True})],
    "age_assessment_is_agreed": [
        saying(consent=None),
        saying(consent=False),
        both(saying(consent=False), saying(finding="child")),
        both(saying(consent=False), saying(methods=["documents"])),
    ],
    "milder_ways_came_first": [saying(methods=["physical"]), saying(why_physical=None), saying(why_physical="")],
    "adult_is_beyond_doubt": [
        saying(doubt_left=True),
        saying(doubt_left=None),
        saying(professions=["physician"]),
        saying(professions=["physician", "physician"]),
        saying(professions=None),
    ],
    "age_assessor_is_trained": [signing_with(child=True), signing_with("identification", child=True)],
    "interests_assessor_is_trained": [signing_with(child=True), signing_with("identification", child=True)],
    "wider_consent_is_named": [saying(recipients=["th-datip"]), saying(recipients=["th-shelter-tak"])],
    "flag_is_up": [saying(flag="urgent"), saying(flag=None), case_with(flags=())],
    "guardian_is_free_of_suspects": [
        saying(guardian_name=""),
        saying(**{MAY_BE_ALLEGED: True}),
        case_with(family_complicity=True),
    ],
    "consent_for_case_meeting": [
        consent_with("case_meeting"),
        consent_with("case_meeting", withdrawn_on=LATELY),
        consent_with("case_meeting", valid_until=YESTERDAY),
        consent_with("case_meeting", recipient="MM"),
        consent_with("case_meeting", informed=False),
        consent_with("case_meeting", child=True, giver="self"),
        consent_with("case_meeting", child=True, child_assent=False),
    ],
    "stay_lasts_as_long_as_proceedings": [
        saying(valid_until=TODAY.isoformat()),
        saying(valid_until=(NEXT_YEAR - timedelta(days=1)).isoformat()),
        saying(outcome="ended"),
    ],
    "leave_was_refused": [
        saying(permit="residence"),
        case_with(permits=()),
        case_with(permits=(PermitFacts("temporary_stay", "granted", LATELY),)),
    ],
    "assessment_holds_no_longer_than_agreed": [
        saying(valid_until=(TODAY + timedelta(days=31)).isoformat()),
        saying(valid_until=NEXT_YEAR.isoformat()),
    ],
    "way_of_contact_is_safe": [
        saying(way="letter"),
        case_with(contact=ContactFacts(LATELY, frozenset(), frozenset({"in_person"}))),
        both(
            saying(way="through_interpreter"),
            case_with(contact=ContactFacts(LATELY, frozenset(), frozenset({"in_person"}))),
        ),
    ],
    "closed_case_hears_of_harm_alone": [
        case_with(care="closed"),
        both(case_with(care="closed"), saying(asylum_claim=True)),
        both(case_with(care="closed"), saying(detained=True, missing=True)),
    ],
    "every_detention_is_over": [both(case_with(matters=(_IN_A_CELL,)), saying(detained=False))],
    "guardian_who_agrees_serves": [
        case_with(child=True, guardian=None),
        record_with("guardian", child=True, conflict_checked=False),
        record_with("guardian", child=True, until=YESTERDAY),
        saying(child=True, **{GUARDIAN_ALLEGED: True}),
        both(record_with("guardian", of_family=True), case_with(family_complicity=True), child=True),
    ],
    "death_is_told_safely": [case_with(asylum_claim=True)],
    "request_names_its_object": [
        saying(purpose=None),
        saying(purpose=""),
        saying(asks="correction"),
        saying(asks="decision", **{RECORD_KNOWN: False}),
    ],
    "data_request_waits": [
        saying(number=7),
        case_with(data_requests=()),
        case_with(data_requests=(f.DataRequestFacts(1, LATELY, "use", "statistics", "refused", LATELY),)),
    ],
    "answer_fits_the_request": [
        saying(answer="corrected"),
        both(saying(answer="upheld"), case_with(data_requests=(f.DataRequestFacts(1, LATELY, "correction"),))),
        both(
            saying(answer="corrected", **{CORRECTION_KNOWN: False}),
            case_with(data_requests=(f.DataRequestFacts(1, LATELY, "correction"),)),
        ),
    ],
    "refusal_says_why_and_where": [saying(reason=None), saying(turn_to=None), saying(turn_to="")],
    "decision_is_still_to_be_taken": [
        case_with(identification="identified"),
        case_with(identification="not_identified"),
        case_with(identification="screened_out"),
    ],
}
