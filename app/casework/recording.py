"""Adds a record outside a step: same lock, same version check, same history, same facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import update

from app.access.desk import Desk
from app.casework import (
    adulthood,
    carry,
    conflict_check,
    embassies,
    fund_requests,
    meeting,
    move,
    own_data,
    own_tasks,
    records,
    refold,
    services,
    trainings,
    transfers,
    visiting_people,
    visits,
    withdrawing,
)
from app.casework.forms import Entry
from app.casework.held import CASE, Held, at_matter, hold_case
from app.casework.history import Event
from app.casework.kinds.minutes import Minutes
from app.casework.kinds.monitoring_visit import MonitoringVisit
from app.casework.kinds.own_task import OwnTask
from app.casework.kinds.visit_wish import VisitWish
from app.casework.move import fold_record, must_be_current
from app.casework.opening import join_team, leave_team
from app.kit.errors import Invalid
from workflows.dated import moved
from workflows.engine import override_refusal
from workflows.facts import CaseFacts
from workflows.recording import follows, guards_for, refusals_after_correction, refusals_for, turned


def add_record(
    desk: Desk,
    case_id: str,
    kind: str,
    body: dict[str, Any],
    seen: int | None,
    *,
    note: str | None = None,
    happened_at: datetime | None = None,
    corrects: str | None = None,
) -> tuple[str, Held]:
    """Add one record to a case; its id and the case as it is afterwards.

    A correction names the record it corrects, which stays; the facts are those of a history in which the corrected
    form was right from the beginning. Raises as `perform` does.
    """
    held = hold_case(desk, case_id)
    must_be_current(desk, held, seen)
    happened = move.moment(desk, happened_at)
    day = desk.policies.day(desk.actor.country, happened)
    filled = records.check(desk.policies, kind, body, today=desk.today, about=day if corrects is None else None)
    entry = Entry(desk.actor.id, desk.actor.office, desk.actor.country, day)
    correction = None
    if corrects is not None:
        correction = refold.Correction(corrects, filled.form, entry, happened != desk.now)
    given = _told(desk, held, filled, entry, correction)
    situation = held.situation(desk, given, day)
    refusals = refusals_for(kind, situation, desk.policies, corrects is not None)
    if kind == "override":
        hard = override_refusal(filled.body["guard"], desk.policies)
        refusals += (hard,) if hard else ()
    if refusals:
        raise move.refusal(desk, held, kind, filled.kind.title, refusals)
    if corrects is not None:
        _must_correct(desk, held, corrects, kind)
    if isinstance(filled.form, OwnTask):
        own_tasks.must_fit(desk, held, filled.form)
    before = held.facts
    if correction is None:
        fold_record(held, filled, entry)
    else:
        _fold_again(desk, held, correction, filled)
    signed = trainings.kept(guards_for(kind), situation, desk.policies)
    record_id, _ = move.keep_on_case(desk, held, filled, happened, desk.actor.id, note, corrects, signed)
    assert isinstance(before, CaseFacts) and isinstance(held.facts, CaseFacts)
    carry.follow_record(desk, held, follows(kind, before, held.facts, on=desk.today, corrected=corrects is not None))
    _turned(desk, held, before)
    if isinstance(filled.form, OwnTask):
        own_tasks.put(desk, held, filled.form, record_id, corrects)
    if isinstance(filled.form, Minutes):
        meeting.decided(desk, held, filled.form, record_id, corrects)
    if isinstance(filled.form, MonitoringVisit) and (corrects is None or visits.is_the_last(desk, held, corrects)):
        visits.follow(desk, held, filled.form)
    return record_id, _stop_asking(desk, _after(desk, held, kind, filled.body), before)


def _after(desk: Desk, held: Held, kind: str, body: dict[str, Any]) -> Held:
    """What others have to hear of a record at once, and what ends with it; the case as it is then."""
    ended = own_data.ended_use(held, body) if kind == "data_answer" else []
    if ended:
        # An objection that is upheld ends a use as a consent that is taken back does.
        kind, body = "consent_withdrawal", {"purposes": ended}
    withdrawing.after_record(desk, held, kind, body)
    if kind == "consent_withdrawal" and "assistance" in body["purposes"]:
        transfers.end_sight(desk, held, frozenset(body.get("recipients") or ()))
    held = withdrawing.end_shares(desk, held) if kind in withdrawing.CONSENTS else held
    return embassies.drop(desk, held)


def _told(
    desk: Desk, held: Held, filled: records.Filled, entry: Entry, correction: refold.Correction | None
) -> dict[str, Any]:
    """What the guards of a record are told: its form, and what the house finds out itself."""
    if isinstance(filled.form, Minutes):
        return meeting.given(desk, held, filled.form)
    if isinstance(filled.form, VisitWish):
        visiting_people.must_be_asked_for(desk, held.id, filled.form, over=correction is not None)
    found_out = adulthood.of_record(desk, held, filled.form, entry, correction)
    found_out = found_out | own_data.of_record(desk, held, filled.form)
    return filled.body | found_out | conflict_check.of_record(desk, held, filled.kind.name, filled.form)


def assign(desk: Desk, case_id: str, user_id: str, seen: int | None, why: str = "") -> Held:
    """Name the case manager; they join the team. The caller has checked that the user is of this country.

    why: a code of handing_reason, where the case is one of several that change hands.
    """
    held = hold_case(desk, case_id)
    must_be_current(desk, held, seen)
    assert isinstance(held.facts, CaseFacts)
    held.facts = replace(held.facts, case_manager=user_id)
    join_team(desk, case_id, user_id, "case_manager")
    desk.session.execute(update(CASE).where(CASE.c.id == case_id).values(case_manager_id=user_id))
    details = {"user": user_id, "why": why} if why else {"user": user_id}
    move.write(desk, held, Event("assigned", "case_manager", held.version + 1, details, desk.now))
    return held


def join(
    desk: Desk, case_id: str, user_id: str, part: str, seen: int | None, until: datetime | None = None
) -> Held:
    """Put a colleague on the team of a case, in the part of one of their roles (the caller has checked that)."""
    held = hold_case(desk, case_id)
    must_be_current(desk, held, seen)
    join_team(desk, case_id, user_id, part, until)
    details = {"user": user_id} if until is None else {"user": user_id, "until": until.isoformat()}
    move.write(desk, held, Event("team", part, held.version + 1, details, desk.now))
    return held


def leave(desk: Desk, case_id: str, user_id: str, seen: int | None) -> Held | None:
    """Take somebody off the team of a case; None if they are not on it."""
    held = hold_case(desk, case_id)
    must_be_current(desk, held, seen)
    if not leave_team(desk, case_id, user_id):
        return None
    move.write(desk, held, Event("team", "leave", held.version + 1, {"user": user_id}, desk.now))
    return held


def _fold_again(desk: Desk, held: Held, correction: refold.Correction, filled: records.Filled) -> None:
    """The facts as if the corrected form had been right from the beginning; StepRefused where they cannot be so."""
    before = held.facts
    assert isinstance(before, CaseFacts)
    held.facts = refold.case_facts(desk, held, correction)
    refusals = refusals_after_correction(
        filled.kind.name, before, held.situation(desk, filled.body), desk.policies
    )
    if refusals:
        raise move.refusal(desk, held, filled.kind.name, filled.kind.title, refusals)


def _turned(desk: Desk, held: Held, before: CaseFacts) -> None:
    """Tasks of the matters that a correction has opened again, ended, or given another day."""
    assert isinstance(held.facts, CaseFacts)
    for was in before.matters:
        now = held.facts.matter(was.id)
        if now is None:
            continue
        follow = turned(now) if now.is_open != was.is_open else moved(was, now)
        carry.follow_record(desk, at_matter(held, now.id), follow)


def _stop_asking(desk: Desk, held: Held, before: CaseFacts) -> Held:
    """What was asked of others, and nobody has answered, is taken back where its consent is gone."""
    over = [("service", "stop_service", each) for each in services.without_consent(desk, held, before)]
    over += [("fund_claim", "withdraw_claim", each) for each in fund_requests.without_consent(desk, held, before)]
    for machine, step, matter_id in over:
        given = {"reason": "consent_withdrawn"}
        command = move.Command(machine, step, held.id, held.version, given=given, matter_id=matter_id)
        held = move.perform(desk, command).held
    return held


def _must_correct(desk: Desk, held: Held, record_id: str, kind: str) -> None:
    row = records.row_by_id(desk.session, record_id)
    if row is None or row.subject_id != held.id or row.kind != kind:
        raise Invalid(
            "The record to correct is not a record of this kind in this case.",
            extra={"errors": [{"field": "corrects", "rule": "the id of a record of the same kind in this case"}]},
        )
