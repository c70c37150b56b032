"""The verbs of the oversight room: audit one case, list refused attempts, prove every chain within reach."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import Row

from app.access.desk import Desk
from app.access.log import looked
from app.access.may import visible_case
from app.access.scope import cases_in_scope, referrals_in_scope
from app.casework import fieldgroups, timeline
from app.casework.history import check_chain
from app.casework.shapes import TimelineEntryOut
from app.casework.timeline import Subject
from app.kit.paging import Ask
from app.oversight import queries
from app.oversight.schemas import AttemptOut, AttemptsOut, AuditOut, ChosenOut, LooksOut, VerificationOut
from app.oversight.verify import Summary, verify_some
from policies.model import FieldGroup

AUDIT: Final = "audit:read"
ATTEMPTS: Final = "attempt:read"
SHOWN: Final = 100


@dataclass(slots=True)
class _Chosen:
    """The newest entries of one sort, and how many there were."""

    count: int = 0
    newest: deque[TimelineEntryOut] = field(default_factory=lambda: deque(maxlen=SHOWN))

    def add(self, entry: TimelineEntryOut) -> None:
        self.count += 1
        self.newest.append(entry)

    def out(self) -> ChosenOut:
        ordered = sorted(self.newest, key=lambda each: (each.recorded_at, each.subject, each.subject_id, each.seq))
        return ChosenOut(count=self.count, items=ordered)


@dataclass(slots=True)
class _Sorted:
    """What one pass over the chains picks out while they are proved."""

    desk: Desk
    attempts: _Chosen = field(default_factory=_Chosen)
    late: _Chosen = field(default_factory=_Chosen)
    missed: _Chosen = field(default_factory=_Chosen)
    corrections: _Chosen = field(default_factory=_Chosen)

    def shown(self, row: Row[Any]) -> TimelineEntryOut:
        """The entry as the auditor may see it."""
        return fieldgroups.entry(self.desk, timeline.entry_out(row))

    def passing(self, rows: Iterator[Row[Any]]) -> Iterator[Row[Any]]:
        """The same rows, each looked at on its way."""
        for row in rows:
            if row.kind == "attempt":
                self.attempts.add(self.shown(row))
            elif row.kind == "deadline":
                self.missed.add(self.shown(row))
            elif timeline.is_late(row.kind, row.happened_at, row.recorded_at):
                self.late.add(self.shown(row))
            if row.kind == "record" and (entry := self.shown(row)).details.get("corrects"):
                self.corrections.add(entry)
            elif row.kind == "identity":
                self.corrections.add(self.shown(row))
            yield row


def audit(desk: Desk, case_id: str, ask: Ask) -> AuditOut:
    """Everything about one case that a supervisor asks for; the whole history is proved on the way."""
    case = visible_case(desk, AUDIT, case_id)
    looked(desk, "audit_read", "case", case_id)
    subjects = timeline.subjects_of_case(desk, case_id)
    found = _Sorted(desk)
    summary = _prove(desk, subjects, found)
    notes = fieldgroups.sees(desk, FieldGroup.NARRATIVE)
    items, following = timeline.line(desk, subjects, ask, attempts=True, notes=notes)
    return AuditOut(
        case_id=case_id,
        reference=case.reference,
        chain=_verification(summary),
        looks=_looks(desk, subjects),
        attempts=found.attempts.out(),
        late_entries=found.late.out(),
        missed_deadlines=found.missed.out(),
        corrections=found.corrections.out(),
        timeline=items,
        next=following,
    )


def attempts(desk: Desk, ask: Ask) -> AttemptsOut:
    """One page of what was tried and refused within reach, newest first; the look is noted."""
    rows, following = queries.attempts(desk, ATTEMPTS, ask)
    looked(desk, "attempts_listed", "attempt", "-", {"count": len(rows)})
    references = queries.references(desk, sorted({row.subject_id for row in rows}))
    return AttemptsOut(items=[_attempt(row, references[row.subject_id]) for row in rows], next=following)


def verification_begins(desk: Desk) -> None:
    """Note that somebody has the chains proved; in a transaction of its own, for proving many takes a while."""
    looked(desk, "chains_verified", "chain", "-")


def verified(desk: Desk) -> VerificationOut:
    """Prove every chain within reach of `audit:read`."""
    return _verification(verify_some(desk.session, cases_in_scope(desk, AUDIT), referrals_in_scope(desk, AUDIT)))


def _prove(desk: Desk, subjects: list[Subject], found: _Sorted) -> Summary:
    entries = sound = 0
    fault = None
    for subject in subjects:
        rows = found.passing(timeline.entries_of(desk, subject))
        good, wrong = check_chain(rows, subject.id, subject.count, subject.head)
        for _ in rows:  # a fault ends the proof, not the sorting
            pass
        entries += subject.count
        sound += good
        fault = fault or (f"{subject.kind} {wrong}" if wrong else None)
    return Summary(len(subjects), entries, sound, fault)


def _verification(summary: Summary) -> VerificationOut:
    return VerificationOut(
        chains=summary.chains,
        entries=summary.entries,
        verified=summary.verified,
        fault=summary.fault,
        sentence=summary.sentence,
    )


def _looks(desk: Desk, subjects: list[Subject]) -> list[LooksOut]:
    rows = queries.looks(desk, subjects)
    known = queries.people(desk, sorted({row.actor_id for row in rows}))
    grouped: dict[tuple[date, str], LooksOut] = {}
    for row in rows:
        # SQLite gives the day as text.
        day = date.fromisoformat(str(row.day))
        who = known.get(row.actor_id)
        entry = grouped.get((day, row.actor_id))
        if entry is None:
            entry = grouped[day, row.actor_id] = LooksOut(
                day=day,
                user_id=row.actor_id,
                name=who.display_name if who else None,
                office=who.office if who else None,
                actions={},
                first=row.first,
                last=row.last,
            )
        entry.actions[row.action] = row.times
        entry.first, entry.last = min(entry.first, row.first), max(entry.last, row.last)
    return list(grouped.values())


def _attempt(row: Row[Any], reference: str) -> AttemptOut:
    said = json.loads(row.canonical)
    return AttemptOut(
        subject=said["subject"],
        subject_id=row.subject_id,
        reference=reference,
        seq=row.seq,
        step=said["step"],
        user_id=said["actor"]["id"],
        roles=said["actor"]["roles"],
        office=said["actor"]["office"],
        refusals=[each["code"] for each in said["details"]["refusals"]],
        at=row.recorded_at,
    )
