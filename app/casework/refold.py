"""Folds a whole history again, from the first entry on, into the facts that should be stored now."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.access.desk import Desk
from app.casework import history, messages, mirror, projection, records
from app.casework.facts import case_facts_from, referral_facts_from
from app.casework.forms import Entry, Form
from app.casework.happened import day_said
from app.casework.held import Held, links_of
from workflows.abroad import HeardCode
from workflows.engine import find_step, forked
from workflows.facts import CaseFacts, ReferralFacts


class HistoryUnreadable(RuntimeError):
    """A history does not begin with an opening, or names a record that is not there."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A form that takes the place of the record ``of``. ``dated``: it says itself on which day the thing happened.

    hands: who corrected the same record before.
    """

    of: str
    form: Form
    entry: Entry
    dated: bool
    hands: frozenset[str] = frozenset()


def case_facts(desk: Desk, held: Held, correction: Correction | None = None) -> CaseFacts:
    """The facts of a held case by its history, its records and what its referral copies say now.

    A corrected record stands where it was filed first, in its newest words: correcting an old one never makes it the
    newest. Who corrected it answers for it; its day stays, unless the correction says another. correction: one that
    is about to be written.
    """
    told = list(_told(desk, held))
    corrected = _corrections(desk, held, told, correction)
    facts = case_facts_from(json.dumps(_opening(held, iter(told))))
    mended: set[str] = set()
    for said in told[1:]:
        kind, details, entry = said["kind"], said["details"], _entry(desk, said)
        filled, by = None, entry
        if details.get("corrects") is None:
            filled = _form(desk, held, details)
        if filled is not None:
            newest = corrected.get(details["record"]["id"])
            if newest is not None:
                filled = (filled[0], newest.form)
                day = newest.entry.on if newest.dated else entry.on
                by = replace(newest.entry, on=day, hands=newest.hands | {entry.actor})
            facts = projection.after_record(facts, *filled, by)
        if kind == "step" and details.get("matter"):
            matter = projection.matter_at(facts, details["machine"], details["matter"], entry)
            if filled is not None:
                matter = projection.matter_after_record(matter, *filled, by)
                mended |= {matter.id} if details["record"]["id"] in corrected else set()
            to = details["to"]
            if matter.id in mended:
                # Where a step forks, corrected words may choose the other way: a claim is paid in full, or not.
                to = forked(find_step(matter.machine, said["step"])[1], matter, to)
            facts = projection.after_matter_step(facts, matter, said["step"], to, details["given"], entry)
        elif kind == "step":
            facts = projection.after_step(facts, details["machine"], details["to"], entry)
        elif kind == "bed":
            facts = projection.after_bed(facts, said["step"], details)
        elif kind == "assigned":
            facts = replace(facts, case_manager=details["user"])
    return projection.with_links(facts, links_of(desk, held.id))


def referral_facts(desk: Desk, held: Held) -> ReferralFacts:
    """The facts of a held referral copy by its history, its records and the messages it took in."""
    told = _told(desk, held)
    facts = referral_facts_from(json.dumps(_opening(held, told)))
    for said in told:
        kind, details, entry = said["kind"], said["details"], _entry(desk, said)
        filled = _form(desk, held, details)
        if filled is not None:
            facts = projection.referral_after_record(facts, *filled, entry)
        if kind == "partner":
            facts = mirror.with_consents(facts, _message(desk, held, details["message"]))
        if kind in {"step", "partner"}:
            facts = projection.referral_after_step(facts, said["step"], details["to"], details["given"], entry)
        if kind in {"partner", "message"}:
            heard = (HeardCode(**each) for each in details.get("heard", ()))
            facts = mirror.with_codes(facts, details["unknown"], heard)
    return facts


def _corrections(
    desk: Desk, held: Held, told: list[dict[str, Any]], pending: Correction | None
) -> dict[str, Correction]:
    """Record filed first -> its newest correction; a correction of a correction counts for the first record."""
    first: dict[str, str] = {}
    found: dict[str, Correction] = {}
    for said in told:
        of = said["details"].get("corrects")
        if of is None:
            continue
        filled = _form(desk, held, said["details"])
        if filled is None:
            raise HistoryUnreadable(f"{held.kind} {held.id}: a correction without its record")
        root = first[said["details"]["record"]["id"]] = first.get(of, of)
        dated = said["happened_at"] != said["recorded_at"]
        found[root] = Correction(root, filled[1], _entry(desk, said), dated, _hands(found.get(root)))
    if pending is not None:
        root = first.get(pending.of, pending.of)
        found[root] = replace(pending, hands=_hands(found.get(root)))
    return found


def _hands(earlier: Correction | None) -> frozenset[str]:
    """Everybody who had corrected a record by then."""
    return earlier.hands | {earlier.entry.actor} if earlier is not None else frozenset()


def _told(desk: Desk, held: Held) -> Iterator[dict[str, Any]]:
    rows = history.entries(desk.session, held.id)
    return (json.loads(row.canonical) for row in rows)


def _opening(held: Held, told: Iterator[dict[str, Any]]) -> dict[str, Any]:
    first = next(told, None)
    if first is None or first["kind"] != "opened":
        raise HistoryUnreadable(f"{held.kind} {held.id}: the history does not begin with an opening")
    facts: dict[str, Any] = first["details"]["facts"]
    return facts


def _entry(desk: Desk, said: dict[str, Any]) -> Entry:
    actor = said["actor"]
    on = day_said(said["details"]) if said["kind"] == "partner" else None
    if on is None:
        on = desk.policies.day(desk.actor.country, datetime.fromisoformat(said["happened_at"]))
    return Entry(actor["id"], actor["office"], actor["country"], on)


def _form(desk: Desk, held: Held, details: dict[str, Any]) -> tuple[str, Form] | None:
    """The kind and the form an entry tells of, if it tells of one."""
    named = details.get("record")
    if not isinstance(named, dict):
        return None
    row = records.row_by_id(desk.session, named["id"])
    if row is None:
        raise HistoryUnreadable(f"{held.kind} {held.id}: the record {named['id']} is missing")
    # Codes that have left a list since were valid on their day.
    body = records.opened(desk, row, held.key(desk))
    return row.kind, records.check(desk.policies, row.kind, body, lenient=True).form


def _message(desk: Desk, held: Held, message_id: str) -> dict[str, Any]:
    query = select(messages.TABLE).where(
        messages.TABLE.c.country == desk.actor.country, messages.TABLE.c.message_id == message_id
    )
    row = desk.session.execute(query).one_or_none()
    if row is None:
        raise HistoryUnreadable(f"{held.kind} {held.id}: the message {message_id} is missing")
    return messages.body_of(desk, row, records.key_of(desk, row.key_id))
