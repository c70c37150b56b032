"""Charts: many cases, copies, tasks and walls put into the database by hand, and who should see which of them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, or_, select
from sqlalchemy.orm import Session

from app.access import rows, scope, walls
from app.access.desk import Desk, House
from app.access.scope import asker_of
from app.models.base import new_id
from app.models.case import Case, CaseTeam
from app.models.office import Office
from app.models.person import DataKey, Person
from app.models.referral import Referral
from app.models.task import Task
from app.models.walls import AccessBlock, Deputy, EmergencyAccess, SealName
from tests.app.access.world import fill
from tests.factories.houses import put_offices
from tests.factories.staff import Worker, add_user
from tests.inspect import writing

OFFICES = ("th-shelter-tak", "th-shelter-chiang-rai", "th-datip", "th-police-tak", "th-border-mae-sot", "mm-dor",
           "mm-border-myawaddy")  # fmt: skip
BORDERS = {"TH": "th-border-mae-sot", "MM": "mm-border-myawaddy"}


@dataclass
class Chart:
    """What was put there: workers, and the ids of everything by table."""

    house: House
    workers: list[Worker] = field(default_factory=list)
    cases: list[dict[str, Any]] = field(default_factory=list)
    copies: list[dict[str, Any]] = field(default_factory=list)
    tasks: list[dict[str, Any]] = field(default_factory=list)
    persons: list[dict[str, Any]] = field(default_factory=list)


def draw_chart(house: House, seed: int, *, cases: int = 30, workers: int = 12) -> Chart:
    """A chart of offices in two countries, workers with one to three roles each, and rows tied to them by chance."""
    chance, chart = random.Random(seed), Chart(house)
    ids = put_offices(house)
    with writing(house.db) as session:
        places = {row.code: row for row in session.execute(select(Office.__table__))}
    roles = sorted(house.policies.roles)
    for _ in range(workers):
        held = chance.sample(roles, chance.choice((1, 1, 2, 3)))
        chart.workers.append(add_user(house, chance.choice(OFFICES), *held))
    with writing(house.db) as session:
        _put_cases(session, chart, chance, places, ids, cases)
        _put_walls(session, chart, chance)
        _put_tasks(session, chart, chance, ids)
    return chart


def expected(desk: Desk, table: str) -> set[str]:
    """The ids of ``table`` (case_file, referral, task) that the application's own predicates reach together.

    Ask at a desk whose database role no row security binds, so that nothing but those predicates decides. They are
    asked permission by permission; beside them stands what the program reaches on from there: the case behind a copy,
    the copies and tasks of a case.
    """
    asker, session = asker_of(desk), desk.session

    def ids(column: Any, *where: Any) -> set[str]:
        return set(session.execute(select(column).where(*where)).scalars())

    def reached(kind: str, column: Any, predicate: Any) -> set[str]:
        found: dict[Any, set[str]] = {}
        for permission in desk.policies.permissions:
            reach = scope.reach_of(desk.policies, desk.actor.roles, permission)
            if kind in rows.kinds_of(permission) and reach.scopes and reach not in found:
                found[reach] = ids(column, predicate(desk, permission))
        return set().union(*found.values())

    contents = reached("case", Case.id, scope.cases_in_scope)
    copies = reached("copy", Referral.id, scope.referrals_in_scope)
    copies |= ids(Referral.id, Referral.case_id.in_(contents), walls.referral_is_open_to(asker))
    if table == "case_file":
        worked = reached("referral", Referral.case_id, scope.referrals_in_scope) - {None}
        found = reached("row", Case.id, scope.cases_in_scope)
        found |= ids(Case.id, Case.id.in_(worked), walls.case_is_open_to(asker))
    elif table == "referral":
        found = copies
    else:
        about = contents | reached("task", Case.id, scope.cases_in_scope)
        found = reached("task", Task.id, scope.tasks_in_scope)
        hidden = ids(Task.id, or_(Task.case_id.in_(walls.hidden_cases(asker)),
                                  Task.referral_id.in_(walls.hidden_referrals(asker))))  # fmt: skip
        found |= ids(Task.id, or_(Task.case_id.in_(about), Task.referral_id.in_(copies))) - hidden
    return found


def _put_cases(session: Session, chart: Chart, chance: random.Random, places: Any, ids: Any, count: int) -> None:
    now = chart.house.clock.now()
    for number in range(count):
        place = places[chance.choice(OFFICES)]
        locals_ = [each for each in chart.workers if each.country == place.country] or chart.workers
        sealed = number % 5 == 0
        key = fill(DataKey, now, id=new_id(), country=place.country)
        person = fill(Person, now, id=new_id(), country=place.country, key_id=key["id"])
        case = fill(
            Case, now, id=new_id(), reference=new_id(), country=place.country, organisation=place.organisation,
            office_id=ids[place.code], person_id=person["id"], created_by=chance.choice(locals_).id, sealed=sealed,
        )  # fmt: skip
        for model, row in ((DataKey, key), (Person, person), (Case, case)):
            session.execute(insert(model), row)
        for worker in chance.sample(locals_, min(len(locals_), chance.randrange(3))):
            since = now - timedelta(days=chance.choice((-1, 0, 2)))
            until = chance.choice((None, now + timedelta(days=1), now - timedelta(hours=1)))
            team = fill(CaseTeam, now, case_id=case["id"], user_id=worker.id, since=since, until=until)
            session.execute(insert(CaseTeam), team)
        chart.persons.append({**person, "sealed": sealed})
        chart.cases.append(case)
        if number % 2:
            _put_copy(session, chart, chance, case, key, ids)


def _put_copy(session: Session, chart: Chart, chance: random.Random, case: Any, key: Any, ids: Any) -> None:
    now = chart.house.clock.now()
    border = ids[BORDERS[case["country"]]]
    copy = fill(
        Referral, now, id=new_id(), shared_id=new_id(), country=case["country"], organisation=case["organisation"],
        office_id=case["office_id"], border_office_id=chance.choice((None, border)), case_id=case["id"],
        key_id=key["id"], created_by=chance.choice(chart.workers).id, sealed=case["sealed"],
    )  # fmt: skip
    if chance.random() < 0.3:  # an offer that has no case here yet
        own = fill(DataKey, now, id=new_id(), country=case["country"])
        session.execute(insert(DataKey), own)
        copy |= {"case_id": None, "key_id": own["id"], "sealed": False}
    session.execute(insert(Referral), copy)
    chart.copies.append(copy)


def _put_walls(session: Session, chart: Chart, chance: random.Random) -> None:
    now = chart.house.clock.now()
    ago, soon = now - timedelta(days=1), now + timedelta(hours=1)
    for person in chart.persons:
        locals_ = [each for each in chart.workers if each.country == person["country"]] or chart.workers
        here = {"country": person["country"], "key_id": person["key_id"], "since": ago}
        who = chance.choice(locals_)
        if person["sealed"]:
            for each in chance.sample(locals_, min(2, len(locals_))):
                until = chance.choice((None, soon, ago))
                session.execute(insert(SealName), fill(SealName, now, **here, user_id=each.id, until=until))
        if chance.random() < 0.4:
            against = chance.choice((("user", who.id), ("organisation", who.organisation), ("country", who.country)))
            ends = chance.choice(({}, {"until": ago}, {"lifted_at": now}, {"until": soon}))
            block = fill(AccessBlock, now, **here, kind=against[0], value=against[1], **ends)
            session.execute(insert(AccessBlock), block)
    for case in chart.cases:
        if chance.random() < 0.4:
            who = chance.choice(chart.workers)
            opened = fill(
                EmergencyAccess, now, country=case["country"], case_id=case["id"], user_id=who.id,
                office_id=who.office_id, since=ago, until=chance.choice((soon, now)),
                ended_at=chance.choice((None, None, now)),
            )  # fmt: skip
            session.execute(insert(EmergencyAccess), opened)
    for _ in range(len(chart.workers) // 2):
        absent, deputy = chance.sample(chart.workers, 2)
        if absent.country == deputy.country:
            row = fill(
                Deputy, now, country=absent.country, user_id=absent.id, deputy_id=deputy.id, since=ago,
                until=chance.choice((soon, now)), ended_at=chance.choice((None, None, now)),
            )  # fmt: skip
            session.execute(insert(Deputy), row)


def _put_tasks(session: Session, chart: Chart, chance: random.Random, ids: Any) -> None:
    now = chart.house.clock.now()
    roles = sorted(chart.house.policies.roles)
    for case in chart.cases:
        copy = chance.choice([None, *(each for each in chart.copies if each["case_id"] == case["id"])])
        offices = [ids[code] for code in OFFICES if code[:2].upper() == case["country"]]
        task = fill(
            Task, now, id=new_id(), country=case["country"], office_id=chance.choice(offices),
            case_id=case["id"], referral_id=copy["id"] if copy else None, role=chance.choice(roles),
        )  # fmt: skip
        session.execute(insert(Task), task)
        chart.tasks.append(task)
