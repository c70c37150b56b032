"""perform(): the only way a state changes. One transaction, one winner, one history row, every reason at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from app.access.desk import Desk
from app.casework import (
    beds,
    carry,
    companions,
    conflict_check,
    fund_book,
    fund_requests,
    history,
    inquiries,
    projection,
    records,
    services,
    trainings,
    transfers,
    visiting_people,
    visits,
)
from app.casework import held as holding
from app.casework.counted import copy_columns
from app.casework.facts import stored
from app.casework.forms import Entry
from app.casework.held import Held, hold_case, hold_referral
from app.casework.history import Event
from app.casework.kinds.monitoring_visit import MonitoringVisit
from app.casework.records import Filled
from app.casework.remarks import StepRefused, keep_attempt, refusal, refusal_out, remark
from app.kit.clock import as_utc
from app.kit.errors import Invalid, NotFound, PreconditionMissing, StaleVersion
from app.models.base import new_id
from workflows import claims, engine
from workflows.facts import Actor, CaseFacts, MatterFacts, ReferralFacts
from workflows.matter import MATTER
from workflows.moments import against_the_day
from workflows.recording import follows_step
from workflows.step import MachineSpec, Step
from workflows.verdict import Refusal

__all__ = [
    "Command", "Outcome", "StepRefused", "border_office", "fold_record", "fold_step", "keep_attempt", "keep_on_case",
    "moment", "must_be_current", "perform", "refresh_linked", "refusal", "refusal_out", "remark", "write",
]  # fmt: skip

CLOCK_SKEW = timedelta(minutes=5)
LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Command:
    """What somebody wants: one step on one case or referral copy.

    seen: the version they looked at (None only for the system). record: the step's form as plain JSON. matter_id: the
    matter of the case that the step is about; None for a step that opens one.
    given: the step's other inputs, each a code. note: their own words, kept sealed. happened_at: when it
    really happened, if earlier than now (late entry).
    """

    machine: str
    step: str
    subject_id: str
    seen: int | None
    record: dict[str, Any] | None = None
    given: dict[str, Any] = field(default_factory=dict)
    note: str | None = None
    happened_at: datetime | None = None
    matter_id: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it; ``matter_id``: of the matter that was opened or moved."""

    held: Held
    step: str
    to: str
    version: int
    record_id: str | None
    matter_id: str | None = None


def perform(desk: Desk, command: Command) -> Outcome:
    """Take one step: snapshot, decide, compare-and-set, history, facts, tasks, outbox; all or nothing.

    The caller has checked permission and sight. Raises StaleVersion (409, with who changed what since),
    StepRefused (409, with every refusal; the attempt is kept in the timeline), Invalid (422) for a form or
    input that does not fit, NotFound when the subject is not of this country.
    """
    spec, step = engine.find_step(command.machine, command.step)
    hold = hold_referral if spec.aggregate == "referral" else hold_case
    held = hold(desk, command.subject_id)
    must_be_current(desk, held, command.seen)
    happened = moment(desk, command.happened_at)
    given = _checked_inputs(desk, step, command.given)
    entry = Entry(desk.actor.id, desk.actor.office, desk.actor.country, desk.policies.day(desk.actor.country, happened))
    filled = _checked_form(desk, step, command.record, entry.on)
    if spec.aggregate == MATTER:
        held.matter = _matter_at(held, spec, step, command.matter_id, entry)
    came_from = engine.state_of(spec, held.situation(desk))
    before = held.case_facts
    if filled is not None:
        fold_record(held, filled, entry)
    found_out = conflict_check.of_step(desk, held, step) | beds.of_step(desk, held, step)
    found_out |= companions.of_step(desk, held)
    decided_by = fund_requests.of_step(desk, held, step)
    situation = held.situation(desk, given | found_out | decided_by, entry.on, happened)
    if filled is not None:
        situation = replace(situation, abroad=replace(situation.abroad, with_form=True))
    decision = engine.decide(command.machine, command.step, situation, desk.policies)
    given |= services.found_out(desk, held, filled) | decided_by
    if isinstance(held.facts, ReferralFacts):
        given |= claims.heard_by_then(held.facts.remedy_news, held.facts.remedy_reply)
    refusals = _against_the_day(desk, held, spec, command.happened_at)
    if isinstance(decision, engine.Refused):
        refusals += decision.refusals
    if refusals or isinstance(decision, engine.Refused):
        raise refusal(desk, held, command.step, step.title, refusals)
    record_id, digest = None, None
    if filled is not None:
        record_id, digest = _store(desk, held, filled, happened, desk.actor.id)
    fold_step(held, command.machine, command.step, decision.to, given, entry)
    named = {"matter": held.matter.id} if held.matter is not None else {}
    event = Event(
        "step",
        command.step,
        held.version + 1,
        {
            "machine": command.machine,
            **named,
            "from": came_from.value if came_from is not None else None,
            "to": decision.to,
            "given": {name: str(value) for name, value in given.items()},
            "record": _noted(record_id, filled, digest) if filled else None,
            "guards": [guard.name for guard in step.guards],
            **trainings.kept(step.guards, situation, desk.policies),
            "policy": desk.policies.digest,
        },
        happened,
        command.note,
    )
    write(desk, held, event)
    carry.carry_out(
        desk, held, step, decision.effects, given=given, filled=filled, came_from=str(came_from), on=entry.on
    )
    case = held.case_held
    if case is not None and before is not None and isinstance(case.facts, CaseFacts):
        # What changed is a matter of the case, whichever matter or referral tells it.
        told = filled.kind.name if filled is not None and filled.kind.home == "case" else None
        changed = follows_step(step, told, before, case.facts, on=desk.today)
        carry.follow_record(desk, replace(case, matter=None), changed)
    if filled is not None and isinstance(filled.form, MonitoringVisit) and held.case_held is not None:
        visits.follow(desk, held.case_held, filled.form)
    return Outcome(held, command.step, decision.to, held.version, record_id, named.get("matter"))


