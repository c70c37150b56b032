"""What follows where somebody is held or free again, and where a case that has ended hears of harm."""

from __future__ import annotations

from workflows.effects import Alert, CloseTask, Effect, OpenTask
from workflows.facts import CaseFacts

# Whoever hears first that a person is held says so in the circumstances; who may review penalties is told at once.
HELD = (
    OpenTask("review_detention", "supervisor", "penalty_review_urgent"),
    Alert("person_detained", "legal:review"),
)
FREE = (CloseTask("review_detention", by_the_way=True),)
REPORT = "report_penalty"
# Harm that is reported of somebody whose case is closed: whoever may open it again is told, and has to decide.
REPORTS = frozenset({REPORT, "report_threat"})
CONSIDER_REOPENING = OpenTask("consider_reopening", "case_manager", "penalty_review_urgent", once=True)
HARM_AFTER_CLOSING = (CONSIDER_REOPENING, Alert("harm_after_closing", "care:reopen"))


def custody(by: str, before: CaseFacts, after: CaseFacts) -> tuple[Effect, ...]:
    """What follows where a record, or a form that came with a step, says that the person is held now, or is free.

    by: the kind of the record or the name of the step. Whoever reports a penalty has begun its review with it.
    """
    if before.detained == after.detained or (after.detained and by == REPORT):
        return ()
    return HELD if after.detained else FREE


def harm_after_closing(by: str, before: CaseFacts, after: CaseFacts) -> tuple[Effect, ...]:
    """What follows where a closed case hears that the person is punished, threatened, held or in danger.

    by: the kind of the record or the name of the step.
    """
    worse = (after.detained and not before.detained) or (after.protection_risk and not before.protection_risk)
    return HARM_AFTER_CLOSING if after.care == "closed" and (worse or by in REPORTS) else ()
