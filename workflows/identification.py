"""Identification: from the first report to a decision that can be looked at again."""

from __future__ import annotations

from enum import StrEnum

from workflows.effects import CloseTask, OpenTask
from workflows.guards.children import guardian_is_appointed
from workflows.guards.deciding import panel_is_complete
from workflows.guards.outcomes import finding_is_named, help_elsewhere_was_offered
from workflows.guards.protection import case_is_open, rights_were_explained
from workflows.guards.screening import (
    an_indicator_has_reasons,
    authority_is_competent,
    decider_is_new,
    decider_is_not_screener,
    decision_says_identified,
    decision_says_not_identified,
    findings_meet_definition,
    findings_support_the_no,
    foreign_authority_is_competent,
    foreign_decision_is_recorded,
    grounds_are_recorded,
    information_was_given,
    interview_was_safe,
    person_was_told,
    reasons_are_written,
    screening_gives_reasons,
    screening_is_recorded,
    support_agency_is_named,
    window_or_new_evidence,
)
from workflows.guards.training import decider_is_trained, panel_is_trained, screener_is_trained
from workflows.step import MachineSpec, Step


class Identification(StrEnum):
    """Where the question 'is this person trafficked?' stands."""

    REPORTED = "reported"
    SCREENING = "screening"
    PRESUMED = "presumed"
    SCREENED_OUT = "screened_out"
    DECIDING = "deciding"
    IDENTIFIED = "identified"
    NOT_IDENTIFIED = "not_identified"
    RECONSIDERING = "reconsidering"


I = Identification  # noqa: E741 - the table below reads better short

DECISION = (
    authority_is_competent, decider_is_not_screener, panel_is_complete, reasons_are_written, decider_is_trained,
    panel_is_trained,
)  # fmt: skip

# The guards count the window from the day of the decision; so does the task that shows it.
ASK_AGAIN = OpenTask("end_of_reconsideration", "case_manager", "reconsideration", since="negative_on")

# Also where somebody turns out later to be a child (workflows.recording).
APPOINT_GUARDIAN = OpenTask(
    "appoint_guardian", "legal_officer", "child_protection", only_child=True, unless="guardian_speaks", once=True,
    here=True,
)
EXPLAIN_REMEDIES = OpenTask(
    "explain_remedies", "legal_officer", "rights_notification", unless="remedies_told", once=True, here=True
)

# What everybody is due from the first presumption on, however they came to it: also after a second look, and where
# another country has identified them.
DUTIES = (
    OpenTask("read_rights", "social_worker", "rights_notification", unless="rights_read", once=True, here=True),
    OpenTask("assess_needs", "social_worker", "needs_assessment", once=True, here=True),
    APPOINT_GUARDIAN,
)

DECIDE = OpenTask("decide_identification", "legal_officer", "decision")
RECONSIDER = OpenTask("reconsider", "legal_officer", "decision")
REFLECTION = OpenTask("end_of_reflection", "case_manager", "reflection", since="presumed_on")

# Its time counts from the report: whoever is reported and looked at by nobody is late, not unknown.
SCREEN = OpenTask("screen", "first_responder", "screening", "child_protection", once=True)

STEPS = (
    Step(
        "start_screening", "Start screening", (I.REPORTED,), I.SCREENING, "identification:screen",
        (case_is_open,),
        (SCREEN,),
    ),
    Step(
        "presume", "Presume trafficked", (I.SCREENING,), I.PRESUMED, "identification:screen",
        (case_is_open, screening_is_recorded, an_indicator_has_reasons, interview_was_safe, screener_is_trained),
        (
            CloseTask("screen"),
            *DUTIES,
            DECIDE,
            REFLECTION,
        ),
        form="screening",
    ),
    Step(
        "screen_out", "Screen out", (I.SCREENING,), I.SCREENED_OUT, "identification:screen",
        (case_is_open, screening_is_recorded, screening_gives_reasons, interview_was_safe,
         information_was_given, finding_is_named, help_elsewhere_was_offered, screener_is_trained),
        (CloseTask("screen"), ASK_AGAIN),
        form="screening",
    ),
    Step(
        "open_decision", "Bring before the panel", (I.PRESUMED,), I.DECIDING, "identification:refer",
        (case_is_open, support_agency_is_named, rights_were_explained, guardian_is_appointed),
    ),
    Step(
        "identify", "Identify", (I.DECIDING, I.RECONSIDERING), I.IDENTIFIED, "identification:decide",
        (case_is_open, decision_says_identified, *DECISION, findings_meet_definition, decider_is_new,
         guardian_is_appointed),
        (
            CloseTask("decide_identification"),
            CloseTask("reconsider"),
            EXPLAIN_REMEDIES,
        ),
        form="identification_decision",
    ),
    Step(
        "not_identify", "Decide: not identified", (I.DECIDING,), I.NOT_IDENTIFIED, "identification:decide",
        (case_is_open, decision_says_not_identified, *DECISION, findings_support_the_no, person_was_told,
         finding_is_named, help_elsewhere_was_offered, decider_is_new, guardian_is_appointed),
        (
            CloseTask("decide_identification"),
            ASK_AGAIN,
        ),
        form="identification_decision",
    ),
    Step(
        "recognise", "Recognise another country's decision",
        (I.REPORTED, I.SCREENING, I.PRESUMED, I.DECIDING, I.RECONSIDERING), I.IDENTIFIED,
        "identification:recognise",
        (case_is_open, foreign_decision_is_recorded, foreign_authority_is_competent),
        (*(CloseTask(kind, by_the_way=True) for kind in ("screen", "decide_identification", "reconsider")),
         *DUTIES, EXPLAIN_REMEDIES),
        form="foreign_decision",
    ),
    Step(
        "ask_reconsideration", "Ask for reconsideration", (I.NOT_IDENTIFIED, I.SCREENED_OUT), I.RECONSIDERING,
        "identification:reconsider",
        (case_is_open, window_or_new_evidence, grounds_are_recorded),
        (CloseTask("end_of_reconsideration"), RECONSIDER),
        form="reconsideration_request",
    ),
    Step(
        "uphold", "Uphold the negative decision", (I.RECONSIDERING,), I.NOT_IDENTIFIED,
        "identification:review",
        (case_is_open, decision_says_not_identified, *DECISION, findings_support_the_no, person_was_told,
         finding_is_named, help_elsewhere_was_offered, decider_is_new, guardian_is_appointed),
        (CloseTask("reconsider"), ASK_AGAIN),
        form="identification_decision",
    ),
    Step(
        "presume_again", "Presume after reconsideration", (I.RECONSIDERING,), I.PRESUMED,
        "identification:review",
        (case_is_open, screening_is_recorded, an_indicator_has_reasons, interview_was_safe, screener_is_trained),
        (
            CloseTask("reconsider"),
            *DUTIES,
            DECIDE,
            # A time of one's own begins anew with a new presumption.
            OpenTask("end_of_reflection", "case_manager", "reflection", once=True),
        ),
        form="screening",
    ),
)

MACHINE = MachineSpec(
    "identification", "Identification", Identification, (I.REPORTED,), frozenset({I.IDENTIFIED}), STEPS,
    "case",
)
