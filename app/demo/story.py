"""Tells one person's case as a timeline of both countries: who, when, what, what was blocked and what released it."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from app.access.desk import House
from app.casework import records
from app.casework.kinds import KINDS
from app.casework.timeline import HISTORY, is_late
from app.demo.play import BANGKOK
from app.demo.section import WIDTH, Section
from app.models.case import CaseFactsRow
from app.models.referral import Referral
from policies.model import Policies
from workflows import engine

COPY: Any = Referral.__table__
FACTS: Any = CaseFactsRow.__table__
WHO = 39
INDENT = " " * 20
# What was said when a step was refused: (subject, moment) -> sentences. History keeps only codes and sources.
Said = Mapping[tuple[str, str], list[str]]
SENTENCES = {
    guard.name: guard.sentence for spec in engine.MACHINES.values() for step in spec.steps for guard in step.guards
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The referral whose story is told: its number on both sides and all subjects with a chain of their own."""

    reference: str
    subjects: dict[str, str]
    facts: dict[str, Any]


def story(session: Session, house: House, country: str, child: bool, said: Said) -> Section:
    """The fullest story of an adult or a child returned to ``country``."""
    policies = house.policies
    word = "child" if child else "adult"
    section = Section(f"The story of one {word}, from Thailand to {policies.countries[country].name}")
    chosen = _choose(session, country, child)
    if chosen is None:
        section.faults.append(f"no {word} has been received in {country}")
        return section
    facts = chosen.facts
    section.say(
        f"  Referral {chosen.reference}. {policies.label('sex', facts['sex'])}, {facts['age_band']},"
        f" {policies.label('exploitation', facts['exploitation']).lower()}. No name stands here.",
        "  Times of Bangkok. TH and " + country + ": in whose record the entry stands, hash-chained.",
        "",
    )
    section.say(*_told(session, house, chosen, said))
    return section


