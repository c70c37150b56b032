"""Views of many persons: thirty in an hour are silent, thirty-one are told, once, to those who audit."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from app.access.desk import SYSTEM
from app.models.access_log import AccessEntry
from app.models.base import new_id
from app.oversight.watching import Burst, burst
from app.worker import Worker as Postman
from tests.conftest import START
from tests.factories import cases, referrals
from tests.factories.staff import Worker, add_user
from tests.factories.towns import Town
from tests.inspect import writing

MINUTE = timedelta(minutes=1)


def test_a_burst_is_the_most_persons_in_any_window() -> None:
    def looks(*moments: tuple[int, str]) -> list[tuple[datetime, str]]:
        return [(START + minutes * MINUTE, person) for minutes, person in moments]

    hour = 60 * MINUTE
    assert burst([], 1, hour) is None
    assert burst(looks((0, "a"), (1, "a"), (2, "a")), 1, hour) is None
    assert burst(looks((0, "a"), (60, "b")), 1, hour) is None, "an hour ago is outside"
    assert burst(looks((0, "a"), (59, "b")), 1, hour) == Burst(2, START, START + 59 * MINUTE)
    told = burst(looks((0, "a"), (40, "b"), (50, "c"), (70, "a"), (200, "d")), 1, hour)
    assert told == Burst(3, START, START + 50 * MINUTE)


def put_looks(town: Town, who: str, subjects: list[str], action: str = "case_opened", **more: Any) -> None:
    """Rows in the book of looks, a second apart, the last one now."""
    row = {"actor_id": who, "country": "TH", "action": action, "subject_kind": "case", "detail": None, **more}
    begin = town.clock.now() - timedelta(seconds=len(subjects))
    with writing(town.house.db) as session:
        rows = [
            {"id": new_id(), "at": begin + timedelta(seconds=number), "subject_id": subject, **row}
            for number, subject in enumerate(subjects, 1)
        ]
        session.execute(insert(AccessEntry), rows)


def alarms(town: Town, worker: Worker) -> list[Any]:
    return [item for item in town.get(worker, "/notices").json()["items"] if item["kind"] == "bulk_viewing"]


def many(town: Town, count: int) -> list[str]:
    return [cases.open_case(town.house, town.th["social_worker"]) for _ in range(count)]


def test_thirty_are_silent_and_thirty_one_are_told_once(town: Town) -> None:
    manager, supervisor, officer = (town.th[r] for r in ("shelter_manager", "supervisor", "data_protection_officer"))
    found = many(town, 32)
    for case_id in found[:30]:
        assert town.get(manager, f"/cases/{case_id}").status_code == 200
        town.clock.advance(timedelta(seconds=1))
    # The same persons again, lists, and what was refused are no further persons.
    town.get(manager, f"/cases/{found[0]}/timeline")
    town.get(manager, "/cases?limit=100")
    put_looks(town, manager.id, found[30:], "refused")
    put_looks(town, SYSTEM, found)
    postman, other = Postman(town.house), Postman(town.house)
    assert postman.watch() == other.watch() == 0 and alarms(town, supervisor) == []

    town.get(manager, f"/cases/{found[30]}/next-steps")
    assert postman.watch() == 0, "a minute has not passed"
    town.clock.advance(MINUTE)
    with ThreadPoolExecutor(3) as pool:
        rung = list(pool.map(lambda each: each.watch(), (postman, other, Postman(town.house))))
    assert sum(rung) == 1, "three workers at once, one alarm"
    for watcher in (supervisor, officer, town.th["national_focal_point"]):
        (note,) = alarms(town, watcher)
        assert (note["subject"], note["subject_id"], note["detail"]["persons"]) == ("account", manager.id, 31)
    for nobody in (manager, town.th["auditor"], town.th["analyst"], town.mm["supervisor"]):
        assert alarms(town, nobody) == []
    (row,) = town.looks("bulk_viewing")
    assert (row.actor_id, row.subject_kind, row.subject_id) == (SYSTEM, "account", manager.id)

    town.clock.advance(MINUTE)
    town.get(manager, f"/cases/{found[31]}")
    put_looks(town, manager.id, found)
    assert postman.watch() == 0, "one alarm an hour for one account"
    town.clock.advance(59 * MINUTE)
    assert postman.watch() == 1, "what was looked at after the alarm is told when its hour is over"
    town.clock.advance(61 * MINUTE)
    assert postman.watch() == 0 and len(alarms(town, supervisor)) == 2


def test_what_happened_while_no_worker_ran_is_told_at_its_start(town: Town) -> None:
    manager = town.th["shelter_manager"]
    slow = add_user(town.house, "th-shelter-tak", "social_worker")
    found = many(town, 31)
    put_looks(town, manager.id, found)
    for number in range(0, 31, 8):
        put_looks(town, slow.id, found[number : number + 8])
        town.clock.advance(timedelta(minutes=40))
    assert Postman(town.house).watch() == 1, "the slow one never saw more than sixteen in an hour"
    assert {note["subject_id"] for note in alarms(town, town.th["supervisor"])} == {manager.id}


def test_who_audits_is_told_of_others_and_referrals_count_as_their_person(town: Town) -> None:
    supervisor = town.th["supervisor"]
    pair = referrals.bring_referral(town.house, town.th, town.mm, "acknowledged")
    found = [*many(town, 29), pair.case_id]
    put_looks(town, supervisor.id, found)
    put_looks(town, supervisor.id, [pair.sent_from], "referral_opened", subject_kind="referral")
    postman = Postman(town.house)
    assert postman.watch() == 0, "the referral and its case are one person"
    put_looks(town, supervisor.id, many(town, 1), "reveal")
    town.clock.advance(MINUTE)
    assert postman.watch() == 1
    assert alarms(town, supervisor) == []
    assert len(alarms(town, town.th["data_protection_officer"])) == 1


def test_the_worker_watches_while_it_runs(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    postman, stop = Postman(town.house, pause=0), threading.Event()
    monkeypatch.setattr(postman, "watch", stop.set)
    postman.run(stop)
    assert stop.is_set()
