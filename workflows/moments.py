"""When a step may have happened: never before what it follows. Pure."""

from __future__ import annotations

from datetime import datetime

from workflows.verdict import Refusal

BEFORE_THE_LAST_STEP = Refusal(
    "before_the_last_step",
    "The step would lie before the opening of the case, or before the step that came before it.",
    "Times to answer and to ask again count from its day; a day set back would take them from the person.",
    "Enter the day on which it happened.",
    ("social_worker", "case_manager", "legal_officer"),
    ("WM-RECONSIDERATION", "WM-CLOCKS"),
)


def against_the_day(happened: datetime, last: datetime | None) -> tuple[Refusal, ...]:
    """Every reason against a step that happened then; last: when the one before happened, or the case was opened."""
    return (BEFORE_THE_LAST_STEP,) if last is not None and happened < last else ()
