"""The world of the peers: one shelter with some long cases and many short ones, the same in both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

import httpx2
from sqlalchemy import insert, select

from app.access.page_sessions import digest, new_value
from app.casework.held import CASE
from app.models.base import new_id
from app.models.session import LoginSession
from benchmarks.knocking import Django, Known, Waymark
from benchmarks.small_house import World
from benchmarks.step_and_timeline import Caller
from tests.app.casework.spelling.pairs import Town
from tests.factories.cases import IDENTITY, open_case
from tests.factories.forms import form
from tests.factories.staff import Worker, add_user, token_for
from tests.inspect import reading, writing

SEED: Final = 9


def invented(count: int) -> Iterator[dict[str, Any]]:
    """Identities with common names of six countries, in Latin letters, no two of them named alike."""
    town, known = Town("latin", SEED), set[str]()
    while len(known) < count:
        _, person = town.person()
        given = " ".join(name.latin[0] for name in person.parts)
        family = person.family.latin[0] if person.family is not None else None
        whole = f"{given} {family or ''}".strip()
        if whole not in known:
            known.add(whole)
            yield {"given_names": given, "family_name": family, "birth_year": person.year}


def fill(built: World, cases: int, entries: int) -> tuple[dict[str, Any], Known]:
    """Report people until the house holds ``cases``; the world as the peer reads it, and what is known of it.

    entries: how many history entries the cases of ``built`` have.
    """
    grown = built.over_http + built.by_driver
    told = dict.fromkeys(grown, IDENTITY)
    for identity in invented(cases - len(grown)):
        told[open_case(built.house, built.worker, identity=identity)] = identity
    with reading(built.house.db) as session:
        query = select(CASE.c.id, CASE.c.reference, CASE.c.opened_at)
        rows = {row.id: row for row in session.execute(query)}
    world = {
        "office": built.worker.office, "worker": "worker", "manager": "manager", "entries": entries,
        "cases": [
            {
                "reference": rows[case_id].reference, "opened_at": rows[case_id].opened_at.isoformat(),
                "given_names": who["given_names"], "family_name": who["family_name"] or "",
                "birth_year": who["birth_year"], "grown": case_id in grown,
            }
            for case_id, who in told.items()
        ],
    }  # fmt: skip
    people = [
        (f"{each['given_names']} {each['family_name']}".strip(), each["reference"])
        for each in world["cases"]
        if not each["grown"]
    ]
    return world, Known(entries, len(told), people)


def manager_of(built: World) -> Worker:
    """Somebody who runs the shelter: the cases of the whole office are within reach."""
    return add_user(built.house, built.worker.office, "shelter_manager")


def at_waymark(built: World, manager: Worker, clients: list[httpx2.Client], known: Known) -> list[Waymark]:
    """A pair of hands at Waymark for each client, with its share of the long cases and of the names."""
    bodies = {"placement": form(built.house, "placement")}
    grown = built.over_http + built.by_driver
    with reading(built.house.db) as session:
        versions = {row.id: row.version for row in session.execute(select(CASE.c.id, CASE.c.version))}
    found = []
    for number, client in enumerate(clients):
        mine = grown[number :: len(clients)]
        # Tokens of their own for each measurement: one lives a quarter of an hour.
        seen = {each: versions[each] for each in mine}
        caller = Caller(client, token_for(built.house, built.worker), mine, bodies, seen)
        share = Known(known.entries, known.cases, known.people[number :: len(clients)])
        found.append(Waymark(caller, token_for(built.house, manager), _cookie(built, manager), share))
    return found


def at_django(
    built: World, told: dict[str, Any], clients: list[httpx2.Client], versions: dict[int, int], known: Known
) -> list[Django]:
    """The same at the peer; ``told``: what its `fill` gave back. ``versions`` is kept up to date by all of them."""
    ids = [each["id"] for each in told["cases"]]
    filled = form(built.house, "placement")
    asked = {name: filled[name] for name in ("place_kind", "place", "matched_to_needs")}
    return [
        Django(
            client, told["tokens"]["worker"], told["tokens"]["manager"], ids[number :: len(clients)], versions, asked,
            Known(known.entries, known.cases, known.people[number :: len(clients)]),
        )
        for number, client in enumerate(clients)
    ]  # fmt: skip


def _cookie(built: World, worker: Worker) -> str:
    """The cookie of a new page session."""
    value, now = new_value(), built.house.clock.now()
    row = {
        "id": new_id(), "user_id": worker.id, "token_version": 1, "kind": "page", "digest": digest(value),
        "started_at": now, "seen_at": now, "expires_at": now + timedelta(hours=10),
    }  # fmt: skip
    with writing(built.house.db) as session:
        session.execute(insert(LoginSession), row)
    return value