def _matter_at(held: Held, spec: MachineSpec, step: Step, matter_id: str | None, entry: Entry) -> MatterFacts:
    """The matter a step is about; NotFound for one that is not of this case and machine.

    A step that opens one gets a new id here, never from outside.
    """
    assert isinstance(held.facts, CaseFacts)
    if matter_id is None and step.opens:
        return projection.matter_at(held.facts, spec.name, new_id(), entry)
    found = held.facts.matter(matter_id) if matter_id is not None else None
    if found is None or found.machine != spec.name:
        raise NotFound()
    return found


def must_be_current(desk: Desk, held: Held, seen: int | None) -> None:
    """Raise StaleVersion naming who changed what, unless ``seen`` is the present version (or the system asks)."""
    if seen is None:
        if desk.actor.system:
            return
        raise PreconditionMissing()
    if seen != held.version:
        changes = history.changes_since(desk.session, held.id, seen)
        raise StaleVersion(extra={"seen": seen, "version": held.version, "changes": changes})


def moment(desk: Desk, happened_at: datetime | None) -> datetime:
    """When it happened, in UTC: now, or an earlier moment that was given.

    Invalid (422) for one in the future, or so long ago that nobody alive was there.
    """
    if happened_at is None:
        return desk.now
    if happened_at > desk.now + CLOCK_SKEW or happened_at < LONG_AGO:
        raise Invalid(
            "What has happened cannot lie in the future.",
            extra={"errors": [{"field": "happened_at", "rule": "not later than now, not before 1900"}]},
        )
    # Every column holds UTC; the bytes that are hashed must say the same moment in the same words.
    return as_utc(happened_at)


def _against_the_day(
    desk: Desk, held: Held, spec: MachineSpec, happened_at: datetime | None
) -> tuple[Refusal, ...]:
    """Why a step of a case cannot lie on the day that was said; a step that is taken now always follows the others."""
    if happened_at is None or spec.aggregate == "referral":
        return ()
    matter = held.matter.id if held.matter is not None else None
    return against_the_day(as_utc(happened_at), history.last_step(desk.session, held.id, spec.name, matter))


def fold_record(held: Held, filled: Filled, entry: Entry) -> None:
    """Let a form change the facts of the case, of its matter and of the referral copy that are held."""
    case = held.case_held
    if held.matter is not None:
        held.matter = projection.matter_after_record(held.matter, filled.kind.name, filled.form, entry)
    if case is not None and isinstance(case.facts, CaseFacts):
        case.facts = projection.after_record(case.facts, filled.kind.name, filled.form, entry)
    if isinstance(held.facts, ReferralFacts):
        held.facts = projection.referral_after_record(held.facts, filled.kind.name, filled.form, entry)


def fold_step(held: Held, machine: str, step: str, to: str, given: dict[str, Any], entry: Entry) -> None:
    """Let a step change the facts of its subject."""
    if isinstance(held.facts, ReferralFacts):
        held.facts = projection.referral_after_step(held.facts, step, to, given, entry)
    elif held.matter is not None:
        held.facts = projection.after_matter_step(held.facts, held.matter, step, to, given, entry)
        held.matter = held.facts.matter(held.matter.id)
    else:
        held.facts = projection.after_step(held.facts, machine, to, entry)


