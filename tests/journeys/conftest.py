"""Gives every story its scene, on each engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.kit.clock import SettableClock
from app.settings import Settings
from tests.journeys.scene import Scene, open_scene


@pytest.fixture
def scene(settings: Settings, clock: SettableClock) -> Iterator[Scene]:
    """The real program, its cast signed in and nothing done yet."""
    with open_scene(settings, clock) as opened:
        yield opened
