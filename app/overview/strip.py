"""The strip of a referral: how far it has come, when, by whom, and who holds the person now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from app.access.desk import Desk
from app.kit.words import mark
from app.overview import case_queries
from app.overview.case_frame import Opened

__all__ = ["Mark", "Strip", "strip_of"]

DONE: Final = "done"
NOW: Final = "now"
AHEAD: Final = "ahead"
_ENDED: Final = frozenset({"declined", "withdrawn", "cancelled", "no_safe_return", "completed"})


@dataclass(frozen=True, slots=True)
class Mark:
    """One station: its word (marked), how it stands (done, now, ahead), when and by whom it was passed."""

    word: str
    look: str
    at: datetime | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Strip:
    """The strip of the newest referral of a case.

    due_at: until when an answer is due; other, responsible: countries.
    """

    reference: str
    path: str
    state: str
    other: str
    stations: tuple[Mark, ...]
    due_at: datetime | None
    responsible: str


def strip_of(desk: Desk, opened: Opened) -> Strip | None:
    """The strip of the newest referral of an opened case; None if there is none, or it is not the actor's to see."""
    row = case_queries.newest_referral(desk, opened.id)
    if row is None:
        return None
    passed = {each.step: each for each in case_queries.marks_of(desk, row.id)}
    names = case_queries.names_of(desk, (each.actor_id for each in passed.values()))
    sender, receiver = (row.country, row.other_country) if row.side == "sender" else (row.other_country, row.country)
    answered = next((name for name in ("acknowledge", "decline", "return_for_info") if name in passed), None)
    seen = case_queries.seen_at(desk, row.shared_id)
    facts = (
        (mark("Sent"), _moment(passed, "send", "offer_received"), _by(passed, names, "send")),
        (mark("Seen"), seen or _moment(passed, "acknowledge"), ""),
        (mark("Answered"), _moment(passed, answered), _by(passed, names, answered)),
        (mark("Handed over"), _moment(passed, "sign_handover"), _by(passed, names, "sign_handover")),
        (mark("Arrived"), _moment(passed, "sign_receipt"), _by(passed, names, "sign_receipt")),
    )
    ended = row.state in _ENDED
    stations = []
    waiting = False
    for word, at, by in facts:
        ahead = AHEAD if waiting or ended else NOW
        waiting = waiting or at is None
        stations.append(Mark(word, DONE if at is not None else ahead, at, by))
    due = [
        task.due_at
        for task in case_queries.tasks_of_case(desk, opened.id)
        if task.referral_id == row.id and task.state == "open"
    ]
    return Strip(
        reference=row.reference,
        path=f"/referrals/{row.reference}",
        state=row.state,
        other=row.other_country,
        stations=tuple(stations),
        due_at=min(due, default=None),
        responsible=receiver if row.custody == "receiver" else sender,
    )


def _moment(passed: dict[str, Any], *names: str | None) -> datetime | None:
    found = next((passed[name] for name in names if name in passed), None)
    moment: datetime | None = None if found is None else found.happened_at
    return moment


def _by(passed: dict[str, Any], names: dict[str, str], name: str | None) -> str:
    entry = passed.get(name or "")
    return "" if entry is None else names.get(entry.actor_id, "")
