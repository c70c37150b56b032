"""G8 for pages: the sample of the suite on both engines, and that the gate bites when a door forgets the wall."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.access import may
from tests.gates.desk import Desk, report
from tests.gates.scene import open_scene

CASE_PAGE = "GET ~/cases/{reference}"


def test_no_page_tells_of_what_one_may_not_see(database_url: str, engine_kind: str, tmp_path: Path) -> None:
    with open_scene(database_url, tmp_path) as scene:
        assert report(Desk(scene).run(), engine_kind)


@pytest.mark.parametrize("engine_kind", ["sqlite"], indirect=True)
def test_the_gate_bites_its_mutant(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that says "not yours" where it ought to say "not there" tells that there is something."""
    seen = may.visible_case

    def telling(desk: may.Desk, permission: str, case_id: str) -> object:
        try:
            return seen(desk, permission, case_id)
        except may.NotFound:
            raise may.forbidden(desk.policies, desk.actor, permission) from None

    monkeypatch.setattr(may, "visible_case", telling)
    monkeypatch.setattr(may, "Forbidden", type("Never", (Exception,), {}))
    with open_scene(database_url, tmp_path) as scene:
        bitten = Desk(scene, share=7, only=frozenset({CASE_PAGE})).run()
    print(f"GATE g08 mutant page_leaks={len(bitten.leaks)} n={sum(bitten.seen.values())}")
    assert bitten.leaks