def write(desk: Desk, held: Held, event: Event, actor: Actor | None = None) -> None:
    """Append the event to the subject's chain and write the subject with its facts, once, by its version.

    actor: who acted, when it is not the desk's own (a partner country whose message is taken in).
    """
    seen = held.version
    key = held.key(desk) if event.note else None
    history.append(desk.session, held.chain, event, actor or desk.actor, desk.now, desk.keys, key)
    if isinstance(held.facts, ReferralFacts):
        facts = held.facts
        values: dict[str, Any] = {
            "version": event.version,
            "state": facts.state,
            "custody": facts.custody,
            "changed_at": desk.now,
            "facts": stored(facts),
            **copy_columns(facts),
            "border_point": facts.schedule.border_point if facts.schedule else held.row.border_point,
            "border_office_id": border_office(desk, facts) or held.row.border_office_id,
        }
        holding.swap_referral(desk, held, seen, values)
        refresh_linked(desk, held)
    else:
        holding.swap_case(
            desk,
            held,
            seen,
            {"version": event.version, "identification": held.facts.identification, "care": held.facts.care},
        )
        holding.save_case_facts(desk, held.id, held.facts)
        transfers.settle(desk, held)
        services.settle(desk, held)
        beds.settle(desk, held)
        fund_book.settle(desk, held)
        fund_requests.settle(desk, held)
        inquiries.settle(desk, held)
    held.version = event.version
    if held.kind == "case":
        # Last, since the case's history goes on with it.
        visiting_people.settle(desk, held)


def refresh_linked(desk: Desk, held: Held) -> None:
    """Tell the case behind a referral copy what its referrals say now."""
    case = held.linked
    if case is not None and isinstance(case.facts, CaseFacts):
        case.facts = projection.with_links(case.facts, holding.links_of(desk, case.id))
        holding.save_case_facts(desk, case.id, case.facts)


def border_office(desk: Desk, facts: ReferralFacts) -> str | None:
    """The id of this country's office at the scheduled border point, or None."""
    if facts.schedule is None:
        return None
    return holding.office_at(desk, facts, facts.schedule.border_point)


def _store(desk: Desk, held: Held, filled: Filled, happened: datetime, by: str) -> tuple[str, str]:
    """Keep the form with its subject; a case's form that a referral step brings gets its own entry there."""
    case = held.case_held
    if filled.kind.home == "case" and case is not None and case is not held:
        return keep_on_case(desk, case, filled, happened, by)
    return records.store(
        desk,
        filled,
        subject=held.kind,
        subject_id=held.id,
        seq=held.chain.count + 1,
        key_id=held.key_id,
        key=held.key(desk),
        happened_at=happened,
        created_by=by,
    )


def keep_on_case(
    desk: Desk, case: Held, filled: Filled, happened: datetime, by: str, note: str | None = None,
    corrects: str | None = None, signed: Mapping[str, Any] | None = None,
) -> tuple[str, str]:
    """Store a form on a case with its own history entry and a new version; facts must be folded already.

    signed: what the entry keeps of who signed, such as the trainings that counted.
    """
    record_id, digest = records.store(
        desk,
        filled,
        subject="case",
        subject_id=case.id,
        seq=case.chain.count + 1,
        key_id=case.key_id,
        key=case.key(desk),
        happened_at=happened,
        created_by=by,
        corrects_id=corrects,
    )
    details = {"record": _noted(record_id, filled, digest), "corrects": corrects}
    details |= signed or {}
    write(desk, case, Event("record", filled.kind.name, case.version + 1, details, happened, note))
    return record_id, digest


def _noted(record_id: str | None, filled: records.Filled, digest: str | None) -> dict[str, Any]:
    """What an event says of its record: never an answer, but which questions the person left without one."""
    said = {"id": record_id, "kind": filled.kind.name, "digest": digest}
    return {**said, "silent": filled.unsaid} if filled.unsaid else said


def _checked_inputs(desk: Desk, step: Step, given: dict[str, Any]) -> dict[str, Any]:
    errors = [{"field": f"given.{name}", "rule": "unknown input"} for name in given if name not in step.given]
    for name, code_list in step.given.items():
        value = given.get(name)
        if not isinstance(value, str) or not desk.policies.knows(code_list, value):
            known = ", ".join(desk.policies.codes[code_list].codes)
            errors.append({"field": f"given.{name}", "rule": f"required, one of: {known}"})
    if errors:
        raise Invalid(f"The inputs of '{step.title}' do not fit.", extra={"errors": errors})
    return dict(given)


def _checked_form(desk: Desk, step: Step, record: dict[str, Any] | None, about: date) -> Filled | None:
    if record is None:
        if step.form_required:
            raise Invalid(
                f"'{step.title}' needs its form.",
                extra={"errors": [{"field": "record", "rule": f"a record of the kind {step.form}"}]},
            )
        return None
    if step.form is None:
        raise Invalid(
            f"'{step.title}' takes no form.", extra={"errors": [{"field": "record", "rule": "must be left out"}]}
        )
    return records.check(desk.policies, step.form, record, today=desk.today, about=about)
