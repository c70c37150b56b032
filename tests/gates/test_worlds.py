"""G9 in the suite: some hundred invented worlds on each engine, and two forgetful filters that they must notice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import false, select

from app.access import walls
from app.access.desk import Desk
from app.access.scope import Reach, asker_of, cases_within, reach_of
from app.casework import case_list
from app.kit.crypto import KeyRing
from app.kit.signing import SigningKeys
from app.models.walls import AccessBlock
from tests.gates.worlds import LONG, SHORT, Draft, Stage, drawn, open_stage, run

# A statement that asks for a world is planned anew by PostgreSQL and costs three times as much there.
MOST = {"sqlite": SHORT, "postgresql": SHORT // 2}


@pytest.fixture
def stage(database_url: str, keys: KeyRing, signing: SigningKeys) -> Iterator[Stage]:
    with open_stage(database_url, keys, signing) as opened:
        yield opened


@pytest.fixture(scope="module")
def drafts() -> list[Draft]:
    return drawn(SHORT)


def test_every_way_of_asking_says_the_same(stage: Stage, drafts: list[Draft]) -> None:
    assert SHORT * 2 < LONG
    assert run(stage, drafts[: MOST[stage.house.db.dialect]], stage.house.db.dialect)


def without_emergencies(desk: Desk, permission: str) -> Any:
    reach = reach_of(desk.policies, desk.actor.roles, permission)
    return cases_within(Reach(reach.scopes), asker_of(desk))


def without_blocks(desk: Desk, permission: str) -> Any:
    known = walls.blocked_keys
    walls.blocked_keys = lambda asker: select(AccessBlock.key_id).where(false())
    try:
        return cases_within(reach_of(desk.policies, desk.actor.roles, permission), asker_of(desk))
    finally:
        walls.blocked_keys = known


@pytest.mark.parametrize("forgetful", [without_emergencies, without_blocks])
def test_a_forgetful_filter_is_noticed(
    stage: Stage, drafts: list[Draft], monkeypatch: pytest.MonkeyPatch, forgetful: Callable[[Desk, str], Any]
) -> None:
    monkeypatch.setattr(case_list, "cases_in_scope", forgetful)
    if forgetful is without_blocks and stage.house.db.dialect == "postgresql":
        # The second wall stands where the first one was forgotten: nothing shows.
        held = [each for draft in drafts[:30] for each in stage.differences(draft)]
        print(f"GATE g09 mutant={forgetful.__name__} held_by=row_security differences={len(held)} n=30")
        assert held == []
        return
    for number, draft in enumerate(drafts[:60], 1):
        if found := stage.differences(draft):
            assert any("list of cases" in each for each in found)
            print(f"GATE g09 mutant={forgetful.__name__} differences={len(found)} expected=some n={number}")
            return
    pytest.fail("nobody noticed")
