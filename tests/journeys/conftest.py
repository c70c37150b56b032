"""Gives every story its scene, on each engine, and those that are walked twice their door."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.kit.clock import SettableClock
from app.settings import Settings
from tests.conftest import START, Grounds
from tests.journeys import proof
from tests.journeys.apart import Apart, apart_on
from tests.journeys.doors import DOORS, Door
from tests.journeys.scene import Scene, open_scene

# Which door on which engine.
WAYS = (("json", "sqlite"), ("pages", "sqlite"), ("json", "postgresql"))


@pytest.fixture
def scene(settings: Settings, clock: SettableClock) -> Iterator[Scene]:
    """The real program, its cast signed in and nothing done yet."""
    with open_scene(settings, clock) as opened:
        yield opened


@pytest.fixture(params=("sqlite", "postgresql"))
def apart(request: pytest.FixtureRequest, grounds: Grounds) -> Iterator[Apart]:
    """Thailand and Myanmar, each with its own program, database and keys."""
    with apart_on(grounds, request.param) as opened:
        yield opened


@pytest.fixture(scope="module", params=WAYS, ids="-".join)
def door(request: pytest.FixtureRequest, grounds: Grounds) -> Iterator[Door]:
    """The program, seen through one of its doors; at the end every chain and every fact is proved."""
    name, engine = request.param
    with grounds(engine) as (url, folder):
        settings = Settings(environment="demo", var=folder / "var", database_url=url)
        with open_scene(settings, SettableClock(START)) as scene:
            yield DOORS[name](scene)
            proof.chains_hold(scene.house)
            proof.facts_follow_from_history(scene.house)
