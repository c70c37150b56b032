"""The twelve stories of docs/stories.md are told by tests that go through both doors."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path

from tests.journeys.conftest import WAYS
from tests.journeys.doors import DOORS

TABLE = Path("docs/stories.md")


def test_each_story_has_its_test_at_both_doors() -> None:
    rows = re.findall(r"\| `(test_\w+)\.py::(test_\w+)` \|", TABLE.read_text("utf-8"))
    assert len(rows) == len(set(rows)) == 12
    assert {door for door, _ in WAYS} == set(DOORS) == {"json", "pages"}
    for module, name in rows:
        told = getattr(importlib.import_module(f"tests.journeys.{module}"), name)
        assert "door" in inspect.signature(told).parameters, name
