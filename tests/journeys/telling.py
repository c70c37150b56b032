"""Telling: a timeline, asked for through the door, as short lines a story can be compared with."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.journeys.hands import Hand, Paper
from tests.journeys.scene import Scene


def entries(hand: Hand, paper: Paper) -> list[dict[str, Any]]:
    """Every entry of a timeline, page by page, oldest first."""
    found: list[dict[str, Any]] = []
    path = f"{paper.path}/timeline?limit=100"
    cursor = ""
    while True:
        page = hand.get(path + (f"&cursor={cursor}" if cursor else ""))
        found += page["items"]
        cursor = page.get("next") or ""
        if not cursor:
            return found


def told(scene: Scene, hand: Hand, paper: Paper) -> list[str]:
    """The timeline as lines: who, what kind of entry, which step or record, and what blocked it.

    For example "th.social attempt presume: screening_is_recorded". Every entry says who did it, for which
    office and when, and a blocked attempt names its sources.
    """
    return [_line(scene, entry) for entry in entries(hand, paper)]


def in_order(lines: list[str], *expected: str) -> None:
    """The expected lines appear in this order; others may stand between them."""
    rest = iter(lines)
    for wanted in expected:
        assert wanted in rest, f"{wanted!r} does not follow in:\n" + "\n".join(lines)


def _line(scene: Scene, entry: dict[str, Any]) -> str:
    actor = entry["actor"]
    assert entry["hash"] and datetime.fromisoformat(entry["recorded_at"]).tzinfo is not None
    assert datetime.fromisoformat(entry["happened_at"]) <= datetime.fromisoformat(entry["recorded_at"])
    line = f"{_who(scene, actor)} {entry['kind']} {entry['step']}"
    if entry["kind"] == "attempt":
        reasons = entry["details"]["refusals"]
        # What a role may not do at all has the permission as its reason, every guard has its sources.
        assert reasons and all(reason["sources"] or reason["code"] == "permission_missing" for reason in reasons)
        line += ": " + " ".join(reason["code"] for reason in reasons)
    if entry["kind"] == "message":
        line += f": {entry['details']['result']}"
    return line


def _who(scene: Scene, actor: dict[str, Any]) -> str:
    for name, hand in scene.cast.items():
        if hand.id == actor["id"]:
            assert actor["office"] == hand.office and actor["country"] == hand.country
            return name
    if actor["id"].startswith("partner:"):
        return f"partner {actor['country']}"
    assert actor["system"], actor
    return "system"
