"""Forms of meetings with other countries: for each route one that would change something."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from app.worker import Worker as Machine
from tests.factories import referrals
from tests.factories.towns import Town
from tests.gates.town_forms import Ready, filled

LIST = "/corridor-meetings"
FOCAL = "national_focal_point"


def _post(town: Town) -> None:
    machine = Machine(town.house)
    while machine.one():
        pass


def _day(town: Town, name: str, days: int = 0) -> dict[str, str]:
    day = town.clock.now() + timedelta(days=days)
    return {f"{name}_{part}": str(getattr(day, part)) for part in ("day", "month", "year")}


def _proposed(town: Town, days: int, kind: str) -> str:
    """The id of a meeting that Thailand has proposed to Myanmar; each form has a kind of its own in one town."""
    day = (town.clock.now() + timedelta(days=days)).date().isoformat()
    body = {"to_country": "MM", "kind": kind, "day": day, "way": "line", "host": "TH"}
    answer = town.post(town.th[FOCAL], LIST, body)
    assert answer.status_code == 201, answer.text
    _post(town)
    return str(answer.json()["id"])


def _act(town: Town, who: Any, meeting_id: str, name: str, **body: Any) -> None:
    answer = town.post(who, f"{LIST}/{meeting_id}/acts/{name}", body)
    assert answer.status_code == 200, answer.text
    _post(town)


def closed(town: Town) -> tuple[str, str]:
    """A meeting of today whose agenda is closed, with one referral: its address and the reference."""
    pair = referrals.bring_referral(town.house, town.th, town.mm, "sent")
    reference = str(referrals.row_of(town.house, pair.sent_from).reference)
    here = _proposed(town, 0, "case_management")
    theirs = town.get(town.mm[FOCAL], LIST).json()["items"]
    [there] = [each["id"] for each in theirs if (each["state"], each["kind"]) == ("proposed", "case_management")]
    _act(town, town.mm[FOCAL], there, "accept_day")
    _act(town, town.th[FOCAL], here, "send_items", referrals=[reference])
    _act(town, town.th[FOCAL], here, "close_agenda")
    return f"{LIST}/{here}", reference


def propose(town: Town) -> Ready:
    """Propose a meeting."""
    typed = {"to_country": "MM", "kind": "police", "way": "line", "host": "TH", **_day(town, "day", 9)}
    return filled(town, town.th[FOCAL], f"{LIST}/new", f"{LIST}/new", **typed)


def call_off(town: Town) -> Ready:
    """Call a meeting off."""
    path = f"{LIST}/{_proposed(town, 9, 'agreement_review')}"
    return filled(town, town.th[FOCAL], path, f"{path}/act", name="call_off", reason="no_time")


def write(town: Town) -> Ready:
    """Propose minutes with one decision."""
    path, reference = closed(town)
    typed = {"referral": reference, "what_0": "trace", "by_0": "MM", "part_0": "case_manager"}
    days = {**_day(town, "held_on"), **_day(town, "until_0", 9)}
    return filled(town, town.th[FOCAL], f"{path}/minutes", f"{path}/minutes", **typed, **days)


MEETING_FORMS: dict[str, Callable[[Town], Ready]] = {
    f"{LIST}/new": propose,
    f"{LIST}/{{corridor_meeting_id}}/act": call_off,
    f"{LIST}/{{corridor_meeting_id}}/minutes": write,
}
