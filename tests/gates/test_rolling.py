"""The drill of restarts in the suite: one of each kind under load, and a stop that cuts connections is noticed."""

from __future__ import annotations

import pytest

from tests.conftest import Grounds
from tests.gates.rolling import Plan, report, run


def test_nobody_notices_a_restart(grounds: Grounds) -> None:
    plan = Plan(restarts=2)
    with grounds("postgresql") as place:
        found = run(place, plan)
    assert report(found, plan)
    assert found.confirmed > 0 and found.counted["repeated"] > 0


@pytest.mark.parametrize("mutant", ["cutting"])
def test_a_stop_that_cuts_connections_is_noticed(grounds: Grounds, mutant: str) -> None:
    plan = Plan(restarts=1, processes=1, mutant=mutant)
    with grounds("postgresql") as place:
        found = run(place, plan)
    assert found.counted["failed"] > 0 and not report(found, plan)
    print(f"GATE rolling mutant={mutant} failed_requests={found.counted['failed']} expected=some")
