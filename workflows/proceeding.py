"""Proceeding: one case before a court or another authority, beside the care and never a condition of it (OHCHR-P9)."""

from __future__ import annotations

from enum import StrEnum

from policies.model import FieldGroup
from workflows.effects import CloseTask, OpenTask
from workflows.guards.files import (
    answer_keeps_to_the_review,
    file_is_asked_for,
    file_reviewer_is_another,
    file_was_reviewed,
    no_file_request_waits,
    person_knows_what_is_given,
    review_keeps_to_the_request,
    review_takes_out_what_harms,
)
from workflows.guards.legal import (
    child_has_a_representative,
    hearing_is_set,
    limits_were_explained,
    person_is_wanted_as_witness,
)
from workflows.guards.police import consent_for_law_enforcement
from workflows.guards.protection import case_is_open
from workflows.matter import MATTER
from workflows.step import MachineSpec, Step


class Proceeding(StrEnum):
    """Whether one proceeding runs; its stage is a fact of it."""

    RUNNING = "running"
    ENDED = "ended"


P = Proceeding
FOLLOW = "legal:follow"
RUNNING = (P.RUNNING,)

STEPS = (
    Step(
        "open_proceeding", "Record a proceeding", (), P.RUNNING, FOLLOW, (case_is_open,),
        (OpenTask("follow_proceeding", "legal_officer", "proceeding_review"),),
        form="proceeding", form_required=True,
    ),
    Step(
        "update_proceeding", "Record where a proceeding stands", RUNNING, None, FOLLOW, (case_is_open,),
        (CloseTask("follow_proceeding"), OpenTask("follow_proceeding", "legal_officer", "proceeding_review")),
        form="proceeding", form_required=True,
    ),
    # Before anybody takes a statement: how far secrecy goes, and that no help hangs on it.
    Step(
        "explain_limits", "Explain how far secrecy goes", RUNNING, None, FOLLOW, (case_is_open,),
        form="secrecy_limits", form_required=True,
    ),
    Step(
        "offer_testimony", "Offer testimony in advance or from afar", RUNNING, None, FOLLOW,
        (case_is_open, person_is_wanted_as_witness, limits_were_explained, child_has_a_representative),
        form="testimony_offer", form_required=True,
    ),
    Step(
        "set_hearing", "Record a hearing", RUNNING, None, FOLLOW,
        (case_is_open, hearing_is_set, limits_were_explained, child_has_a_representative),
        # Each hearing has a task of its own; one that takes the place of another ends the task of that day alone.
        (CloseTask("attend_hearing", by_the_way=True, of_day=True),
         OpenTask("attend_hearing", "legal_officer", "proceeding_review", by_matter=True)),
        form="hearing", form_required=True,
    ),
    Step(
        "record_hearing", "Record what a hearing brought", RUNNING, None, FOLLOW, (case_is_open, hearing_is_set),
        (CloseTask("attend_hearing", of_day=True),),
        form="hearing_outcome", form_required=True,
    ),
    # Nothing of the file goes to the defence, a court or an authority before a second person has seen what it is.
    Step(
        "ask_for_file", "Record a request for the person's data", RUNNING, None, FOLLOW,
        (case_is_open, no_file_request_waits),
        (CloseTask("answer_file", by_the_way=True), OpenTask("review_file", "supervisor", "file_review")),
        form="file_request", form_required=True,
    ),
    Step(
        "review_file", "Review what may be given", RUNNING, None, "legal:review",
        (case_is_open, file_is_asked_for, file_reviewer_is_another, review_keeps_to_the_request,
         review_takes_out_what_harms),
        (CloseTask("review_file"), CloseTask("answer_file", by_the_way=True),
         OpenTask("answer_file", "legal_officer", "file_review")),
        form="file_review", form_required=True,
    ),
    Step(
        "give_file", "Record what was given", RUNNING, None, FOLLOW,
        (case_is_open, file_was_reviewed, answer_keeps_to_the_review, person_knows_what_is_given,
         consent_for_law_enforcement),
        (CloseTask("answer_file"),),
        form="file_answer", form_required=True,
    ),
    Step(
        "end_proceeding", "Record the end of a proceeding", RUNNING, P.ENDED, FOLLOW, (case_is_open,),
        tuple(CloseTask(kind, by_the_way=True)
              for kind in ("follow_proceeding", "attend_hearing", "review_file", "answer_file")),
        form="proceeding_end", form_required=True,
    ),
)  # fmt: skip

MACHINE = MachineSpec(
    "proceeding", "Proceedings", Proceeding, (P.RUNNING,), frozenset({P.ENDED}), STEPS, MATTER,
    group=FieldGroup.LEGAL, about="proceeding_kind",
)  # fmt: skip
