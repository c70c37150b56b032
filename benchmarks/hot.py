"""Hot: what an office asks all day, each as somebody who asks it, at the doors of the program in this process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from fastapi.testclient import TestClient
from sqlalchemy import func, insert, select

from app.access.desk import House
from app.casework import held as holding
from app.casework import history, identity, lookalikes, name_index
from app.casework.held import CASE, OFFICE, REFERRAL, hold_case
from app.casework.history import Event
from app.casework.opening import TEAM
from app.models.access_log import AccessEntry
from app.models.base import new_id
from app.models.user import User, UserRole
from app.worker import Worker as Drainer
from benchmarks.step_and_timeline import API
from tests.factories.staff import Worker, desk_of, token_for
from tests.inspect import reading, writing

_LOOKS, _LOOKS_OF_A_CASE = 3, 40
# Entries of a case that is neither new nor long.
_USUAL: Final = 50
# Asked with every list, so that none is a page of nothing: the manager of the largest house of the world.
FILTERS: Final[Mapping[str, str]] = {
    "by its care": "care=sheltered", "by stage": "stage=reintegration", "children": "child=true",
    "by nationality": "nationality=MM", "mine": "mine=true", "with a flag": "flag=any", "opened again": "reopened=true",
}  # fmt: skip


@dataclass(frozen=True)
class Cast:
    """Who asks, and about what: a shelter's manager and social worker, the country's focal point, a border post.

    case: an ordinary one of the worker's team; long: one whose history was made long; name: of somebody there.
    """

    manager: Worker
    worker: Worker
    focal: Worker
    border: Worker
    auditor: Worker
    case: str
    long: str
    name: str


def cast_of(house: House, entries: int, country: str = "TH") -> Cast:
    """Choose them in a filled world, give one case a history of so many ``entries``, and have both looked at."""
    with reading(house.db) as session:
        busiest = select(CASE.c.office_id).where(CASE.c.country == country).group_by(CASE.c.office_id)
        office = session.execute(busiest.order_by(func.count().desc()).limit(1)).scalar_one()
        post = select(REFERRAL.c.border_office_id).where(REFERRAL.c.country == country)
        post = post.where(REFERRAL.c.border_office_id.is_not(None)).group_by(REFERRAL.c.border_office_id)
        border = session.execute(post.order_by(func.count().desc()).limit(1)).scalar_one()
        worker = _somebody(session, "social_worker", office)
        team = select(CASE.c.id, CASE.c.history_count).join(TEAM, TEAM.c.case_id == CASE.c.id)
        team = team.where(TEAM.c.user_id == worker.id, TEAM.c.until.is_(None), CASE.c.office_id == office)
        usual = func.abs(CASE.c.history_count - _USUAL)
        mine = session.execute(team.order_by(usual, CASE.c.id).limit(2)).all()
        chosen = Cast(
            _somebody(session, "shelter_manager", office), worker, _somebody(session, "national_focal_point", country),
            _somebody(session, "border_focal_point", border), _somebody(session, "auditor", country),
            mine[0].id, mine[1].id, "",
        )  # fmt: skip
    _lengthen(house, chosen.worker, chosen.long, entries)
    _look(house, chosen.worker, (chosen.case, chosen.long))
    with desk_of(house, chosen.manager) as desk:
        held = hold_case(desk, chosen.case, lock=False)
        known = identity.read(desk, held.row.person_id, held.key(desk))
    return replace(chosen, name=" ".join(name_index.names_of(known)[:2]))


def acts(app: Any, client: TestClient, cast: Cast) -> Mapping[str, Callable[[], Any]]:
    """Name -> what to do; each looks at its answer and raises AssertionError where it is none."""
    house: House = app.state.house
    tokens: dict[str, str] = {}

    def get(who: Worker, path: str, *, filled: bool = True) -> Callable[[], Any]:
        def ask() -> Any:
            if who.id not in tokens:
                tokens[who.id] = token_for(house, who)
            answer = client.get(API + path, headers={"Authorization": f"Bearer {tokens[who.id]}"})
            assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:300]}"
            told = answer.json()
            assert not filled or told.get("items", True), f"{path}: an empty page says nothing"
            return told

        return ask

    found: dict[str, Callable[[], Any]] = {
        "list of an office": get(cast.manager, "/cases?limit=50"),
        "list of a worker": get(cast.worker, "/cases?limit=50"),
        "list of a country": get(cast.focal, "/cases?limit=50"),
        "inbox": get(cast.focal, "/referrals?box=inbox&limit=50", filled=False),
        "inbox of a border post": get(cast.border, "/referrals?limit=50"),
        "tasks of an office": get(cast.manager, "/tasks?limit=50"),
        "tasks of a worker": get(cast.worker, "/tasks?limit=50"),
        "case page": get(cast.worker, f"/cases/{cast.case}"),
        "timeline": get(cast.worker, f"/cases/{cast.case}/timeline?newest_first=true&limit=50"),
        "long case page": get(cast.worker, f"/cases/{cast.long}"),
        "long timeline": get(cast.worker, f"/cases/{cast.long}/timeline?newest_first=true&limit=50"),
        "looks at a case": get(cast.auditor, f"/cases/{cast.case}/audit?limit=50"),
        "name search": lambda: _searched(house, cast.manager, cast.name),
        "outbox due": lambda: Drainer(house)._next(""),
    }
    for name, asked in FILTERS.items():
        found[f"list {name}"] = get(cast.manager, f"/cases?limit=50&{asked}", filled=False)
    return found


def _searched(house: House, who: Worker, name: str) -> None:
    with desk_of(house, who) as desk:
        spelled, sounding, _ = lookalikes.named(desk, name)
        assert spelled or sounding, f"{name} was not found"


def _somebody(session: Any, role: str, where: str) -> Worker:
    """An account with a role in an office, or (two letters) anywhere in a country."""
    user, office = User.__table__, OFFICE
    query = (
        select(
            user.c.id, user.c.login, office.c.code, office.c.id.label("office_id"), office.c.organisation,
            office.c.country,
        )
        .join(office, office.c.id == user.c.office_id)
        .join(UserRole, UserRole.user_id == user.c.id)
        .where(UserRole.role == role, (office.c.country if len(where) == 2 else office.c.id) == where)
        .order_by(user.c.login)
        .limit(1)
    )
    row = session.execute(query).one()
    roles = session.execute(select(UserRole.role).where(UserRole.user_id == row.id)).scalars()
    return Worker(row.id, row.login, row.code, row.office_id, row.organisation, row.country, frozenset(roles))


def _lengthen(house: House, who: Worker, case_id: str, entries: int) -> None:
    """Write remarks that change nothing into a history, as `app.casework.remarks` does, up to so many entries."""
    with desk_of(house, who) as desk:
        held = hold_case(desk, case_id)
        for _ in range(entries - held.chain.count):
            event = Event("reveal", "search", held.version, {"groups": []}, desk.now)
            history.append(desk.session, held.chain, event, desk.actor, desk.now, desk.keys, None)
        holding.swap_case(desk, held, held.version, {})


def _look(house: House, who: Worker, cases: tuple[str, ...]) -> None:
    """Have every case of the country looked at some times, and those named here more often."""
    row = {
        "at": house.clock.now(), "actor_id": who.id, "country": who.country, "action": "case_read",
        "subject_kind": "case", "detail": None,
    }  # fmt: skip
    with writing(house.db) as session:
        everywhere = session.execute(select(CASE.c.id).where(CASE.c.country == who.country)).scalars().all()
        looked = [*everywhere * _LOOKS, *(each for each in cases for _ in range(_LOOKS_OF_A_CASE))]
        for begin in range(0, len(looked), 5000):
            part = looked[begin : begin + 5000]
            session.execute(insert(AccessEntry), [{**row, "id": new_id(), "subject_id": each} for each in part])
