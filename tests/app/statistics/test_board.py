"""The board of supervision: late by office and corridor, times of partners, declines, refusals, exceptions, gaps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from app.statistics.board import emergencies_told
from app.statistics.few import Few, most_first
from tests.app.access.world import one_engine
from tests.factories import cases, referrals, walls
from tests.factories.pages import browser_at
from tests.factories.staff import add_user
from tests.factories.towns import Town

BOARD = "/statistics/board"
NOW = datetime(2026, 11, 27, tzinfo=UTC)


def board_of(town: Town, role: str = "supervisor") -> dict[str, Any]:
    answer = town.get(town.th[role], BOARD)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def declined(town: Town) -> None:
    """Thailand sends somebody to Myanmar, and Myanmar says no."""
    pair = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    given = {"reason": "not_our_national"}
    referrals.take(town.house, town.mm["national_focal_point"], pair.arrived, "decline", given=given)


def test_late_duties_stand_by_office_and_by_corridor(town: Town) -> None:
    cases.bring_case(town.house, town.th, "presumed")
    referrals.bring_referral(town.house, town.th, town.mm, "sent")
    before = board_of(town)
    assert all(row["late"] == 0 for row in before["late"])
    town.clock.advance(timedelta(days=60))
    rows = {(row["by"], row["place"]): row for row in board_of(town)["late"]}
    assert rows["office", "th-shelter-tak"]["late"] > 0 and rows["corridor", "MM"]["late"] > 0, rows
    own = rows["office", "th-shelter-tak"]["open"]
    assert rows["corridor", "MM"]["open"] < own, "the case's own duties are no corridor's"


def test_times_of_a_partner_count_who_still_waits(town: Town) -> None:
    referrals.bring_referral(town.house, town.th, town.mm, "acknowledged")
    referrals.bring_referral(town.house, town.th, town.mm, "sent")
    town.clock.advance(timedelta(days=9))
    rows = {row["stage"]: row for row in board_of(town)["times"] if row["other_country"] == "MM"}
    assert rows["answer"]["count"] == 2 and rows["answer"]["open"] == 1 and rows["answer"]["late"] == 1
    assert rows["answer"]["half_days"] is not None and rows["answer"]["most_days"] is None, "one still waits"
    assert rows["return"] == {
        "stage": "return", "title": "From sending to the receipt", "other_country": "MM", "count": 2, "half_days": None,
        "most_days": None, "open": 2, "late": None, "limited": False,
    }  # fmt: skip


def test_declines_are_counted_by_their_reason_on_both_sides(town: Town) -> None:
    declined(town)
    ours = board_of(town)["declined"]
    assert len(ours) == 1 and ours[0]["by_country"] == "MM" and ours[0]["count"] == 1, ours
    theirs = town.get(town.mm["supervisor"], BOARD).json()["declined"]
    assert theirs == [{**ours[0], "other_country": "TH"}], "whoever declined sees the same reason of itself"


def test_what_stopped_people_is_counted_by_rule(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "presumed")
    worker = town.th["case_manager"]
    for _ in range(2):
        version = town.get(worker, f"/cases/{case_id}").json()["version"]
        answer = town.post(worker, f"/cases/{case_id}/steps/start_recovery", {"seen_version": version})
        assert answer.status_code == 409, answer.text
    found = board_of(town)["blocked"]
    assert found and all(row["times"] == 2 and row["subjects"] == 1 and row["missing"] for row in found), found


@one_engine
def test_emergencies_and_their_reviews_are_counted(town: Town) -> None:
    case_id = cases.bring_case(town.house, town.th, "presumed")
    walls.open_in_emergency(town, add_user(town.house, "th-shelter-phitsanulok", "social_worker"), case_id)
    assert board_of(town)["emergencies"] == {"opened": 1, "open": 1, "to_review": 0, "past_review": 0, "verdicts": {}}
    town.clock.advance(timedelta(days=9))
    assert board_of(town)["emergencies"] == {"opened": 1, "open": 0, "to_review": 1, "past_review": 1, "verdicts": {}}


def test_what_open_cases_do_not_say_is_counted_of_those_that_should(town: Town) -> None:
    unknown = dict.fromkeys(("nationality", "language", "exploitation"), "unknown")
    cases.open_case(town.house, town.th["social_worker"], **unknown)
    cases.bring_case(town.house, town.th, "sheltered")
    known = {row["fact"]: (row["cases"], row["known"]) for row in board_of(town)["known"]}
    assert known["nationality"] == known["language"] == (2, 1)
    assert known["exploitation"] == (1, 1), "of somebody just reported it is not asked yet"
    assert known["placement"] == (1, 1) and known["rights"][0] == 1


@one_engine
def test_figures_of_few_are_hidden_from_who_may_not_open_the_cases(town: Town) -> None:
    cases.bring_case(town.house, town.th, "sheltered")
    found = board_of(town, "analyst")
    assert found["smallest_group"] == 11
    for row in found["known"]:
        assert row["cases"] in (None, 0) and row["known"] in (None, 0), row
    assert all(row["open"] is None for row in found["late"])
    assert town.get(town.th["social_worker"], BOARD).status_code == 403
    assert town.looks("board_read")


def test_the_page_says_the_same(town: Town) -> None:
    declined(town)
    town.clock.advance(timedelta(days=60))
    page = browser_at(town, town.th["supervisor"]).get("/reports/board")
    assert page.status_code == 200
    said = ("Open duties, and what is late", "Declined by", "Myanmar", "What open cases say", 'href="/reports/late"')
    for words in said:
        assert words in page.text, words
    assert browser_at(town, town.th["social_worker"]).get("/reports/board").status_code == 403
    hidden = browser_at(town, town.th["analyst"]).get("/reports/board").text
    # A figure is hidden too for what it would leave of another: that it is small is never said.
    assert "not told" in hidden and "fewer than" not in hidden


def test_a_figure_is_hidden_for_what_it_leaves_and_for_how_many_people_it_is() -> None:
    few = Few(11)
    assert few.shown(20, 60) == 20 and few.shown(0, 60) == 0 and few.shown(60, 60) == 60
    assert few.shown(25, 60, 30) is None, "of thirty that wait five are in time"
    assert few.shown(55, 60) is None and few.shown(3) is None
    assert few.shown(12, people=1) is None, "twelve duties of one person"
    assert few.shown(12, None, people=11) == 12 and few.hidden == 4


def test_a_hidden_figure_does_not_stand_between_its_neighbours() -> None:
    real = {"a": 30, "b": 25, "c": 20, "d": 3}
    few = Few(11)
    rows = [(name, few.shown(n, 28 if name == "b" else None)) for name, n in sorted(real.items())]
    assert most_first(rows, lambda each: each[1]) == [("a", 30), ("c", 20), ("b", None), ("d", None)]


def access(case_id: int, *, verdict: str | None = None) -> SimpleNamespace:
    """An emergency access that ended nine days ago."""
    return SimpleNamespace(case_id=case_id, until=NOW - timedelta(days=9), ended_at=None, verdict=verdict)


def test_verdicts_and_what_waits_cannot_be_taken_from_the_whole() -> None:
    found = [access(n, verdict="justified") for n in range(20)]
    found += [access(n, verdict="unjustified") for n in range(20, 45)]
    found += [access(n) for n in range(45, 50)]
    told = emergencies_told(found, NOW, timedelta(days=3), Few(11))
    shown = [each for each in (*told.verdicts.values(), told.to_review, told.open) if each is not None]
    # Five wait: the whole less the rest would say so.
    assert told.to_review is None and told.past_review is None
    assert told.opened is None or told.opened - sum(shown) >= 11
    everything = emergencies_told(found, NOW, timedelta(days=3), Few(1))
    assert (everything.opened, everything.to_review, everything.past_review) == (50, 5, 5)
    assert everything.verdicts == {"justified": 20, "unjustified": 25}
    one_case = emergencies_told([access(1, verdict="justified")] * 30, NOW, timedelta(days=3), Few(11))
    assert one_case.opened is None and one_case.verdicts == {"justified": None}
