"""Three days without a line, in the suite: a hundred messages wait and arrive, each once and in its order."""

from __future__ import annotations

import pytest

from tests.conftest import ENGINE_KINDS, Grounds
from tests.gates.long_cut import LONG, SHORT, report, run


@pytest.mark.parametrize("engine", ENGINE_KINDS)
def test_a_cut_of_72_hours_loses_nothing(grounds: Grounds, engine: str) -> None:
    assert SHORT * 10 == LONG
    with grounds(engine) as near, grounds(engine) as far:
        found = run((near, far), SHORT)
    assert report(found, engine)
    # The whole queue was there when the line came back, and was knocked at for three days.
    assert found.waited == SHORT and found.tries > 10
