"""What the people of the demonstration were trained in: everybody who signs, for as long as the story lasts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

from policies.model import Policies
from workflows.training import last_day

# Who sees children first, who works with them, and who decides.
KINDS_OF: Final[dict[str, tuple[str, ...]]] = {
    "first_responder": ("child_interviewing",),
    "social_worker": ("child_interviewing", "work_with_children"),
    "case_manager": ("child_interviewing", "work_with_children"),
    "legal_officer": ("identification", "work_with_children"),
    "supervisor": ("identification", "child_interviewing", "work_with_children"),
    "national_focal_point": ("identification", "child_interviewing", "work_with_children"),
}
# A while before the first day on which anybody is asked.
FIRST_COURSE: Final = date(2025, 10, 6)
EVERY: Final = timedelta(days=900)
# Of one role, one training runs out soon, so that there is something to be told of.
ENDS_SOON: Final = ("case_manager", "identification")
SOON: Final = timedelta(days=40)


def courses(policies: Policies, country: str, role: str, today: date) -> Iterator[dict[str, Any]]:
    """Kind, giver, first and last day of every training of somebody in a role, up to a day."""
    for kind in KINDS_OF.get(role, ()):
        done = FIRST_COURSE
        while True:
            yield _course(policies, country, kind, done, None)
            done += EVERY
            if done > today:
                break
    if role == ENDS_SOON[0]:
        yield _course(policies, country, ENDS_SOON[1], today - EVERY, today + SOON)


def _course(policies: Policies, country: str, kind: str, done: date, until: date | None) -> dict[str, Any]:
    ends = last_day(policies, country, kind, done, until)
    return {"kind": kind, "given_by": "ministry", "done_on": done, "valid_until": ends}
