"""A house with the staff of Thailand and Myanmar over a fresh database, on each engine."""

from __future__ import annotations

import pytest

from app.access.desk import House
from app.kit.clock import SettableClock
from app.kit.crypto import KeyRing
from app.kit.db import Database
from app.kit.signing import SigningKeys
from tests.app.exchange.wire import Post
from tests.factories.houses import make_house, put_offices
from tests.factories.staff import hire_staff


@pytest.fixture
def house(database: Database, clock: SettableClock, keys: KeyRing, signing: SigningKeys) -> House:
    """What a running program holds."""
    return make_house(database, clock, keys, signing)


@pytest.fixture
def post(house: House, clock: SettableClock) -> Post:
    """Two staffed countries and what lies between them."""
    put_offices(house)
    return Post(house, clock, hire_staff(house, "TH"), hire_staff(house, "MM"))