def _choose(session: Session, country: str, child: bool) -> Chosen | None:
    """The received person with most to tell: refused attempts, a postponed meeting, the end; of equals the first."""
    told = or_(HISTORY.c.kind == "attempt", HISTORY.c.step.in_(("postpone", "report_not_received", "complete")))
    weight = case((HISTORY.c.step == "postpone", 3), else_=1)
    events = (
        select(func.coalesce(func.sum(weight), 0))
        .where(HISTORY.c.subject_id.in_([COPY.c.id, COPY.c.case_id]), told)
        .correlate(COPY)
        .scalar_subquery()
    )
    query = (
        select(COPY.c.shared_id, COPY.c.reference, FACTS.c.facts)
        .join(FACTS, FACTS.c.case_id == COPY.c.case_id)
        .where(COPY.c.side == "sender", COPY.c.other_country == country, COPY.c.custody == "receiver")
        .where(FACTS.c.child.is_(child))
        .order_by(events.desc(), COPY.c.opened_at, COPY.c.border_point)
        .limit(1)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        return None
    copies = session.execute(
        select(COPY.c.id, COPY.c.case_id, COPY.c.country).where(COPY.c.shared_id == row.shared_id)
    ).all()
    subjects = {subject: copy.country for copy in copies for subject in (copy.case_id, copy.id) if subject}
    return Chosen(row.reference, subjects, json.loads(row.facts))


def _told(session: Session, house: House, chosen: Chosen, said: Said) -> list[str]:
    query = select(HISTORY).where(
        HISTORY.c.subject_id.in_(list(chosen.subjects)), HISTORY.c.kind.not_in(("partner", "message"))
    )
    # A step that brings a record writes both in one moment: first what was written, then what it allowed.
    rows = sorted(session.execute(query), key=lambda row: (row.recorded_at, row.kind != "record", row.seq))
    lines: list[str] = []
    blocked: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        entry = json.loads(row.canonical)
        subject, step = entry["subject_id"], entry["step"]
        country = chosen.subjects[subject]
        lines += _line(house.policies, country, entry, row, _consent(session, house, country, entry))
        if entry["kind"] == "attempt":
            blocked[subject, step] = []
            lines += _reasons(entry, said.get((subject, entry["recorded_at"]), []))
            continue
        what = _contribution(entry)
        for (held, tried), since in list(blocked.items()):
            if entry["kind"] == "step" and step == tried and held == subject:
                own = [KINDS[entry["details"]["record"]["kind"]].title] if entry["details"].get("record") else []
                text = "released by: " + (", ".join(dict.fromkeys(since or own)) or "what the other side did")
                lines += textwrap.wrap(text, WIDTH, initial_indent=INDENT, subsequent_indent=INDENT + "  ")
                del blocked[held, tried]
            elif what:
                since.append(what)
    return lines


def _line(policies: Policies, country: str, entry: dict[str, Any], row: Any, more: str) -> list[str]:
    when = datetime.fromisoformat(entry["recorded_at"]).astimezone(BANGKOK)
    head = f"{when:%Y-%m-%d %H:%M}  {country}  {_who(policies, entry['actor'])[:WHO]:<{WHO}}  "
    what = _what(entry) + more
    if is_late(row.kind, row.happened_at, row.recorded_at):
        what += f" (late entry, happened {row.happened_at.astimezone(BANGKOK):%d %b %H:%M})"
    return textwrap.wrap(head + what, WIDTH, subsequent_indent=" " * len(head), drop_whitespace=True)


def _consent(session: Session, house: House, country: str, entry: dict[str, Any]) -> str:
    """What a consent is for, in the words of its code; nothing else of a record is opened for the report."""
    if entry["kind"] != "record" or entry["step"] != "consent":
        return ""
    row = records.row_by_id(session, entry["details"]["record"]["id"])
    if row is None:
        return ""
    desk = house.system_desk(session, country, "report")
    body = records.opened(desk, row, records.key_of(desk, row.key_id))
    return f": {house.policies.label('consent_purpose', body['purpose']).lower()} ({body['recipient']})"


def _who(policies: Policies, actor: dict[str, Any]) -> str:
    if actor["system"]:
        return "Waymark"
    titles = [policies.roles[role].title for role in actor["roles"] if role in policies.roles]
    return f"{', '.join(titles)}, {actor['office']}"


def _what(entry: dict[str, Any]) -> str:
    kind, step, details = entry["kind"], entry["step"], entry["details"]
    if kind == "step":
        _, row = engine.find_step(details["machine"], step)
        moved = f" -> {details['to']}" if details["to"] != details["from"] else ""
        reason = f" ({details['given']['reason']})" if "reason" in (details.get("given") or {}) else ""
        return f"{row.title}{reason}{moved}"
    if kind == "attempt":
        return f"BLOCKED: {_title(step)}"
    if kind == "record":
        return KINDS[step].title + (" (correction)" if details.get("corrects") else "")
    if kind == "deadline":
        return f"Deadline passed: {step.replace('_', ' ')} (clock {details['clock']})"
    if kind == "opened":
        return "Case opened" if entry["subject"] == "case" else f"Referral: {step.replace('_', ' ')}"
    if kind == "team":
        return f"Joined the team: {step.replace('_', ' ')}"
    return f"{kind} {step}".replace("_", " ").capitalize()


def _title(step: str) -> str:
    for spec in engine.MACHINES.values():
        row = spec.step(step)
        if row is not None:
            return row.title
    return KINDS[step].title if step in KINDS else step


def _contribution(entry: dict[str, Any]) -> str:
    """What an entry adds that a blocked step may have waited for."""
    if entry["kind"] == "record":
        return KINDS[entry["step"]].title
    return _title(entry["step"]) if entry["kind"] == "step" else ""


def _reasons(entry: dict[str, Any], sentences: list[str]) -> list[str]:
    lines: list[str] = []
    for n, reason in enumerate(entry["details"]["refusals"]):
        known = SENTENCES.get(reason["code"], reason["code"])
        sentence = sentences[n] if n < len(sentences) else re.sub(r"\{\w+\}", "...", known)
        text = f"- {sentence} [{', '.join(reason['sources'])}]"
        lines += textwrap.wrap(text, WIDTH, initial_indent=INDENT, subsequent_indent=INDENT + "  ")
    return lines
