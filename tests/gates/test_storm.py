"""G28 in the suite: a shorter storm on each engine, and a route that breaks, which it must notice."""

from __future__ import annotations

import time
from typing import Any

import pytest

from app.accounts import queries
from tests.gates.scene import Scene
from tests.gates.storm import Storm, report, strict


def test_no_odd_request_breaks_a_promise_of_the_document(scene: Scene) -> None:
    began = time.monotonic()
    storm = Storm(scene).run()
    assert report(storm, scene.house.db.dialect, time.monotonic() - began)


def test_a_route_that_breaks_is_noticed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("nobody today")

    monkeypatch.setattr(queries, "me", broken)
    storm = Storm(scene, only="/me").run()
    assert storm.found["errors"]
    errors, asked = len(storm.found["errors"]), sum(storm.asked.values())
    print(f"GATE g28 mutant=route_breaks errors={errors} expected=some n={asked}")


def test_a_default_answer_documents_nothing(scene: Scene) -> None:
    document = scene.app.state.api.openapi()
    assert "default" in document["paths"]["/cases"]["get"]["responses"]
    assert "default" not in strict(document)["paths"]["/cases"]["get"]["responses"]
