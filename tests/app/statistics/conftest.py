"""A town with the staff of two countries, on each engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.kit.clock import SettableClock
from app.settings import Settings
from tests.factories.towns import Town, open_town


@pytest.fixture
def town(settings: Settings, clock: SettableClock) -> Iterator[Town]:
    """The running program over a fresh migrated database."""
    with open_town(settings, clock) as opened:
        yield opened
