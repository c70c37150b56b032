"""The week for leave to stay, the week of the employment office, fifteen days to an agreement, and after a refusal."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from app.worklist.closers import CLOSERS
from policies.model import Policies
from tests.workflows.situations import LATELY, LONG_AGO, TODAY, case
from workflows.deadlines import ends_on
from workflows.effects import CloseTask, MoveTask, OpenTask
from workflows.facts import CaseFacts, EmploymentFacts, MatterFacts, PermitFacts
from workflows.leave import (
    AGREE_WORK,
    ANSWER_REFUSED,
    ASK_EMPLOYMENT,
    FROM_IDENTIFICATION,
    FROM_PROTECTION,
)
from workflows.recording import follows
from workflows.staying import staying

HERE = case()
APPLY = [FROM_PROTECTION, FROM_IDENTIFICATION]
NO_MORE = CloseTask("apply_stay", by_the_way=True)
NO_OFFICE = CloseTask("ask_employment", by_the_way=True)
ANSWERED = CloseTask("answer_refused_stay")
NO_EMPLOYER = CloseTask("agree_work")


def leave(result: str, kind: str = "temporary_stay", on: date = TODAY, **said: Any) -> PermitFacts:
    return replace(PermitFacts(kind, result, on), **said)


def having(*permits: PermitFacts, **changes: Any) -> CaseFacts:
    return replace(HERE, permits=permits, **changes)


ASKED = having(leave("applied"))
TRIAL = MatterFacts("trial", "proceeding", "running", TODAY, TODAY, flags=frozenset({"stays", "part.injured"}))
WORK = EmploymentFacts(TODAY, "office_asked")


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        # Who is identified, is not of this country and is protected here; from protection on, where that comes last.
        ({"identification": "deciding"}, {}, APPLY),
        ({"identification": "deciding", "care": "intake"}, {"care": "intake"}, [FROM_IDENTIFICATION]),
        ({"care": "intake"}, {}, [FROM_PROTECTION]),
        ({"identification": "deciding", "nationality": "TH"}, {"nationality": "TH"}, []),
        ({"identification": "deciding", "nationality": "unknown"}, {"nationality": "unknown"}, APPLY),
        ({"identification": "deciding", "nationality": "stateless"}, {"nationality": "stateless"}, APPLY),
        ({"nationality": "unknown"}, {"nationality": "TH"}, [NO_MORE]),
        # A negative decision opens nothing; who has not arrived needs nothing yet, who has gone nothing any more.
        ({"identification": "deciding"}, {"identification": "not_identified"}, []),
        ({"identification": "deciding", "care": "awaiting_arrival"}, {"care": "awaiting_arrival"}, []),
        ({"care": "awaiting_arrival"}, {"care": "reintegrating"}, [FROM_IDENTIFICATION]),
        ({"care": "returning"}, {"care": "handed_over"}, [NO_MORE]),
        # A proceeding asks in its own way, and where it needs the person no more they are identified all the same.
        ({}, {"matters": (TRIAL,)}, [NO_MORE]),
        ({"matters": (TRIAL,)}, {}, APPLY),
        # Asked for, given, and ended.
        ({}, {"permits": (leave("applied"),)}, [NO_MORE, ASK_EMPLOYMENT]),
        ({}, {"permits": (leave("applied"),), "child": True}, [NO_MORE]),
        ({"permits": (leave("applied"),)}, {"permits": (leave("granted"),)}, []),
        ({"permits": (leave("granted"),)}, {"permits": (leave("ended"),)}, [*APPLY, NO_OFFICE]),
        # Refused: nothing is asked again before it is settled with the person what follows.
        ({"permits": (leave("applied"),)}, {"permits": (leave("refused"),)}, [NO_OFFICE, ANSWER_REFUSED]),
        ({"permits": (leave("refused"),)}, {"permits": (leave("refused", known=True),)}, []),
        ({"permits": (leave("refused"),)}, {"permits": (leave("refused", way="appeal"),)}, []),
        (
            {"permits": (leave("refused"),)},
            {"permits": (leave("refused", known=True, way="appeal"),)},
            [*APPLY, ANSWERED],
        ),
        ({"permits": (leave("refused"),)}, {"permits": (leave("refused", known=True, way="accepted"),)}, [ANSWERED]),
        ({"permits": (leave("refused"),)}, {"permits": (leave("applied"),)}, [ASK_EMPLOYMENT, ANSWERED]),
        # The employment office is asked once; whoever wants no work has said so.
        ({"permits": (leave("applied"),)}, {"permits": (leave("applied"), leave("applied", "work"))}, [NO_OFFICE]),
        ({"permits": (leave("applied"),)}, {"permits": (leave("applied"),), "employment": WORK}, [NO_OFFICE]),
    ],
)
def test_who_has_to_ask_for_what(before: dict[str, Any], after: dict[str, Any], wanted: list[object]) -> None:
    found = staying(replace(HERE, **before), replace(HERE, **after))
    assert [each for each in found if _kind(each) not in {"ask_stay", "settle_stay"}] == wanted


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ({}, {"permits": (leave("applied", "work"),)}, [AGREE_WORK]),
        ({}, {"employment": WORK}, [AGREE_WORK]),
        # Where the word with the office comes later, or its day is corrected, the time counts from it.
        (
            {"permits": (leave("applied", "work", LATELY),)},
            {"permits": (leave("applied", "work", LATELY),), "employment": WORK},
            [MoveTask(AGREE_WORK)],
        ),
        ({"employment": WORK}, {"employment": replace(WORK, on=LATELY)}, [MoveTask(AGREE_WORK)]),
        ({"employment": WORK}, {"employment": EmploymentFacts(TODAY, "agreed", fair=True)}, [NO_EMPLOYER]),
        ({"employment": WORK}, {"employment": EmploymentFacts(TODAY, "agreed", fair=False)}, []),
        ({"employment": WORK}, {"employment": EmploymentFacts(TODAY, "no_wish")}, [NO_EMPLOYER]),
        ({"employment": WORK}, {"employment": WORK, "permits": (leave("refused", "work"),)}, [NO_EMPLOYER]),
    ],
)
def test_an_agreement_with_an_employer_is_made_in_its_time(
    before: dict[str, Any], after: dict[str, Any], wanted: list[object]
) -> None:
    found = follows("employment", replace(ASKED, **before), replace(ASKED, **after), on=TODAY)
    assert [each for each in found if _kind(each) == "agree_work"] == wanted


def _kind(effect: Any) -> str:
    return effect.task.kind if isinstance(effect, MoveTask) else getattr(effect, "kind", "")


@pytest.mark.parametrize(
    ("facts", "since"),
    [
        # Placed before the decision: from the decision; placed after it: from the place.
        (HERE, HERE.decision.on if HERE.decision else None),
        (replace(HERE, placement=replace(HERE.placement, on=TODAY)), TODAY),  # type: ignore[type-var]
        # What is asked again after an end or a refusal counts from there.
        (having(leave("ended", on=TODAY)), TODAY),
        (having(leave("refused", on=LONG_AGO, answered_on=TODAY)), TODAY),
        (having(leave("refused", "work", on=TODAY)), HERE.decision.on if HERE.decision else None),
    ],
)
def test_the_week_counts_from_identification_and_protection_whichever_came_last(facts: CaseFacts, since: date) -> None:
    assert facts.protected_stay_since == since


# 10 April 2026 is the Friday before Songkran (13 to 15 April), 13 February that before Tet (16 to 20).
CLOCKS = [
    ("TH", "stay_protected", date(2026, 4, 10), date(2026, 4, 17)),
    ("TH", "employment_office", date(2026, 4, 10), date(2026, 4, 17)),
    ("TH", "work_agreement", date(2026, 4, 10), date(2026, 4, 25)),
    ("VN", "stay_identified", date(2026, 2, 13), date(2026, 2, 20)),
    ("MM", "stay_identified", date(2026, 4, 10), date(2026, 4, 17)),
    # The day before the practice was reported, no such duty is known; from that day on it is.
    ("TH", "stay_protected", date(2019, 1, 30), None),
    ("TH", "stay_protected", date(2019, 1, 31), date(2019, 2, 7)),
    ("TH", "employment_office", date(2019, 1, 30), None),
    ("TH", "stay_identified", date(2026, 4, 10), None),
    ("VN", "stay_protected", date(2026, 4, 10), None),
    ("VN", "employment_office", date(2026, 4, 10), None),
]


@pytest.mark.parametrize(("country", "clock", "since", "end"), CLOCKS)
def test_weeks_are_weeks_also_where_holidays_lie_in_them(
    policies: Policies, country: str, clock: str, since: date, end: date | None
) -> None:
    """The sources name weeks and days, not working days: nobody waits longer for New Year."""
    if end is None:
        with pytest.raises(KeyError):
            ends_on(policies, clock, country, since)
    else:
        assert ends_on(policies, clock, country, since) == end


@pytest.mark.parametrize(
    ("country", "clock", "hours"),
    [("TH", "stay_protected", 7.0), ("VN", "stay_identified", 7.0), ("MM", "stay_identified", 6.5)],
)
def test_a_day_ends_where_the_person_is(policies: Policies, country: str, clock: str, hours: float) -> None:
    last = ends_on(policies, clock, country, date(2026, 11, 2))
    calendar = policies.calendar(country)
    end = datetime.combine(last, time(23, 59, 59), tzinfo=calendar.zone)
    assert end.utcoffset() == timedelta(hours=hours)
    assert end.astimezone(UTC).hour == (16 if hours == 7.0 else 17)


@pytest.mark.parametrize("task", [FROM_PROTECTION, FROM_IDENTIFICATION, ASK_EMPLOYMENT, AGREE_WORK])
def test_no_country_is_asked_for_a_duty_it_does_not_state(task: OpenTask, policies: Policies) -> None:
    assert task.if_stated
    stated = {code for code, country in policies.countries.items() if task.clock in country.clocks}
    assert stated == ({"TH"} if task is not FROM_IDENTIFICATION else {"CN", "KH", "LA", "MM", "VN"})


def test_each_duty_leads_to_the_record_that_answers_it() -> None:
    wanted = {
        "apply_stay": "permit", "ask_stay": "permit", "ask_employment": "employment", "agree_work": "employment",
        "answer_refused_stay": "refused_leave",
    }  # fmt: skip
    assert {task: CLOSERS[task] for task in wanted} == {task: (f"record.{kind}",) for task, kind in wanted.items()}
