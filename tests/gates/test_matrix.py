"""G8 in the suite: a sample of the matrix, the same in every run, and three broken programs that it must notice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi import Request
from sqlalchemy import select

from app.access import may, walls
from app.access.desk import Desk
from app.access.door import Door
from app.access.routes import needs_by_endpoint
from app.accounts.api import list_accounts
from app.cases import service
from app.models.case import Case
from app.models.person import Person
from tests.gates import filling
from tests.gates.matrix import Matrix, report
from tests.gates.scene import Scene

PAGE = "GET /cases/{case_id}"


def test_nobody_sees_what_they_may_not(scene: Scene) -> None:
    assert report(Matrix(scene).run(), scene.house.db.dialect)


def mutant(scene: Scene, *routes: str) -> list[str]:
    """The leaks of a broken program on a few routes, a quarter of the askers asked."""
    return Matrix(scene, share=4, only=frozenset(routes)).run().leaks


def test_a_door_without_its_permission_is_noticed(scene: Scene) -> None:
    api = scene.app.state.api
    needed = needs_by_endpoint(api.routes)[list_accounts]

    async def anybody(request: Request) -> Door:
        door: Door = await needed(request)
        door._permission = "account:self"
        return door

    api.dependency_overrides[needed] = anybody
    try:
        leaks = mutant(scene, "GET /users")
    finally:
        del api.dependency_overrides[needed]
    assert leaks
    print(f"GATE g08 mutant=door_without_permission leaks={len(leaks)} expected=some n=1")


def test_a_check_that_ignores_the_scope_is_noticed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def anything(desk: Desk, permission: str, case_id: str) -> Any:
        return desk.session.execute(select(Case.__table__).where(Case.id == case_id)).one()

    monkeypatch.setattr(service, "visible_case", anything)
    leaks = mutant(scene, PAGE)
    assert leaks
    print(f"GATE g08 mutant=scope_ignored leaks={len(leaks)} expected=some n=1")


@contextmanager
def fresh_statements() -> Iterator[None]:
    """The single check builds its statement once; a mutant must not meet the sound one, nor leave its own behind."""
    may._statement.cache_clear()
    try:
        yield
    finally:
        may._statement.cache_clear()


def test_a_seal_that_is_not_looked_at_is_noticed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def only_blocks(asker: walls.Asker) -> Any:
        blocked = select(Person.id).where(Person.key_id.in_(walls.blocked_keys(asker)))
        return Case.person_id.not_in(blocked)

    with fresh_statements(), monkeypatch.context() as patched:
        patched.setattr(walls, "case_is_open_to", only_blocks)
        leaks = mutant(scene, PAGE)
    if scene.house.db.dialect == "postgresql":
        # The second wall: row security keeps what the forgetful predicate lets through.
        assert leaks == []
    else:
        assert leaks and all("about sealed" in each for each in leaks)
    expected = "none, the second wall holds" if scene.house.db.dialect == "postgresql" else "some"
    print(f"GATE g08 mutant=seal_ignored leaks={len(leaks)} expected={expected!r} n=1")


def test_a_route_that_asks_for_something_unknown_stops_the_gate(scene: Scene) -> None:
    declared = scene.app.state.routes[0]
    strange = type(declared)("/api/v1/ships/{ship_id}", frozenset({"GET"}), "case:read", None, False, False)
    with pytest.raises(filling.Unfilled, match="ship_id"):
        filling.routes_of([*scene.app.state.routes, strange])
