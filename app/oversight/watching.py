"""Watches the book of looks: who opens the cases of unusually many persons in a short time is told to those who audit.

Nothing is remembered outside the database. An alarm is itself a row of the book, and what came before it is done with.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.access import rows
from app.access.desk import Desk, House
from app.access.log import looked
from app.access.notices import holders, tell
from app.casework import onlookers
from app.oversight import queries

ALARM: Final = "bulk_viewing"
# How far back a worker looks that has just been started: longer than any repair should take.
AT_START: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Burst:
    """The cases of ``persons`` different persons, opened from ``since`` to ``until``."""

    persons: int
    since: datetime
    until: datetime


def ring(house: House, watched: datetime | None = None) -> int:
    """Tell of every account that opened more persons' cases than the policies allow in their time; how many.

    watched: when somebody last watched; what was looked at before lies in the book and was judged then. One
    transaction for each account, in which its row is locked: of two workers one tells.
    """
    window = _window(house)
    since = (watched or house.clock.now() - AT_START) - 2 * window
    most = house.policies.safeguards.bulk_viewing.persons
    with house.db.read() as session:
        rows.enter_everything(session)
        suspects = queries.viewers_of_many(session, sorted(house.policies.countries), since, most)
    return house.setbacks.each(ALARM, suspects, house.clock.now(), lambda user_id: _told_of(house, user_id, since))


def burst(looks: Iterable[tuple[datetime, str]], most: int, window: timedelta) -> Burst | None:
    """The largest number of different persons in any ``window``, if it is more than ``most``.

    looks: moment and person of each look, oldest first.
    """
    inside: deque[tuple[datetime, str]] = deque()
    persons: Counter[str] = Counter()
    worst: Burst | None = None
    for at, person in looks:
        inside.append((at, person))
        persons[person] += 1
        while at - inside[0][0] >= window:
            _, gone = inside.popleft()
            persons[gone] -= 1
            if not persons[gone]:
                del persons[gone]
        if len(persons) > (worst.persons if worst else most):
            worst = Burst(len(persons), inside[0][0], at)
    return worst


def _window(house: House) -> timedelta:
    return timedelta(minutes=house.policies.safeguards.bulk_viewing.minutes)


def _told_of(house: House, user_id: str, since: datetime) -> bool:
    most, window = house.policies.safeguards.bulk_viewing.persons, _window(house)
    with house.db.write() as session:
        account = queries.locked_account(session, user_id)
        if account is None:
            return False
        desk = house.system_desk(session, account.country)
        earlier = queries.last_alarm(session, ALARM, user_id)
        if earlier is not None and desk.now - earlier < window:
            return False
        # What an earlier alarm has told is not told again.
        begin = max(since, earlier) if earlier is not None else since
        found = burst(queries.views_of(session, account.country, user_id, begin), most, window)
        if found is None:
            return False
        said: dict[str, str | int] = {
            "persons": found.persons,
            "since": found.since.isoformat(),
            "until": found.until.isoformat(),
        }
        told = tell(desk, _to_tell(desk, user_id, account.office_id), ALARM, "account", user_id, said)
        looked(desk, ALARM, "account", user_id, {**said, "told": told})
        return True


def _to_tell(desk: Desk, user_id: str, office_id: str) -> Sequence[str]:
    """Who audits the office, and who watches over the country; if that is nobody else, whoever audits the country."""
    people = {*holders(desk, "audit:read", office_id), *onlookers.countrywide(desk, "access:explain")} - {user_id}
    return sorted(people or set(onlookers.countrywide(desk, "audit:read")) - {user_id})
