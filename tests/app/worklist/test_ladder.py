"""The ladder of a late duty: who is told when, each rung once whatever dies in between, and mail that says nothing."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from app.access.mailing import tell_by_mail
from app.casework.tasks import TABLE
from app.models.history import HistoryEntry
from app.models.notice import Notice
from app.models.user import User
from app.worker import Worker as Machine
from tests.app.casework.test_crash import PowerCut, power_cut
from tests.factories import cases, referrals, walls
from tests.factories.staff import Worker, add_user
from tests.factories.towns import Town
from tests.inspect import reading, writing

DAY = timedelta(days=1)


def notices(town: Town, *kinds: str) -> Counter[tuple[str, str, str]]:
    """(account, kind of task, rung) -> how often it was told."""
    with reading(town.house.db) as session:
        rows = session.execute(select(Notice.user_id, Notice.detail).where(Notice.kind.in_(kinds))).all()
    said = [(row.user_id, json.loads(row.detail or "{}")) for row in rows]
    return Counter((user, detail["kind"], detail["rung"]) for user, detail in said)


def told(town: Town, kind: str) -> dict[str, set[str]]:
    """Rung -> the accounts that were told of tasks of that kind; each of them once."""
    found: dict[str, set[str]] = {}
    for (user, task, rung), count in notices(town, "task_late", "task_escalated").items():
        if task == kind:
            assert count == 1, (user, task, rung)
            found.setdefault(rung, set()).add(user)
    return found


def rungs(town: Town) -> Counter[tuple[str, str]]:
    """(kind of task, rung) -> how many entries of the timelines say so."""
    table: Any = HistoryEntry.__table__
    with reading(town.house.db) as session:
        rows = session.execute(select(table).where(table.c.kind.in_(("deadline", "escalated")))).all()
    return Counter((row.step, json.loads(row.canonical)["details"]["rung"]) for row in rows)


def only(town: Town, case_id: str, kind: str, due: datetime) -> None:
    """Leave one open task of a case, due at that moment."""
    with writing(town.house.db) as session:
        others = (TABLE.c.case_id == case_id, TABLE.c.kind != kind)
        session.execute(update(TABLE).where(*others).values(state="done", done_at=due))
        session.execute(update(TABLE).where(TABLE.c.case_id == case_id, TABLE.c.kind == kind).values(due_at=due))


def tick(town: Town) -> int:
    """One round of a program that has just been started."""
    return Machine(town.house).ring()


def climbing(town: Town, kind: str = "decide_identification") -> str:
    """A case whose one duty is due at the end of Tuesday, 24 November 2026; a Thursday holiday lies ahead."""
    case_id = cases.bring_case(town.house, town.th, "sheltered")
    only(town, case_id, kind, datetime(2026, 11, 24, 16, 59, 59, tzinfo=UTC))
    return case_id


def test_each_rung_is_told_once_to_those_it_is_for(town: Town) -> None:
    climbing(town)
    th, kind = town.th, "decide_identification"
    # A colleague of the ministry whose own right does not reach this task is not told of it.
    add_user(town.house, "th-datip", "social_worker")
    assert tick(town) == 0
    moments = {
        "reminder": datetime(2026, 11, 24, 17, 0, tzinfo=UTC),
        "supervisor": datetime(2026, 11, 25, 17, 0, tzinfo=UTC),
        "national_focal_point": datetime(2026, 12, 1, 17, 0, tzinfo=UTC),
        # Monday 7 December and Thursday 10 December are holidays.
        "case_management_meeting": datetime(2026, 12, 9, 17, 0, tzinfo=UTC),
        "ministry": datetime(2026, 12, 24, 17, 0, tzinfo=UTC),
    }
    focal = th["national_focal_point"].id
    people = {
        "reminder": {th["legal_officer"].id},
        "supervisor": {th["supervisor"].id},
        "national_focal_point": {focal},
        "case_management_meeting": {focal},
        "ministry": {focal},
    }
    for rung, moment in moments.items():
        town.clock.set(moment - timedelta(minutes=1))
        assert tick(town) == 0, f"{rung} is not rung before its time"
        town.clock.set(moment)
        assert tick(town) == 1 and tick(town) == 0, rung
        assert told(town, kind)[rung] == people[rung], rung
    town.clock.advance(400 * DAY)
    assert tick(town) == 0, "the ladder ends"
    assert rungs(town) == Counter({(kind, rung): 1 for rung in moments})
    (task,) = town.get(th["supervisor"], "/tasks?late=true").json()["items"]
    assert (task["rung"], task["stop"]) == ("ministry", None)
    page = town.get(th["supervisor"], f"/tasks?case_id={task['case_id']}&state=stopped").json()
    assert page["items"] == []


def test_a_worker_that_was_away_or_dies_rings_every_rung_and_none_twice(town: Town) -> None:
    climbing(town)
    town.clock.set(datetime(2026, 12, 10, 1, 0, tzinfo=UTC))
    climbed = 0
    for _ in range(30):
        for point in range(1, 8):
            # The program dies before its first, second ... write, and before it commits; another one is started.
            with power_cut(town.house, point):
                try:
                    climbed += tick(town)
                except PowerCut:
                    continue
                break
        before = sum(rungs(town).values())
        if tick(town) == 0 and sum(rungs(town).values()) == before and before == 4:
            break
    expected = ("reminder", "supervisor", "national_focal_point", "case_management_meeting")
    assert rungs(town) == Counter({("decide_identification", rung): 1 for rung in expected})
    assert set(told(town, "decide_identification")) == set(expected), "no rung without its notice, none told twice"


def test_who_is_absent_is_stood_in_for_and_a_wall_holds(town: Town) -> None:
    case_id = climbing(town)
    absent = town.th["legal_officer"]
    deputy, left = (add_user(town.house, absent.office, "legal_officer") for _ in range(2))
    town.clock.set(datetime(2026, 11, 24, 18, 0, tzinfo=UTC))
    walls.stand_in(town.house, absent, deputy)
    walls.block(town.house, case_id, "user", town.th["supervisor"].id)
    assert tick(town) == 1
    assert told(town, "decide_identification") == {"reminder": {deputy.id}}, f"neither {absent.id} nor {left.id}"
    town.clock.set(datetime(2026, 11, 25, 18, 0, tzinfo=UTC))
    assert tick(town) == 1
    up = told(town, "decide_identification")["supervisor"]
    assert town.th["supervisor"].id not in up and up, "who is kept away is not told; the next circle is"


def test_a_time_of_the_persons_own_passes_and_nobody_is_told(town: Town) -> None:
    climbing(town, "end_of_reflection")
    town.clock.advance(90 * DAY)
    assert tick(town) == 1 and tick(town) == 0
    assert rungs(town) == Counter({("end_of_reflection", "reminder"): 1})
    assert not notices(town, "task_late", "task_escalated")


def test_a_referral_climbs_the_ladder_of_its_corridor(town: Town) -> None:
    referrals.bring_referral(town.house, town.th, town.mm, "sent")
    deputy = add_user(town.house, "mm-atipd", "national_focal_point")
    with writing(town.house.db) as session:
        session.execute(update(TABLE).where(TABLE.c.kind != "answer_referral").values(state="done"))
    town.clock.advance(60 * DAY)
    rung = 0
    while tick(town):
        rung += 1
    corridor = town.house.policies.corridor("TH", "MM")
    found = told(town, "answer_referral")
    assert rung == len(corridor.escalation) and set(found) == set(corridor.escalation)
    assert found["deputy"] == {deputy.id}, "the corridor's other focal office"
    assert town.mm["national_focal_point"].id in found["national_focal_point"]


@dataclass
class Post:
    """A mail server that keeps what it is given."""

    site: str = "https://house.example"
    took: list[tuple[str, str, str]] = field(default_factory=list)

    def send(self, to: str, subject: str, body: str, _clock: Any) -> None:
        self.took.append((to, subject, body))


def give_address(town: Town, *workers: Worker) -> None:
    with writing(town.house.db) as session:
        for worker in workers:
            session.execute(update(User).where(User.id == worker.id).values(email=f"{worker.login}@house.example"))


def test_mail_about_a_late_task_says_only_that_there_is_something(town: Town) -> None:
    case_id = climbing(town)
    give_address(town, town.th["legal_officer"], town.th["supervisor"])
    post = Post()
    house = replace(town.house, mail=post)  # type: ignore[arg-type]
    for moment in (datetime(2026, 11, 24, 18, tzinfo=UTC), datetime(2026, 11, 25, 18, tzinfo=UTC)):
        town.clock.set(moment)
        tick(town)
        assert tell_by_mail(house) == 1
    assert [to for to, _, _ in post.took] == [
        f"{town.th[role].login}@house.example" for role in ("legal_officer", "supervisor")
    ]
    for _, subject, body in post.took:
        assert subject == "You have 1 new item"
        assert body == "You have 1 new item.\n\nSign in to see it: https://house.example\n"
        assert case_id not in body and "late" not in body


def test_one_colleague_alone_is_rung_alone_and_whoever_stands_in_at_the_end(town: Town) -> None:
    case_id = climbing(town)
    named, others = town.th["case_manager"], [add_user(town.house, "th-shelter-tak", "case_manager") for _ in range(3)]
    first, second, _ = others
    with writing(town.house.db) as session:
        alone = {"role": "case_manager", "assignee_id": named.id}
        session.execute(update(TABLE).where(TABLE.c.case_id == case_id, TABLE.c.state == "open").values(**alone))
    town.clock.set(datetime(2026, 11, 25, 3, tzinfo=UTC))
    assert tick(town) == 1
    assert told(town, "decide_identification") == {"reminder": {named.id}}, "and no colleague of the same part"
    # The stand-in is away too; two who stand in for each other are no endless ring.
    other = climbing(town)
    with writing(town.house.db) as session:
        session.execute(update(TABLE).where(TABLE.c.case_id == other, TABLE.c.state == "open").values(**alone))
    for absent, deputy in ((named, first), (first, second), (second, first)):
        walls.stand_in(town.house, absent, deputy)
    assert tick(town) == 1
    assert told(town, "decide_identification") == {"reminder": {named.id, second.id}}
