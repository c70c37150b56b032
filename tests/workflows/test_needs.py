"""The level of a needs assessment follows from the answers by policy; nobody lowers it without a reason."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.casework.forms import Entry
from app.casework.kinds import KINDS
from app.casework.kinds.needs_assessment import QUESTIONS
from app.casework.records import check
from app.kit.errors import Invalid
from policies.load import load_policies
from tests.workflows.situations import case
from workflows.needs import computed_level

POLICIES = load_policies()
ALL = dict.fromkeys(QUESTIONS, "some")


def test_the_form_asks_what_the_policy_weighs() -> None:
    assert set(POLICIES.needs.alone) == set(QUESTIONS)


@pytest.mark.parametrize(
    ("degrees", "level"),
    [
        ({}, None),
        ({"health": "none"}, "low"),
        ({"health": "some"}, "low"),
        ({"health": "much"}, "medium"),
        ({"threats": "some"}, "medium"),
        ({"documents": "acute"}, "medium"),
        ({"threats": "much"}, "high"),
        ({"legal": "acute"}, "high"),
        ({"threats": "acute"}, "serious"),
        (dict.fromkeys(QUESTIONS[:5], "some"), "medium"),
        (ALL | {"health": "much"}, "high"),
        (dict.fromkeys(QUESTIONS, "much"), "serious"),
    ],
)
def test_the_level_is_the_highest_that_one_answer_or_all_together_give(
    degrees: dict[str, str], level: str | None
) -> None:
    assert computed_level(POLICIES, degrees) == level


def filled(**said: Any) -> Any:
    return check(POLICIES, "needs_assessment", said)


def test_a_worker_raises_the_level_and_lowers_it_only_with_a_reason() -> None:
    assert filled(threats_degree="much").body["result"] == "high"
    raised = filled(threats_degree="some", level="serious").body
    assert (raised["computed"], raised["result"], raised["days"]) == ("medium", "serious", 14)
    for wrong, field in (({"threats_degree": "much", "level": "low"}, "lower_reason"), ({"health": "x"}, "level")):
        with pytest.raises(Invalid) as refused:
            filled(**wrong)
        assert [each["field"] for each in refused.value.extra["errors"]] == [f"record.{field}"]
    lowered = filled(threats_degree="much", level="low", lower_reason="He was arrested.").body
    assert (lowered["computed"], lowered["result"], lowered["rule"]) == ("high", "low", POLICIES.needs.version)
    silent = {f"{name}_degree": "no_wish_to_answer" for name in QUESTIONS}
    assert filled(level="medium", silent=silent).body["computed"] is None, "what stays open adds nothing"
    forged = filled(threats_degree="acute", result="low", computed="low", days=3650).body
    assert (forged["computed"], forged["result"], forged["days"]) == ("serious", "serious", 14)


@pytest.mark.parametrize(
    ("said", "ends"),
    [
        ({"threats_degree": "much"}, date(2026, 12, 2)),
        ({"threats_degree": "much", "reassess_on": "2026-11-10"}, date(2026, 11, 10)),
        ({"threats_degree": "much", "reassess_on": "2027-11-10"}, date(2026, 12, 2)),
    ],
)
def test_an_assessment_holds_for_a_time_and_never_longer(said: dict[str, str], ends: date) -> None:
    entry = Entry("worker-1", "th-datip", "TH", date(2026, 11, 2))
    fold = KINDS["needs_assessment"].fold_case
    assert fold is not None
    assert fold(case(), filled(**said).form, entry).needs_due == ends
    # An older record has the worker's level alone, and no end unless it says one.
    old = check(POLICIES, "needs_assessment", {"level": "high", "health": "x"}, lenient=True)
    folded = fold(case(), old.form, entry)
    assert folded.needs is not None and (folded.needs.level, folded.needs_due) == ("high", None)
