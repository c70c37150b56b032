"""Rings for a handover that only one side has signed, for a referral that nobody has answered, and for one that hangs.

The first two are told once, as a notice without a name, to those whose business it is and who may see that referral.
What the other end has not stored, opened or decided in time becomes a duty, which climbs the ladder of the corridor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Select

from app.access import rows
from app.access.desk import Desk, House
from app.access.notices import holders, tell
from app.casework import hanging, onlookers
from app.casework.colleagues import colleague, reaches
from app.casework.facts import referral_facts_from
from app.casework.held import Held, hold_referral
from app.referrals import desk as referral_desk
from app.referrals import watch_queries
from app.referrals.watch_queries import ONE_SIDED, UNANSWERED

BATCH = 200
_SUPERVISES = "referral:approve"
_ANSWERS = "referral:answer"


def ring(house: House) -> int:
    """Tell of every handover that is one-sided for too long and of every answer that is overdue; how many copies."""
    now, countries = house.clock.now(), sorted(house.policies.countries)
    one_sided = watch_queries.one_sided(now - house.policies.safeguards.one_sided_for, countries, BATCH)
    unanswered = watch_queries.unanswered(now, countries, BATCH)
    return _each(house, one_sided, _tell_supervisors) + _each(house, unanswered, _tell_deputy)


def ring_hanging(house: House) -> int:
    """Open and end the duties that watch the other end; of how many copies. Most need none: all are read first."""
    now, countries = house.clock.now(), sorted(house.policies.countries)
    with house.db.read() as session:
        rows.enter_everything(session)
        found: dict[str, str] = {}
        for country in countries:
            for some in watch_queries.that_may_hang(session, country, BATCH):
                said = hanging.said_of(session, country, [row.shared_id for row in some])
                duties = hanging.open_of(session, [row.id for row in some])
                for row in some:
                    facts = referral_facts_from(row.facts)
                    waiting = hanging.hangs(house.policies, facts, country, said[row.shared_id], row.opened_at)
                    if hanging.needs_settling(hanging.late(waiting, now), duties.get(row.id, {})):
                        found[row.id] = country

    def settle(referral_id: str) -> bool:
        with house.db.write() as session:
            rows.enter_everything(session)
            desk = house.system_desk(session, found[referral_id])
            return hanging.settle(desk, hold_referral(desk, referral_id)) > 0

    return house.setbacks.each("hanging", found, now, settle)


def _each(house: House, query: Select[Any], tell_of: Callable[[Desk, Held], int]) -> int:
    with house.db.read() as session:
        rows.enter_everything(session)
        found = watch_queries.waiting(session, query)
    country = {row.id: row.country for row in found}
    return house.setbacks.each(
        tell_of.__name__, country, house.clock.now(),
        lambda referral_id: _ring_one(house, query, referral_id, country[referral_id], tell_of),
    )


def _ring_one(
    house: House, query: Select[Any], referral_id: str, country: str, tell_of: Callable[[Desk, Held], int]
) -> bool:
    """One transaction each, which locks the copy first: of several workers one tells."""
    with house.db.write() as session:
        rows.enter_everything(session)
        desk = house.system_desk(session, country)
        held = hold_referral(desk, referral_id)
        return watch_queries.still(session, query, referral_id) and tell_of(desk, held) > 0


def _tell_supervisors(desk: Desk, held: Held) -> int:
    """The supervisors of the office that holds the copy, and who approves referrals for the whole country."""
    people = {*holders(desk, _SUPERVISES, held.row.office_id), *onlookers.countrywide(desk, _SUPERVISES)}
    said = {"since": held.row.changed_at.isoformat()}
    return tell(desk, _who_see(desk, held, people), ONE_SIDED, "referral", held.id, said)


def _tell_deputy(desk: Desk, held: Held) -> int:
    """The office that answers when the receiving one does not, and who answers for the whole country."""
    facts = held.referral_facts
    if facts is None:
        return 0
    corridor = desk.policies.corridor(facts.from_country, facts.to_country)
    office = referral_desk.office_of(desk.policies, facts.receiver_office or "")
    deputy = referral_desk.deputy_of(desk.policies, corridor, facts.to_country, office)
    deputy_id = watch_queries.office_called(desk, deputy.code) if deputy is not None else None
    people = set(onlookers.countrywide(desk, _ANSWERS))
    if deputy_id is not None:
        people.update(holders(desk, _ANSWERS, deputy_id))
    return tell(desk, _who_see(desk, held, people), UNANSWERED, "referral", held.id)


def _who_see(desk: Desk, held: Held, people: Iterable[str]) -> list[str]:
    """Those of these accounts that may read the referral: a wall around it holds here, too."""
    known = [(user_id, colleague(desk, user_id)) for user_id in sorted(people)]
    return [
        user_id
        for user_id, who in known
        if who is not None and reaches(desk, who, "referral:read", "referral", held.id)
    ]
