"""The survival method against examples counted by hand, and the visits that steps make."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from app.statistics.bars import WIDTH, bar
from app.statistics.durations import visits
from app.statistics.stages import CAUSE_OF, CAUSES, ENDINGS, STAGES
from app.statistics.survival import curve
from policies.load import load_policies
from workflows.engine import MACHINES

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("times", "steps"),
    [
        # Everybody finished: the share left is a plain count.
        ([(1, True), (2, True), (3, True), (4, True)], [(1, 0.75), (2, 0.5), (3, 0.25), (4, 0.0)]),
        # One of four stops being seen at 2: 3/4, then of the two left at 3 one finishes: 3/8, then none.
        ([(1, True), (2, False), (3, True), (4, True)], [(1, 0.75), (3, 0.375), (4, 0.0)]),
        # Two at the same time; who stops being seen at that very moment was still waiting then.
        ([(2, True), (2, True), (2, False), (5, True)], [(2, 0.5), (5, 0.0)]),
        # Six remissions of the textbook: 6, 6, 6, 7, 10 finished of 21, others seen up to 6, 9, 10 (Freireich 1963).
        (
            [(6, True)] * 3 + [(6, False), (7, True), (9, False), (10, True), (10, False)] + [(35, False)] * 13,
            [(6, 0.857142857), (7, 0.806722689), (10, 0.752941176)],
        ),
        ([(3, False), (4, False)], []),
        ([], []),
    ],
)
def test_the_curve_is_what_a_hand_counts(times: list[tuple[float, bool]], steps: list[tuple[float, float]]) -> None:
    found = curve(times).steps
    assert [time for time, _ in found] == [time for time, _ in steps]
    assert [share for _, share in found] == pytest.approx([share for _, share in steps])


def test_half_and_nine_of_ten_are_read_off_the_curve_or_not_yet_known() -> None:
    found = curve([(1, True), (2, False), (3, True), (4, True)])
    assert (found.reached(0.1), found.reached(0.5), found.reached(0.9)) == (1, 3, 4)
    open_ones = curve([(1, True), (9, False), (9, False)])
    assert open_ones.reached(0.5) is None, "counting finished ones alone would say that half are done by 1"
    assert curve([(time, True) for time in range(1, 11)]).reached(0.9) == 9


def step(name: str, day: int, subject: str = "case", chain: str = "a") -> Any:
    at = BEGIN + timedelta(days=day)
    return SimpleNamespace(subject_id=chain, subject=subject, step=name, happened_at=at, other_country=None)


def told(steps: list[Any]) -> list[tuple[str, int, bool]]:
    return [
        (each.stage.name, (each.until - each.begin).days if each.until else -1, each.finished) for each in visits(steps)
    ]


def test_visits_end_when_done_stay_open_or_end_with_the_case() -> None:
    assert told([step("start_screening", 0), step("presume", 2)]) == [("screening", 2, True), ("decision", -1, False)]
    closed = [step("presume", 0), step("close", 9)]
    assert told(closed) == [("decision", 9, False)], "a closed case decides nothing"
    twice = [step("send", 0, "referral"), step("return_for_info", 3, "referral"), step("supply_info", 5, "referral")]
    assert told(twice) == [("answer", 3, True), ("supply", 2, True), ("answer", -1, False)]
    apart = [step("start_screening", 0, chain="a"), step("presume", 4, chain="b")]
    assert told(apart) == [("screening", -1, False), ("decision", -1, False)], "chains do not end each other's stages"


def test_a_decline_finishes_the_answer_and_ends_the_rest() -> None:
    steps = [step("send", 0, "referral"), step("acknowledge", 1, "referral"), step("decline", 4, "referral")]
    assert told(steps) == [("answer", 1, True)]


def test_every_stage_is_made_of_steps_of_its_machine_and_has_a_clock() -> None:
    known = {aggregate: set() for aggregate in ("case", "referral")}
    for spec in MACHINES.values():
        known["referral" if spec.aggregate == "referral" else "case"] |= {each.name for each in spec.steps}
    policies = load_policies()
    for stage in STAGES:
        assert stage.begins | stage.ends <= known[stage.subject], stage.name
        assert policies.clock(stage.clock, "TH", "MM", on=BEGIN.date())
    assert known["case"] | known["referral"] >= ENDINGS
    assert set(CAUSE_OF) == set(policies.codes["task_kind"].codes), "every duty waits for something"
    assert set(CAUSE_OF.values()) <= set(CAUSES)


def test_the_bar_has_its_limit_at_the_same_place_and_is_cut_with_an_arrow() -> None:
    short, long = bar(1, 2, 3, 10), bar(5, 20, 90, 10)
    line = f"M{WIDTH / 3:.0f} 1v22"
    assert line in short and line in long and 'aria-hidden="true"' in short
    assert "l8 7-8 7z" in long and "l8 7-8 7z" not in short
    assert "bar-half" not in bar(None, None, None, 10)
