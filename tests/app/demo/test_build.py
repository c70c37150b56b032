"""What a build leaves behind: people in the right numbers, rules kept by real users, the same in every build."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.demo.build import LAST_DAY, build, first_moment
from app.demo.figures import Figures, published, sample
from app.demo.people import invent
from app.demo.report import sections
from app.demo.stage import Stage, StoryFault
from app.demo.world import ROSTER, WORDS, new_password, settle
from app.kit import migrate
from app.kit.clock import SettableClock
from app.kit.errors import NotFound
from app.main import open_house
from app.settings import Settings
from policies.load import load_policies
from tests.app.demo.conftest import Copy, Small
from tests.inspect import reading, writing

TINY = Figures(sample(20).shelter[:4], sample(20).returns[:2] + sample(20).returns[4:6], whole=False)


def rows(copy: Copy, statement: str) -> list[Any]:
    with reading(copy.house.db) as session:
        return list(session.execute(text(statement)))


def test_a_build_works_on_both_engines(database_url: str, tmp_path: Path) -> None:
    settings = Settings(environment="demo", var=tmp_path / "var", database_url=database_url)
    migrate.upgrade(database_url)
    clock = SettableClock(first_moment())
    house = open_house(settings, clock)
    build(house, clock, TINY, new_password())
    faults = [fault for part in sections(house, TINY, {}) for fault in part.faults if "has been received" not in fault]
    house.db.dispose()
    assert faults == []


def test_two_builds_tell_the_same_stories(small: Small, copy: Copy, tmp_path: Path) -> None:
    settings = Settings(environment="demo", var=tmp_path / "var")
    migrate.upgrade(settings.database_url)
    clock = SettableClock(first_moment())
    house = open_house(settings, clock)
    assert build(house, clock, small.figures, new_password()).acts == small.acts
    history = (
        "SELECT kind, step, happened_at, recorded_at FROM history_entry ORDER BY recorded_at, kind, step, happened_at"
    )
    people = (
        "SELECT channel, nationality, exploitation, age_band, sex, opened_on FROM case_facts ORDER BY 1, 2, 3, 4, 5, 6"
    )
    with reading(house.db) as session:
        for statement in (history, people):
            assert list(session.execute(text(statement))) == rows(copy, statement)
    house.db.dispose()


def test_every_act_is_a_user_of_the_right_country(copy: Copy) -> None:
    strangers = rows(
        copy,
        "SELECT DISTINCT h.actor_id FROM history_entry h LEFT JOIN user_account u ON u.id = h.actor_id"
        " WHERE u.id IS NULL",
    )
    assert {row.actor_id.partition(":")[0] for row in strangers} <= {"system", "partner"}
    across = rows(
        copy,
        "SELECT count(*) AS n FROM history_entry h JOIN user_account u ON u.id = h.actor_id"
        " JOIN office o ON o.id = u.office_id JOIN case_file c ON c.id = h.subject_id WHERE c.country <> o.country",
    )
    assert across[0].n == 0


def test_two_eyes_everywhere(copy: Copy) -> None:
    for row in rows(copy, "SELECT facts FROM referral WHERE side = 'sender' AND state <> 'draft'"):
        facts = json.loads(row.facts)
        assert facts["approved_by"] and facts["approved_by"] != facts["drafted_by"]
    for row in rows(copy, "SELECT facts FROM case_facts WHERE channel = 'shelter'"):
        facts = json.loads(row.facts)
        if facts["decision"]:
            assert facts["decision"]["decider"] != facts["screening"]["screener"]


def test_every_returned_child_had_guardian_determination_and_escort(copy: Copy) -> None:
    children = rows(
        copy,
        "SELECT c.facts FROM case_facts c JOIN referral r ON r.case_id = c.case_id"
        " WHERE r.side = 'sender' AND r.custody = 'receiver' AND c.child",
    )
    assert children
    for row in children:
        facts = json.loads(row.facts)
        assert facts["guardian"]["conflict_checked"] and facts["return_plan"]["escort"]
        assert facts["best_interests"]["views_heard"]


def test_nobody_of_the_shelters_is_handed_over(copy: Copy) -> None:
    received = rows(
        copy,
        "SELECT DISTINCT c.channel FROM case_file c JOIN referral r ON r.case_id = c.id"
        " WHERE r.side = 'sender' AND r.custody = 'receiver'",
    )
    assert [row.channel for row in received] == ["return"]


def test_a_task_that_asks_for_a_record_is_answered_by_it(copy: Copy) -> None:
    assert not rows(copy, "SELECT id FROM task WHERE kind = 'read_rights' AND state = 'open'")
    late = Counter(row.kind for row in rows(copy, "SELECT kind FROM task WHERE missed_at IS NOT NULL"))
    assert late["read_rights"] == 0 and sum(late.values()) > 5


def test_every_side_has_its_people() -> None:
    by_country: dict[str, set[str]] = {}
    for office, roles in ROSTER:
        by_country.setdefault(office[:2].upper(), set()).update(roles)
    assert by_country["TH"] == set(WORDS) == set(load_policies().roles)
    # Only Thailand's fund has an office of its own (policies/countries/th.yaml).
    assert by_country["MM"] == by_country["LA"] == by_country["TH"] - {"fund_officer", "fund_cashier"}
    assert {"national_focal_point", "case_manager", "border_focal_point"} <= by_country["KH"] & by_country["VN"]


def test_the_stage_lets_nobody_do_what_their_role_may_not(tmp_path: Path) -> None:
    settings = Settings(environment="demo", var=tmp_path / "var")
    migrate.upgrade(settings.database_url)
    clock = SettableClock(first_moment())
    house = open_house(settings, clock)
    with writing(house.db) as session:
        cast = settle(session, house.policies, house.passwords, new_password(), clock.now())
    stage = Stage(house, clock, cast)
    person = invent(1, "MM", "ForcedLabour", "18+", "M", 2016, "test")
    with stage.sitting():
        case_id = stage.open_case("th.social1", person, "ngo", "shelter")
        with pytest.raises(StoryFault, match="identification:screen"):
            stage.case_step("th.admin1", "start_screening", case_id)
        with pytest.raises(NotFound):
            stage.join("mm.super1", case_id, "mm.social1")
        with pytest.raises(StoryFault, match="expected to be refused"):
            stage.blocked("th.social1", "start_screening", case_id)
        with pytest.raises(StoryFault, match="fields the role may not see"):
            stage.record("th.social1", case_id, "cooperation", {"cooperates": False})
    with pytest.raises(RuntimeError, match="outside a sitting"):
        _ = stage.session
    house.db.dispose()


def test_an_effect_that_fails_stops_the_play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError("the line is dead")

    monkeypatch.setattr("app.worker.deliver", broken)
    settings = Settings(environment="demo", var=tmp_path / "var")
    migrate.upgrade(settings.database_url)
    clock = SettableClock(first_moment())
    house = open_house(settings, clock)
    with pytest.raises(StoryFault, match="deliver.*OSError"):
        build(house, clock, TINY, new_password())
    house.db.dispose()


def test_the_demonstration_opens_on_a_day_with_work_at_the_bridge() -> None:
    assert LAST_DAY.weekday() < 5
    assert sum(cell.count for cell in published().returns) == 156


def test_a_hospital_was_asked_and_has_answered_one(copy: Copy) -> None:
    assert sorted(row.state for row in rows(copy, "SELECT state FROM case_service")) == ["accepted", "asked"]


def test_a_newcomer_finds_tips_and_an_operation_that_waits(copy: Copy) -> None:
    states = {row.state: row.n for row in rows(copy, "SELECT state, count(*) AS n FROM tip GROUP BY state")}
    assert states == {"waiting": 1, "passed": 1, "closed": 1}
    (operation,) = rows(copy, "SELECT state FROM operation")
    kept = sorted(row.state for row in rows(copy, "SELECT state FROM operation_reserve"))
    assert (operation.state, kept) == ("planned", ["asked", "asked", "asked", "held", "held"])
